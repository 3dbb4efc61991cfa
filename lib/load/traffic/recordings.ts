import { basename } from "node:path";
import { replayChat } from "../../chat/replay_chat.ts";
import { monotonicClock } from "../../base/clock.ts";
import { asObject, type JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { protocolNamed, protocolOfPath } from "../../protocols/protocols.ts";
import { type RecordedRun, TranscriptError } from "../../transcript/format.ts";
import { TranscriptFile, transcriptFiles } from "../../transcript/transcript_file.ts";
import { placesOf } from "./sessions.ts";
import type { LeftOutReason, Traffic } from "./traffic.ts";

/** One recorded request with what came of it. */
interface Recorded {
  readonly name: string;
  /** Both as µs on the clock of that day, or since the run's start. */
  readonly times: { readonly wall: Micros; readonly run: Micros | null };
  /** From the request to the end of its answer; `null`: the recording was cut. */
  readonly took: Micros | null;
  readonly api: ProtocolName;
  readonly body: JsonObject;
  readonly answer: string;
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
}

/**
 * The requests in a folder of recordings, or in one of them, as `serve --upstream --record` and `bench --record` write
 * them. What cannot be sent again is left out and counted: files that are no recordings, or have no request; warm-ups;
 * requests for several choices; and those that lean on an answer which the endpoint had stored.
 *
 * Times are those of the run where all have one, to the µs; else those of the wall clock, to the ms.
 *
 * @throws whatever reading throws, such as `ENOENT`.
 *
 * @example
 * ```ts
 * const { requests } = await readRecordings("monday");
 * ```
 */
export async function readRecordings(path: string): Promise<Traffic> {
  const found: Recorded[] = [];
  const leftOut: Partial<Record<LeftOutReason, number>> = {};
  for (const file of await transcriptFiles(path)) {
    const one = await readRecording(file);
    if (typeof one === "string") leftOut[one] = (leftOut[one] ?? 0) + 1;
    else found.push(one);
  }
  const areOfRun = found.every(({ times }) => times.run !== null);
  const timeOf = ({ times }: Recorded): Micros => (areOfRun ? (times.run ?? 0) : times.wall);
  const sorted = found.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.name < b.name ? -1 : 1));
  const [first] = sorted;
  const start = first === undefined ? 0 : timeOf(first);
  const spoken = sorted.map((one) => {
    const at = timeOf(one) - start;
    const end = one.took === null ? null : at + one.took;
    return { at, end, messages: conversationOf(one), answer: one.answer };
  });
  const requests = placesOf(spoken).map(({ session, follows }, index) => {
    const { api, body, promptTokens, outputTokens } = at(sorted, index);
    const content = { kind: "body", api, body } as const;
    const time = at(spoken, index).at;
    return { at: time, session, follows, content, promptTokens, outputTokens };
  });
  return { form: "recordings", requests, leftOut, lengths: null };
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError(`There is no entry ${index}`);
  return value;
}

/** A text that goes on has no turns. */
function conversationOf({ api, body }: Recorded): ReturnType<typeof spokenIn> {
  return api === "completions" ? [] : spokenIn({ api, body });
}

function spokenIn({ api, body }: Pick<Recorded, "api" | "body">) {
  return protocolNamed(api).conversation(body) ?? [];
}

async function readRecording(path: string): Promise<Recorded | LeftOutReason> {
  const file = new TranscriptFile(path);
  let played: Awaited<ReturnType<typeof replayChat>>;
  try {
    played = await replayChat(file, { speed: Infinity, clock: monotonicClock });
  } catch (error) {
    if (error instanceof TranscriptError) return "unreadable";
    throw error;
  }
  const { header, closing } = file;
  const body = asObject(header?.request.body);
  const api = header === null ? undefined : protocolOfPath(header.request.url)?.name;
  const wall = Date.parse(header?.recorded_at ?? "") * 1000;
  if (header === null || body === null || api === undefined || Number.isNaN(wall)) {
    return "no_request";
  }
  if (header.run?.warmup === true) return "warmup";
  if (typeof body["n"] === "number" && body["n"] > 1) return "several_choices";
  if (typeof body["previous_response_id"] === "string") return "stored_answer";
  const { timeline, choices } = played.reading;
  return {
    name: basename(path),
    times: { wall, run: sentAt(header.run) },
    took: closing?.at ?? null,
    api,
    body,
    answer: choices[0]?.content ?? "",
    promptTokens: timeline.usage?.promptTokens ?? null,
    outputTokens: timeline.usage?.completionTokens ?? null,
  };
}

function sentAt(run: RecordedRun | undefined): Micros | null {
  return run === undefined ? null : Math.round(run.sent_ms * 1000);
}
