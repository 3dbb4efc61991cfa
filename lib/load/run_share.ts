import type { RequestRecord } from "../measure/request_record.ts";
import type { Clock } from "../base/clock.ts";
import { waitClosely, waitExactly } from "../base/close_wait.ts";
import type { TimeLimits } from "../wire/exchange.ts";
import type { EndpointFields, ProtocolName, Sampling, UsageCache } from "../protocols/protocol.ts";
import { type HttpRequest } from "../wire/request.ts";
import type { Secret } from "../base/secret.ts";
import type { Micros } from "../base/time.ts";
import type { StampedRequest } from "../measure/calibration.ts";
import type { AskedDepth } from "../measure/depth.ts";
import type { CacheUse, FleetWorker } from "../measure/finished_run.ts";
import type { ProcessDeath } from "../measure/process_death.ts";
import { type Conversations, type Planned, plannedOf } from "./conversations.ts";
import type { ImageSource } from "./images.ts";
import type { RequestKind } from "./mix.ts";
import { LoopLag } from "./loop_lag.ts";
import type { LoadPlan, PlannedRequest } from "./plan.ts";
import type { PromptSource } from "./prompts.ts";
import { type Places, rampedPlaces } from "./ramp.ts";
import { type Gate, type RunEnd, runPlan } from "./run_plan.ts";
import { Sender } from "./sender.ts";
import { runTraffic } from "./traffic/run_traffic.ts";
import type { RecordedArrivals } from "./traffic/traffic.ts";

/** Everything a run is made of but the key. Plain data: worker processes get it as it is. */
export interface RunSpec {
  readonly plan: LoadPlan;
  readonly baseUrl: string;
  /** Default: `chat`. */
  readonly api?: ProtocolName | undefined;
  /** The header for the key. Default: that of the protocol. */
  readonly keyHeader?: HttpRequest["keyHeader"];
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How every answer is made. */
  readonly sampling?: Sampling | undefined;
  /** Names of body fields that the endpoint has otherwise. */
  readonly fields?: EndpointFields | undefined;
  /** Further body fields. They win. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How the endpoint counts prompt tokens out of a cache. Default: as is known of its host. */
  readonly usageCache?: UsageCache | undefined;
  /** How reasoning inside the content begins. Default: with a tag. */
  readonly think?: HttpRequest["think"];
  readonly system: string | null;
  readonly prompts: PromptSource;
  /** Several kinds of requests, by their shares. Absent: all are of one kind. */
  readonly mix?: readonly RequestKind[] | undefined;
  /** The pictures that go with the questions. Absent: none do. */
  readonly images?: ImageSource | undefined;
  /** Users who ask turn after turn. Absent: each request stands by itself. */
  readonly conversations?: Conversations | undefined;
  readonly cache: CacheUse;
  /** How deep in a context it asks. Absent: prompts are what they are. */
  readonly depth?: AskedDepth | undefined;
  readonly seed: number;
  /** Of the beginnings that prompts share, where it is another one. Default: `seed`. */
  readonly prefixSeed?: number | undefined;
  readonly limits: TimeLimits;
  readonly retries: number;
  /** Send once more what went over an open connection that the endpoint had closed. */
  readonly resendReused: boolean;
  readonly stall: Micros;
  /** The folder that keeps every stream; `null`: none is kept. */
  readonly recordFolder: string | null;
  /** Of several targets in turn, the one that this run asks. Absent: there is one only. */
  readonly side?: RunSide | undefined;
  /** The endpoint stamps its chunks: collect the stamps. */
  readonly stamped: boolean;
  /** Keep the events of each request, for other tools' definitions. Absent: they are not kept. */
  readonly traced?: boolean;
}

/** Which of several targets a run asks, and in which round. */
export interface RunSide {
  /** Its place among them. */
  readonly index: number;
  readonly name: string;
  /** The round: the runs of one round belong together. */
  readonly pair: number;
}

/** Which share of a run this process carries. */
export interface Share {
  readonly worker: number;
  readonly workers: number;
}

/** What one process did of a run. Plain data. */
export interface ShareResult {
  readonly records: readonly RequestRecord[];
  readonly unsent: number;
  /** How late the event loop was: samples in µs, each with how often it came. */
  readonly lag: readonly (readonly [sample: Micros, times: number])[];
  /** What could not be recorded. */
  readonly recordingErrors: readonly string[];
  /** Empty unless the endpoint stamps its chunks. */
  readonly stamps: readonly StampedRequest[];
  /** Worker processes that ended before their share did: what they had not told is missing. */
  readonly deaths: readonly ProcessDeath[];
  /** How far the clock of a worker was ahead of ours where that was corrected, of several the farthest; else 0. */
  readonly clockOffset: Micros;
  /** When it began on our clock, where somebody else set it. Absent: as was asked. */
  readonly start?: Micros | undefined;
  /** The machines of a fleet. Absent: one machine did it. */
  readonly workers?: readonly FleetWorker[] | undefined;
}

/** Told as the run goes. Called often: it only counts. */
export interface RunObserver {
  sent(index: number): void;
  deltas(count: number): void;
  ended(record: RequestRecord): void;
  /** So many that were sent are lost with the process that sent them. */
  lost?(count: number): void;
  /** A stream could not be recorded, or not to its end. */
  recordingFailed?(message: string): void;
}

/** What a part needs of the outside. */
export interface ShareOptions {
  readonly key: Secret | null;
  readonly clock: Clock;
  /** The run's start on the clock. */
  readonly start: Micros;
  readonly share: Share;
  /** Who gives places, where they are not this process's own. */
  readonly places?: Gate | undefined;
  readonly observer?: RunObserver | undefined;
  readonly stopSending: AbortSignal;
  readonly stopNow: AbortSignal;
}

/** Carries out this process's share of a run's measured part. */
export async function runShare(spec: RunSpec, options: ShareOptions): Promise<ShareResult> {
  const { clock } = options;
  const sender = new Sender(spec, options);
  const lag = new LoopLag(clock);
  lag.start();
  const { unsent } = await runPart(spec, sender, options);
  lag.stop();
  const counts = [...lag.counts.entries()];
  const { records, recordingErrors, stamps } = sender;
  const alone = { deaths: [], clockOffset: 0 };
  return { records, unsent, lag: counts, recordingErrors, stamps, ...alone };
}

/** Sends what is planned for this process. */
async function runPart(
  spec: RunSpec,
  sender: Sender,
  { clock, start, share, places: gate, stopSending, stopNow }: ShareOptions,
): Promise<RunEnd> {
  const run = { clock, start, gate, wait: waitClosely, stopSending, stopNow };
  const plan = planOf(spec.plan, share);
  const planned = shareOf(spec, share);
  if (isRecorded(plan)) {
    return await runTraffic(plan, requestsOf(planned), {
      ...run,
      wait: waitExactly,
      send: ({ planned: one, signal }) => sender.sendAlone(one, { signal }),
    });
  }
  return await runPlan(plan, planned, {
    ...run,
    places: placesOf(spec.plan, share),
    send: ({ planned: one, ...signals }) => sender.send(one, signals),
  });
}

function* requestsOf(planned: Iterable<Planned>): Generator<PlannedRequest> {
  for (const { requests } of planned) yield* requests;
}

function isRecorded(plan: LoadPlan): plan is LoadPlan & { readonly arrivals: RecordedArrivals } {
  return plan.arrivals.kind === "recorded";
}

/** How many of so many places a share has: they are dealt out evenly, and the first shares get what is left over. */
export function dealt(places: number, { worker, workers }: Share): number {
  return Math.floor(places / workers) + (worker < places % workers ? 1 : 0);
}

function planOf(plan: LoadPlan, share: Share): LoadPlan {
  const { arrivals } = plan;
  if (arrivals.kind === "closed") {
    return { ...plan, arrivals: { ...arrivals, concurrency: dealt(arrivals.concurrency, share) } };
  }
  return {
    ...plan,
    arrivals: { ...arrivals, cap: arrivals.cap === null ? null : dealt(arrivals.cap, share) },
  };
}

/** The places that one process has while a concurrency ramps; `undefined` where none does. */
function placesOf({ arrivals }: LoadPlan, share: Share): Places | undefined {
  if (arrivals.kind !== "closed" || arrivals.ramp === undefined) return undefined;
  return rampedPlaces(arrivals.ramp, share);
}

/** What one process sends of what is planned: it is dealt out in turn, conversations as a whole, also recorded ones. */
export function* shareOf(
  spec: Pick<RunSpec, "plan" | "prompts" | "conversations" | "cache">,
  { worker, workers }: Share,
): Generator<Planned> {
  const { arrivals } = spec.plan;
  let place = 0;
  for (const planned of plannedOf(spec)) {
    const index = place++;
    const turn = arrivals.kind === "recorded" ? (arrivals.requests[index]?.session ?? 0) : index;
    if (turn % workers === worker) yield planned;
  }
}
