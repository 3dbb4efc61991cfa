import type { Message } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import type { Price, ServiceLevel } from "../../measure/summary.ts";
import type { RunSpec, ShareResult } from "../run_share.ts";
import type { Part } from "../workers/workers.ts";

/** What a run's report needs beside what its workers tell: with it, another process can make it. Plain data. */
export interface RunFrame extends Pick<
  FinishedRun,
  "config" | "environment" | "asked" | "side" | "pair" | "replayed"
> {
  readonly serviceLevel: ServiceLevel | null;
  readonly price: Price | null;
  /** The streams at a time of a closed loop that is always full; `null`: of none. */
  readonly concurrency: number | null;
  readonly warmConnections: number;
  /** Whether the requests go through a proxy. */
  readonly proxy: boolean;
}

/** What a bench tells its workers. */
export type OrderGiven =
  /** How many processes each of the seats has. */
  | { readonly kind: "processes"; readonly processes: Readonly<Record<string, number>> }
  | {
      readonly kind: "prepare";
      readonly run: number;
      /** By the names of seats. Who is not named has nothing to do. */
      readonly parts: Readonly<Record<string, Part>>;
      readonly spec: RunSpec;
      /** `null`: nothing of it is measured, as in a warm-up. */
      readonly frame: RunFrame | null;
    }
  /** `at`: on the clock of Redis. */
  | { readonly kind: "start"; readonly run: number; readonly at: Micros }
  | { readonly kind: "stop_sending"; readonly run: number }
  | { readonly kind: "stop_now"; readonly run: number }
  /** This seat is given up: nobody waits for it any more. */
  | { readonly kind: "lost"; readonly seat: string }
  | { readonly kind: "leave" };

/** An order, numbered from 0 on: what comes twice is known by it. */
export type Order = OrderGiven & { readonly number: number };

/** A worker, as it introduces itself. */
export interface WorkerCard {
  readonly name: string;
  readonly version: string;
  readonly cores: number;
  /** So many streams one of its processes carries, as it measured. */
  readonly streams: number;
}

/** How far a worker's clock is ahead of that of Redis, and by how much that may be wrong, in µs. */
export interface FleetClock {
  readonly offset: Micros;
  readonly uncertainty: Micros;
}

/** How it looks in a worker at the moment. */
export interface WorkerLook {
  readonly inFlight: number;
  /** How late its event loop was at most since the last look, in µs. */
  readonly lag: Micros;
}

/** What a worker does of a run. */
export type SeatNews =
  | { readonly kind: "joined"; readonly card: WorkerCard }
  | {
      readonly kind: "ready";
      readonly run: number;
      readonly card: WorkerCard;
      readonly processes: number;
      readonly part: Part;
      readonly clock: FleetClock;
      readonly frame: RunFrame | null;
      /** How many workers the run has: so many say that they are ready. */
      readonly workers: number;
    }
  /** It cannot take part: it has no key, say. */
  | { readonly kind: "refused"; readonly run: number; readonly message: Message }
  | {
      readonly kind: "progress";
      readonly run: number;
      readonly begun: readonly number[];
      readonly deltas: number;
      readonly ended: readonly RequestRecord[];
      readonly look: WorkerLook;
    }
  | {
      readonly kind: "done";
      readonly run: number;
      /** How late it began, in µs: what it was to do came after the start. */
      readonly late: Micros;
      /** It stopped before the end, since it was told to end itself. */
      readonly isCut: boolean;
      readonly result: Omit<ShareResult, "records" | "workers">;
    }
  /** It takes no more orders: it was told to end, or heard nothing of the bench any more. */
  | { readonly kind: "left" };

/** What a worker tells, numbered in its seat from 0 on: what comes twice is known by it. */
export type Told = SeatNews & { readonly seat: string; readonly number: number };
