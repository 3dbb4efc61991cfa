import type { Failure, FailureKind, Verdict } from "../measure/outcome.ts";

/** Exit codes that a script may give without a request. */
export const EXIT = {
  ok: 0,
  /** A fault of the toolkit, or of the disk it writes to. */
  fault: 1,
  /** A threshold was missed. */
  threshold: 7,
  /** Ctrl-C: 128 and the number of the signal, as shells count. */
  interrupted: 130,
} as const;

const CODES: Readonly<Record<FailureKind, number>> = {
  interrupted: EXIT.interrupted,
  timeout: 5,
  network: 5,
  client: EXIT.fault,
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
  return verdict.failure === null ? EXIT.ok : failureCode(verdict.failure);
}

/** The exit code that a failure gives. */
export function failureCode({ kind }: Pick<Failure, "kind">): number {
  return CODES[kind];
}
