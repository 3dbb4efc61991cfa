import type { Micros } from "../base/time.ts";
import type { Message } from "../base/message.ts";

/** What is checked. Several checks can have the same id: one for each file, or for each finding. */
export type CheckId =
  | "bun"
  | "env_file"
  | "endpoint"
  | "base_url"
  | "key"
  | "git"
  | "proxy"
  | "dns"
  | "tcp"
  | "tls"
  | "models"
  | "completion";

export type CheckStatus = "ok" | "warning" | "error" | "skipped";

/** One thing that was checked, and what was found. */
export interface Check {
  readonly id: CheckId;
  readonly status: CheckStatus;
  /** The finding, and the step to take where there is one. Never holds a key, nor a part of one. */
  readonly message: Message;
  /** How long it took, in µs; `null` where nothing was sent. */
  readonly took: Micros | null;
  /** What the script exits with if this is the first error. 2, unless it showed only when something was sent. */
  readonly exitCode: number;
}

/** What keeps an endpoint from being tried: an error in the settings of the proxy, else of the key. */
export function blockerIn(checks: readonly Check[]): "proxy" | "key" | null {
  const isWrong = (id: CheckId): boolean =>
    checks.some((check) => check.id === id && check.status === "error");
  return isWrong("proxy") ? "proxy" : isWrong("key") ? "key" : null;
}

/** A check with its usual values: nothing sent, exit code 2. */
export function check(
  id: CheckId,
  finding: Pick<Check, "status" | "message"> & Partial<Pick<Check, "took" | "exitCode">>,
): Check {
  return { id, took: null, exitCode: 2, ...finding };
}

/**
 * The exit code of all checks: that of the first error, 0 without one. A warning is no error.
 *
 * @example
 * ```ts
 * exitCodeOf([check("bun", { status: "ok", message })]); // 0
 * ```
 */
export function exitCodeOf(checks: readonly Check[]): number {
  return checks.find(({ status }) => status === "error")?.exitCode ?? 0;
}
