import type { FailureKind, Verdict } from "../measure/outcome.ts";

/** Exit codes that are no outcome of a request. */
export const EXIT = {
  ok: 0,
  /** A fault of the toolkit. */
  fault: 1,
} as const;

const CODES: Readonly<Record<FailureKind, number>> = {
  interrupted: 130,
  timeout: 5,
  network: 5,
  busy: 4,
  status: 3,
  endpoint: 6,
  not_a_completion: 6,
  truncated: 6,
};

/**
 * The exit code of one request.
 *
 * @example
 * ```ts
 * exitCode({ outcome: "complete", failure: null }); // 0
 * ```
 */
export function exitCode(verdict: Verdict): number {
  return verdict.failure === null ? EXIT.ok : CODES[verdict.failure.kind];
}
