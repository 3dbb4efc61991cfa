import { join } from "node:path";
import type { Recorder } from "../chat/complete_chat.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import { TranscriptRecorder } from "../transcript/recorder.ts";
import type { Clock } from "../base/clock.ts";
import { waitExactly } from "../base/exact_wait.ts";
import type { TimeLimits } from "../wire/exchange.ts";
import { completionRequest } from "../protocols/completion_request.ts";
import type { EndpointFields, ProtocolName, Sampling, UsageCache } from "../protocols/protocol.ts";
import { type HttpRequest } from "../wire/request.ts";
import type { Secret } from "../base/secret.ts";
import type { Micros } from "../base/time.ts";
import type { StampedRequest } from "../measure/calibration.ts";
import type { ProcessDeath } from "../measure/process_death.ts";
import { EventTracer } from "../chat/event_tracer.ts";
import { StampReader } from "./stamp_reader.ts";
import { LoopLag } from "./loop_lag.ts";
import { type LoadPlan, type PlannedRequest, plannedRequests } from "./plan.ts";
import { messagesFor, type PromptSource } from "./prompts.ts";
import { runPlan, type SendOptions } from "./run_plan.ts";
import { sendOne } from "./send.ts";
import { TimingsReader, withTimings } from "./server_metrics/timings_reader.ts";
import { runTraffic } from "./traffic/run_traffic.ts";
import type { RecordedArrivals } from "./traffic/traffic.ts";
import { trafficRequest } from "./traffic/traffic_request.ts";

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
  readonly system: string | null;
  readonly prompts: PromptSource;
  readonly cache: "unique" | "reuse";
  readonly seed: number;
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
  readonly observer?: RunObserver | undefined;
  readonly stopSending: AbortSignal;
  readonly stopNow: AbortSignal;
}

/** Carries out this process's share of a run's measured part. */
export async function runShare(spec: RunSpec, options: ShareOptions): Promise<ShareResult> {
  const { clock, start, share, observer } = options;
  const records: RequestRecord[] = [];
  const recordingErrors: string[] = [];
  const stamps: StampedRequest[] = [];
  const { limits, retries, resendReused, stall } = spec;
  const settings = { clock, start, limits, retries, resendReused, stall };
  const lag = new LoopLag(clock);
  lag.start();
  const send = async ({ planned, signal }: SendOptions): Promise<RequestRecord> => {
    observer?.sent(planned.index);
    let isKept = true;
    const recording = openRecording(spec, {
      planned,
      now: clock() - start,
      onError(error) {
        isKept = false;
        recordingErrors.push(error.message);
        observer?.recordingFailed?.(error.message);
      },
    });
    const stampReader = spec.stamped ? new StampReader() : null;
    const timings = new TimingsReader();
    const tracer = spec.traced ? new EventTracer() : undefined;
    const sent = await sendOne(() => requestFor(spec, planned.index, options.key), settings, {
      planned,
      signal,
      ...recording,
      tracer,
      onArrivals(arrivals) {
        observer?.deltas(arrivals.reduce((sum, { deltas }) => sum + deltas, 0));
        stampReader?.take(arrivals);
        timings.take(arrivals);
      },
    });
    recording?.recorder.close();
    // Half of a stream would read as one that was cut.
    const record = withTimings(isKept ? sent : { ...sent, file: null }, timings);
    records.push(record);
    if (stampReader !== null) stamps.push(stampReader.stamps(start + record.sent));
    observer?.ended(record);
    return record;
  };
  const { stopSending, stopNow } = options;
  const run = { clock, start, stopSending, stopNow };
  const plan = planOf(spec.plan, share);
  const planned = shareOf(spec.plan, share);
  const { unsent } = isRecorded(plan)
    ? await runTraffic(plan, planned, { ...run, wait: waitExactly, send })
    : await runPlan(plan, planned, { ...run, send: async (one) => void (await send(one)) });
  lag.stop();
  const counts = [...lag.counts.entries()];
  const alone = { deaths: [], clockOffset: 0 };
  return { records, unsent, lag: counts, recordingErrors, stamps, ...alone };
}

/** The request at this place of a run. */
export function requestFor(spec: RunSpec, index: number, key: Secret | null): HttpRequest {
  const { baseUrl, api, keyHeader, model, headers, sampling, fields, parameters, usageCache } =
    spec;
  const how = { sampling, fields, parameters, usageCache };
  const request = { baseUrl, api, keyHeader, model, key, headers, ...how };
  if (spec.prompts.kind === "traffic") {
    // Runs and targets that may share one cache are not to find each other's prompts in it.
    const salt = spec.seed ^ Math.imul(spec.side?.index ?? 0, 0x9e3779b1);
    return trafficRequest(request, { ...spec.prompts, index, salt });
  }
  const messages = messagesFor(spec.prompts, index, { ...spec, side: spec.side?.index });
  return completionRequest({ ...request, messages });
}

function isRecorded(plan: LoadPlan): plan is LoadPlan & { readonly arrivals: RecordedArrivals } {
  return plan.arrivals.kind === "recorded";
}

/** The name of a request's transcript. Names sort as the requests do. */
function transcriptName(index: number): string {
  return `${String(index).padStart(6, "0")}.sse`;
}

function openRecording(
  { recordFolder }: RunSpec,
  given: {
    readonly planned: PlannedRequest;
    readonly now: Micros;
    readonly onError: (error: Error) => void;
  },
): { recorder: Recorder & { close(): void }; file: string } | undefined {
  if (recordFolder === null) return undefined;
  const { planned, now, onError } = given;
  const file = transcriptName(planned.index);
  const scheduled = planned.scheduled === null ? null : planned.scheduled / 1000;
  const run = { index: planned.index, warmup: false, scheduled_ms: scheduled, sent_ms: now / 1000 };
  try {
    return { recorder: new TranscriptRecorder(join(recordFolder, file), { onError, run }), file };
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

/** Places are dealt out evenly; the first workers get what is left over. */
function planOf(plan: LoadPlan, { worker, workers }: Share): LoadPlan {
  const deal = (places: number): number =>
    Math.floor(places / workers) + (worker < places % workers ? 1 : 0);
  const { arrivals } = plan;
  if (arrivals.kind === "closed") {
    return { ...plan, arrivals: { ...arrivals, concurrency: deal(arrivals.concurrency) } };
  }
  return {
    ...plan,
    arrivals: { ...arrivals, cap: arrivals.cap === null ? null : deal(arrivals.cap) },
  };
}

/** The planned requests that one process sends: they are dealt out in turn, recorded ones by whole conversations. */
export function* shareOf(plan: LoadPlan, { worker, workers }: Share): Generator<PlannedRequest> {
  const { arrivals } = plan;
  for (const planned of plannedRequests(plan)) {
    const { index } = planned;
    const turn = arrivals.kind === "recorded" ? (arrivals.requests[index]?.session ?? 0) : index;
    if (turn % workers === worker) yield planned;
  }
}
