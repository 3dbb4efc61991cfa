import type { RequestRecord } from "../../measure/request_record.ts";
import type { Micros } from "../../base/time.ts";
import type { ShareResult, RunSpec, Share } from "../run_share.ts";

/** What a run tells a worker. */
export type ToWorker =
  | {
      readonly kind: "share";
      readonly spec: RunSpec;
      readonly key: string | null;
      /** The run's start on the worker's own clock. */
      readonly start: Micros;
      readonly share: Share;
    }
  | { readonly kind: "stop_sending" }
  | { readonly kind: "stop_now" }
  | { readonly kind: "ping" };

/** What a worker tells its run. */
export type ToRun =
  | { readonly kind: "ready" }
  /** The answer to `ping`: the time on the worker's clock. */
  | { readonly kind: "pong"; readonly now: Micros }
  /** Told as soon as a request begins or ends: should the worker die, it is known what was under way. */
  | {
      readonly kind: "progress";
      readonly begun: readonly number[];
      readonly deltas: number;
      readonly ended: readonly RequestRecord[];
      readonly recordingErrors: readonly string[];
    }
  | ({ readonly kind: "done" } & WorkerResult)
  /** It cannot go on. */
  | { readonly kind: "failed"; readonly message: string };

/** What is told only at the end. */
export type WorkerResult = Pick<ShareResult, "unsent" | "lag" | "stamps">;

const KINDS: readonly unknown[] = [
  "ready",
  "pong",
  "progress",
  "done",
  "failed",
] satisfies ToRun["kind"][];

/** Whether this is a message of a worker, as far as its kind tells. */
export function isToRun(value: unknown): value is ToRun {
  return (
    typeof value === "object" && value !== null && "kind" in value && KINDS.includes(value.kind)
  );
}
