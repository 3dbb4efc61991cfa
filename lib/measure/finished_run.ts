import type { Micros } from "../base/time.ts";
import type { AskedDepth } from "./depth.ts";
import type { ProcessDeath } from "./process_death.ts";
import type { Replayed } from "./replayed.ts";
import type { RequestRecord } from "./request_record.ts";
import type { ServerSide } from "./server_side.ts";
import type { RunSummary } from "./summary.ts";

/**
 * What prompts have to do with the endpoint's cache. `unique`: none was to come out of it; `reuse`: they are left as they are;
 * `shared`: a part of each was to come out of it; `pairs`: each prompt is sent twice.
 */
export type CacheUse = "unique" | "reuse" | "shared" | "pairs";

/** What was asked of a run, as far as it can be held against what came. `null`: not asked for. */
export interface AskedOfRun {
  /** Arrivals per second of an open loop. */
  readonly rate: number | null;
  /** The most requests at a time in an open loop. */
  readonly cap: number | null;
  /** The length of a synthetic prompt, in tokens. */
  readonly promptTokens: number | null;
  /** The length of every answer, in tokens. */
  readonly outputTokens: number | null;
  readonly cache: CacheUse;
  /** The share of prompt tokens that was to come out of the cache. Absent: none was asked for. */
  readonly cachedShare?: number;
  /** How deep in a context it asked; `promptTokens` hold that, too. Absent: prompts were what they were. */
  readonly depth?: AskedDepth;
  /** How many tools the answers could call. Absent: none. */
  readonly tools?: number;
  /** Of how many prompts each was asked in turn, where they are those of a list. Absent: they were made up. */
  readonly prompts?: number;
}

/** How much of a run the instrument saw of itself. */
export interface Instrument {
  /** How late the event loop was; `null` with fewer than 100 samples. */
  readonly loopLagP99: Micros | null;
  /**
   * `warm`: the connections were open before the first measured request. `closed`: the endpoint closes each behind a stream, so
   * that every request had one of its own.
   */
  readonly connections: "warm" | "cold" | "closed";
  /** Whether the requests went through a proxy. */
  readonly proxy: boolean;
  /** How far, in µs, the clock of a sending process was ahead of the run's, where that was corrected; 0: nowhere. */
  readonly clockOffset: Micros;
}

/** A run that has ended: everything its reports are made of. Plain data. */
export interface FinishedRun {
  /** The settings and the machine, under the names that files and JSON have for them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly asked: AskedOfRun;
  /** Of several targets that were asked in turn, the name of this one. Absent: there was one only. */
  readonly side?: string;
  /** The round of it: the runs of one round belong together. */
  readonly pair?: number;
  /** The recorded traffic that it sent again. Absent: it asked something else. */
  readonly replayed?: Replayed;
  /** What the server said of it. Absent: nobody knows where it does. */
  readonly server?: ServerSide;
  /** The measured requests; warm-up is not among them. */
  readonly records: readonly RequestRecord[];
  readonly summary: RunSummary;
  readonly instrument: Instrument;
  /** The user stopped it before its end. */
  readonly interrupted: boolean;
  /** Arrivals whose moment came while no request could be sent. */
  readonly unsent: number;
  /** Processes of ours that died: in the warm-up before the run, or in it, which then lacks requests. */
  readonly deaths: readonly ProcessDeath[];
}
