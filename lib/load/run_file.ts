import { existsSync, readFileSync, statSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { replayChat } from "../chat/replay_chat.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { Failure, Outcome } from "../measure/outcome.ts";
import type { PairHalf } from "../measure/cache_pairs.ts";
import type { RequestRecord, TurnPlace } from "../measure/request_record.ts";
import { type Price, type ServiceLevel, summarize } from "../measure/summary.ts";
import { TranscriptError } from "../transcript/format.ts";
import { TranscriptFile } from "../transcript/transcript_file.ts";
import { monotonicClock } from "../base/clock.ts";
import type { SaidOfAnswer } from "../chat/asked.ts";
import { asObject, type JsonObject, parseJson } from "../base/json.ts";
import type { Micros } from "../base/time.ts";
import { ResultFile } from "./result_file.ts";
import type { FormProblem } from "../base/form.ts";
import { runFileProblem } from "./run_file_form.ts";
import { CompletionReader } from "../chat/completion_reader.ts";
import { EventTracer } from "../chat/event_tracer.ts";
import { DamagedStreamError, damageOf } from "./damaged_stream.ts";
import { TimingsReader, withTimings } from "./server_metrics/timings_reader.ts";
import { requestRecord } from "./send.ts";

const SCHEMA = "streamgauge.run/1";
const NAME = "run.json";

/** What a run's reports need beside its streams. */
export interface RunSettings {
  readonly stall: Micros;
  readonly serviceLevel: ServiceLevel | null;
  readonly price: Price | null;
}

/**
 * `run.json`: the plan of a recorded run and every request, with the file that holds its stream. Times are whole
 * microseconds since the run's start, so that the report rebuilt from it is the same to the bit.
 */
interface RunFile extends Omit<FinishedRun, "records" | "summary">, RunSettings {
  readonly schema: typeof SCHEMA;
  readonly requests: readonly RecordedRequest[];
}

interface RecordedRequest {
  readonly index: number;
  /** `null` when the stream could not be kept. */
  readonly file: string | null;
  readonly scheduled_us: Micros | null;
  readonly sent_us: Micros;
  readonly ended_us: Micros;
  readonly outcome: Outcome;
  readonly error: Failure | null;
  /** Absent: it was not. */
  readonly resent?: boolean;
  /** Of conversations. */
  readonly turn?: TurnPlace | undefined;
  /** Of several kinds of requests. */
  readonly kind?: string | undefined;
  /** Of prompts that were sent twice. */
  readonly pair?: PairHalf | undefined;
}

/**
 * Writes the `run.json` of a run whose streams are in this folder. `masked` gives its text without keys.
 *
 * @throws whatever writing throws, such as `ENOSPC`. Half of a file never stays.
 */
export function saveRun(
  folder: string,
  run: FinishedRun,
  { masked, ...settings }: RunSettings & { readonly masked: (text: string) => string },
): void {
  const { records, summary: _, ...rest } = run;
  const file: RunFile = {
    schema: SCHEMA,
    ...rest,
    ...settings,
    requests: records.map((record) => ({
      index: record.index,
      file: record.file,
      scheduled_us: record.scheduled,
      sent_us: record.sent,
      ended_us: record.ended,
      outcome: record.outcome,
      error: record.failure,
      resent: record.resent,
      turn: record.turn,
      pair: record.pair,
      kind: record.kind,
    })),
  };
  const result = new ResultFile(join(folder, NAME), { overwrite: true });
  result.save(masked(`${JSON.stringify(file, null, 1)}\n`));
}

/** Whether a folder holds a recorded run. */
export function holdsRun(folder: string): boolean {
  return existsSync(join(folder, NAME));
}

/** The names of the recorded runs that a folder holds in folders of their own, in order. */
export function runsIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());
  return entries
    .map(({ name }) => name)
    .filter((name) => holdsRun(join(folder, name)))
    .toSorted();
}

/** A `run.json` that tells of no run. */
export class RunFileError extends Error {
  readonly file: string;
  /** Where it is of another form; `null` when it is no JSON, or no run of a version that can be read. */
  readonly problem: FormProblem | null;

  constructor(file: string, problem: FormProblem | null) {
    const state =
      problem === null
        ? `it is not of the form ${SCHEMA}`
        : `${problem.place} is not ${problem.expected.en}`;
    super(`Cannot read run "${file}": ${state}`);
    this.name = "RunFileError";
    this.file = file;
    this.problem = problem;
  }
}

/**
 * A stream that `run.json` names and that cannot be read: what the system said, a {@linkcode TranscriptError}, or a
 * {@linkcode DamagedStreamError}.
 */
export interface UnreadStream {
  readonly path: string;
  readonly error: Error;
}

/** A recorded run, built anew from its streams. */
export interface LoadedRun {
  readonly run: FinishedRun;
  readonly settings: RunSettings;
  /** Requests whose stream was not kept: they are missing in the run. */
  readonly missing: number;
  /** Streams that were kept and cannot be read now: they are missing in the run, too. */
  readonly unread: readonly UnreadStream[];
}

/**
 * Builds a recorded run anew: every stream is read and measured again, so that the report is that of the live run,
 * bit for bit. A stream that cannot be read, or is not the one that `run.json` tells of, is left out. `traced`: keep the
 * events of each, for other tools' definitions.
 *
 * `usageCache` and `think` take the place of what the streams say of it.
 *
 * @throws {RunFileError} when `run.json` is not one; and whatever reading it throws.
 *
 * @example
 * ```ts
 * const { run } = await loadRun("runs/monday");
 * run.summary.ttft.p50;
 * ```
 */
export async function loadRun(
  folder: string,
  { traced = false, ...said }: SaidOfAnswer & { readonly traced?: boolean } = {},
): Promise<LoadedRun> {
  const { schema: _, requests, stall, serviceLevel, price, ...rest } = readRunFile(folder);
  const records: RequestRecord[] = [];
  const unread: UnreadStream[] = [];
  for (const request of requests) {
    if (request.file === null) continue;
    try {
      records.push(await readRecord(folder, { request, stall, traced, said }));
    } catch (error) {
      const isOfFile = error instanceof Error && ("syscall" in error || isOfStream(error));
      if (!isOfFile) throw error;
      unread.push({ path: join(folder, request.file), error });
    }
  }
  const options = {
    concurrency: closedConcurrency(rest),
    ...(serviceLevel === null ? undefined : { serviceLevel }),
    ...(price === null ? undefined : { price }),
  };
  return {
    run: { ...rest, records, summary: summarize(records, options) },
    settings: { stall, serviceLevel, price },
    missing: requests.filter(({ file }) => file === null).length,
    unread,
  };
}

/** The streams at a time of a closed loop: a cap of an open one is none, nor is the highest of a ramp,
 * and users who think are not always asking. */
function closedConcurrency({
  config,
  asked,
  replayed,
}: Pick<RunFile, "config" | "asked" | "replayed">): number | undefined {
  const { concurrency, ramp = null, think_ms: think = null } = config;
  const isFull = asked.rate === null && ramp === null && think === null && replayed === undefined;
  return isFull && typeof concurrency === "number" ? concurrency : undefined;
}

function isOfStream(error: Error): boolean {
  return error instanceof TranscriptError || error instanceof DamagedStreamError;
}

function readRunFile(folder: string): RunFile {
  const path = join(folder, NAME);
  const value = asObject(parseJson(readFileSync(path, "utf8")));
  if (value === null || value["schema"] !== SCHEMA) throw new RunFileError(path, null);
  const run = withDefaults(value);
  const problem = runFileProblem(run);
  if (problem !== null) throw new RunFileError(path, problem);
  return run as unknown as RunFile;
}

async function readRecord(
  folder: string,
  given: {
    readonly request: RecordedRequest;
    readonly stall: Micros;
    readonly traced: boolean;
    readonly said: SaidOfAnswer;
  },
): Promise<RequestRecord> {
  const { request, stall, traced } = given;
  const { index, file, scheduled_us: scheduled, sent_us: sent, ended_us: ended } = request;
  const { resent = false, turn, pair, kind } = request;
  const path = join(folder, file ?? "");
  const place = {
    planned: { index, scheduled, turn, pair, kind },
    sent,
    ended,
    stall,
    file,
    resent,
  };
  const { outcome, error } = request;
  // A fault of ours before the request was sent: there was nothing to record.
  if (outcome === "failed" && error?.kind === "client" && statSync(path).size === 0) {
    const reading = new CompletionReader().result();
    return requestRecord({ verdict: { outcome, failure: error }, reading }, place);
  }
  const transcript = new TranscriptFile(path);
  const tracer = traced ? new EventTracer() : undefined;
  const timings = new TimingsReader();
  const result = await replayChat(transcript, {
    speed: Infinity,
    keepText: false,
    parts: false,
    ...given.said,
    clock: monotonicClock,
    onArrivals(arrivals) {
      tracer?.take(arrivals);
      timings.take(arrivals);
    },
  });
  const damage = damageOf(transcript, { found: result.verdict, told: { outcome, failure: error } });
  if (damage !== null) throw new DamagedStreamError(file ?? "", damage);
  return withTimings(requestRecord(result, { ...place, tracer }), timings);
}

/** A file of an earlier day may lack what was added since. */
function withDefaults(value: JsonObject): JsonObject {
  const instrument = asObject(value["instrument"]);
  return {
    deaths: [],
    ...value,
    ...(instrument === null ? undefined : { instrument: { clockOffset: 0, ...instrument } }),
  };
}
