import { UserError } from "../base/message.ts";
import { requestRecord } from "../load/send.ts";
import { playForReport, type PlayedTranscript } from "../load/recorded_streams.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import { summarize } from "../measure/summary.ts";
import type { RecordedStream, ReportedRun } from "../page/page_input.ts";
import { benchJson } from "../report/run/run_json.ts";
import type { Result, ResultRequest } from "../report/run/result.ts";
import { resultOf } from "../report/run/result_form.ts";
import { warningsOf } from "../report/run/warnings.ts";
import { isSystemError, fileUnreadable } from "../command/messages/files.ts";
import { moreStreamsUnreadable, transcriptMalformed } from "../replay/messages.ts";
import { TranscriptError } from "../transcript/format.ts";
import { notAStream } from "./messages.ts";
import type { ReadOptions } from "./read_results.ts";
import { namesOf } from "./result_names.ts";

/** So many files that cannot be read are named one by one. */
const MOST_NAMED = 5;

/** Warnings that are about streams, and not about a run. */
const ABOUT_STREAMS: ReadonlySet<string> = new Set([
  "incomplete",
  "left_out",
  "no_times",
  "not_streamed",
  "no_usage",
  "shared_arrivals",
  "tpot_estimated",
  "odd_streams",
  "several_models",
]);

/**
 * Transcripts that belong to no run, side by side as the requests of one: they share no time, so there is nothing that is
 * per second of it.
 *
 * One that cannot be read, or is none, is said and left out.
 *
 * @throws {UserError} when none can be read.
 */
export async function transcriptsRun(
  paths: readonly string[],
  options: ReadOptions,
): Promise<{ readonly run: ReportedRun; readonly unread: number }> {
  const { context, stall, definitions } = options;
  const records: RequestRecord[] = [];
  const streams: RecordedStream[] = [];
  const urls = new Set<string>();
  const isEndKnown: boolean[] = [];
  const read: string[] = [];
  const errors: UserError[] = [];
  for (const path of paths) {
    const played = await play(path, options).catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
    context.signal.throwIfAborted();
    if (played instanceof UserError) {
      errors.push(played);
      continue;
    }
    const { file, result, stream } = played;
    const end = result.reading.timeline.closedAt ?? file.closing?.at ?? null;
    isEndKnown.push(end !== null);
    const planned = { index: records.length, scheduled: null };
    const { tracer } = played;
    const place = { planned, sent: 0, ended: end ?? 0, stall, file: path, resent: false, tracer };
    records.push(requestRecord(result, place));
    streams.push(stream);
    read.push(path);
    const url = file.header?.request.url;
    if (url !== undefined) urls.add(url);
  }
  const [firstError] = errors;
  if (records.length === 0 && firstError !== undefined) throw firstError;
  for (const { userMessage } of errors.slice(0, MOST_NAMED)) context.say(userMessage);
  if (errors.length > MOST_NAMED) context.say(moreStreamsUnreadable(errors.length - MOST_NAMED));
  const models = [...new Set(records.flatMap((record) => record.models))];
  const run: FinishedRun = {
    config: {
      model: fewOf(models),
      base_url: fewOf([...urls]),
      stall_ms: stall / 1000,
    },
    environment: {},
    asked: { rate: null, cap: null, promptTokens: null, outputTokens: null, cache: "reuse" },
    records,
    summary: { ...summarize(records), outputRate: null, requestRate: null },
    instrument: { loopLagP99: null, connections: "cold", proxy: false, clockOffset: 0 },
    interrupted: false,
    unsent: 0,
    deaths: [],
  };
  const warnings = warningsOf(run).filter(({ code }) => ABOUT_STREAMS.has(code));
  const { runs } = resultOf(benchJson({ run, warnings, definitions }, context.language))
    .result as Result;
  const [first] = runs as readonly [Result["runs"][number]];
  const names = namesOf(read);
  const reported: ReportedRun = {
    label: names.length === 1 ? (names[0] ?? "") : `${names.length} × .sse`,
    resultName: null,
    source: null,
    kind: "files",
    result: {
      ...first,
      duration_ms: null,
      requests: first.requests.map((request, at) =>
        isEndKnown[at] === true ? request : withoutEnd(request),
      ),
    },
    names,
    streams,
    calibration: null,
  };
  return { run: reported, unread: errors.length };
}

/** A recording that was cut, or has no times, does not tell when the request was over. */
function withoutEnd(request: ResultRequest): ResultRequest {
  const { ended_ms: ended, ...others } = request;
  return ended === undefined ? request : others;
}

/** `null`: none. */
function fewOf(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return [...names.slice(0, 3), ...(names.length > 3 ? ["…"] : [])].join(", ");
}

async function play(
  path: string,
  { withText, definitions, context }: ReadOptions,
): Promise<PlayedTranscript> {
  const { signal } = context;
  const played = await playForReport(path, {
    withText,
    traced: definitions.length > 0,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
    throw isSystemError(error) ? new UserError(fileUnreadable(path, error)) : error;
  });
  const { file, result } = played;
  const { isCompletion, error } = result.reading.facts;
  const isHeadless = file.header === null && file.response === null;
  if (isHeadless && !isCompletion && error === null && !signal.aborted) {
    throw new UserError(notAStream(path));
  }
  return played;
}
