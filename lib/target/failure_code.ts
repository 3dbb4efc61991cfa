import { EXIT } from "../command/exit_code.ts";
import type { Failure, FailureKind, Verdict } from "../measure/outcome.ts";

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
