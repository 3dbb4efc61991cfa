import type { RequestRecord } from "../measure/request_record.ts";
import type { Micros } from "../wire/text.ts";
import type { PartResult, RunSpec, Share } from "./part.ts";

/** What a run tells a worker. */
export type ToWorker =
  | {
      readonly kind: "work";
      readonly spec: RunSpec;
      readonly key: string | null;
      /** The run's start, in µs since 1970. */
      readonly start: Micros;
      readonly share: Share;
    }
  | { readonly kind: "stop_sending" }
  | { readonly kind: "stop_now" };

/** What a worker tells its run. */
export type ToRun =
  | { readonly kind: "ready" }
  | {
      readonly kind: "progress";
      readonly sent: number;
      readonly deltas: number;
      readonly ended: readonly RequestRecord[];
    }
  | ({ readonly kind: "done" } & Omit<PartResult, "records">);
