import type { RequestRecord } from "../../measure/request_record.ts";
import type { Micros } from "../../base/time.ts";
import type { AskForPlace } from "./shared_places.ts";
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
      /** Its places are not its own: it has to ask for each. */
      readonly asksForPlaces: boolean;
    }
  /** An asked place is there. */
  | { readonly kind: "place"; readonly id: number }
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
  | AskForPlace
  | ({ readonly kind: "done" } & WorkerResult)
  /** It cannot go on. */
  | { readonly kind: "failed"; readonly message: string };

/** What is told only at the end. */
export type WorkerResult = Pick<ShareResult, "unsent" | "lag" | "stamps">;

const KINDS: readonly unknown[] = [
  "ready",
  "pong",
  "progress",
  "place_wanted",
  "place_free",
  "done",
  "failed",
] satisfies ToRun["kind"][];

/** Whether this is a message of a worker, as far as its kind tells. */
export function isToRun(value: unknown): value is ToRun {
  return (
    typeof value === "object" && value !== null && "kind" in value && KINDS.includes(value.kind)
  );
}
