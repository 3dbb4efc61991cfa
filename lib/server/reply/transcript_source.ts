import { asObject, asText, type JsonObject, parseJson } from "../../base/json.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import type { TimedText } from "../../wire/piece.ts";
import { FieldError } from "./asked.ts";
import { errorReply, fieldRefusal } from "./error_reply.ts";
import {
  jsonReply,
  type Reply,
  type ReplyEnd,
  type ReplySource,
  type TimedBytes,
} from "./reply.ts";
import { withoutUsage } from "./without_usage.ts";
import { type Matching, Matcher } from "./match.ts";
import {
  bodyText,
  eventData,
  isDocument,
  type NamedTranscript,
  recordedEnd,
  recordedHead,
  requestBody,
  timedPieces,
} from "./recorded_reply.ts";
import { type Split, splitPieces } from "./split.ts";
import { eventText } from "./writers/writer.ts";
import { writerOf } from "./writers/writers.ts";

/** How transcripts are played. */
export interface TranscriptSourceOptions {
  /** 2 is twice as fast, `Infinity` waits for nothing. Default 1. */
  readonly speed?: number | undefined;
  /** Absent: in the pieces that were recorded. */
  readonly split?: Split | undefined;
  /** Default `any`. */
  readonly matching?: Matching | undefined;
}

/** What a request wants to have otherwise than recorded. One answer serves all that want the same. */
interface Wanted {
  readonly api: ProtocolName;
  readonly streamed: boolean;
  readonly withUsage: boolean;
}

/**
 * Transcripts that answer requests as the endpoint did that they were recorded from.
 *
 * A request that streams gets the recorded body, byte for byte; only what `stream_options.include_usage` decides
 * follows the request. One that does not stream gets the same completion as one value, when the stream had ended. Each
 * transcript answers over the protocol that it was recorded in.
 *
 * @example
 * ```ts
 * const source = new TranscriptSource([{ name: "hello.sse", transcript }], { speed: Infinity });
 * source.answer({ model: "m", messages: [{ role: "user", content: "你好" }], stream: true });
 * ```
 */
export class TranscriptSource implements ReplySource {
  readonly models: readonly string[];
  readonly #matcher: Matcher;
  readonly #speed: number;
  readonly #split: Split | null;
  readonly #answers = new Map<NamedTranscript, Map<string, Reply>>();

  constructor(transcripts: readonly NamedTranscript[], options: TranscriptSourceOptions = {}) {
    this.#matcher = new Matcher(transcripts, options.matching ?? "any");
    this.#speed = options.speed ?? 1;
    this.#split = options.split ?? null;
    this.models = [...new Set(transcripts.flatMap(({ transcript }) => modelOf(transcript)))];
  }

  answer(body: JsonObject, api: ProtocolName = "chat"): Reply {
    const writer = writerOf(api);
    try {
      writer.check(body);
    } catch (error) {
      if (error instanceof FieldError) return fieldRefusal(error, api);
      throw error;
    }
    const match = this.#matcher.match(body, api);
    if (match.kind === "none") {
      return errorReply({ status: 404, code: "no_match", message: match.message }, api);
    }
    const wanted = { api, streamed: body["stream"] === true, withUsage: writer.asksForUsage(body) };
    const answers = this.#answers.get(match.recorded) ?? new Map<string, Reply>();
    this.#answers.set(match.recorded, answers);
    const name = JSON.stringify(wanted);
    const known = answers.get(name) ?? this.#plan(match.recorded, wanted);
    answers.set(name, known);
    return known;
  }

  #plan(recorded: NamedTranscript, wanted: Wanted): Reply {
    const answer = this.#atSpeed(recordedReply(recorded, wanted));
    if (this.#split === null) return answer;
    return { ...answer, pieces: splitPieces([...answer.pieces], this.#split) };
  }

  #atSpeed({ head, pieces, end, from }: Reply): Reply {
    const scaled = (at: number): number => Math.round(at / this.#speed);
    return {
      head: head === null ? null : { ...head, at: scaled(head.at) },
      pieces: Array.from(pieces, ({ bytes, at }) => ({ bytes, at: scaled(at) })),
      end: { ...end, at: scaled(end.at) },
      from,
    };
  }
}

function recordedReply({ name, transcript }: NamedTranscript, wanted: Wanted): Reply {
  const head = recordedHead(transcript);
  const end = recordedEnd(transcript);
  const pieces = timedPieces(transcript);
  const writer = writerOf(wanted.api);
  const asRecorded = { head, pieces: encoded(pieces), end, from: name };
  if (head === null || head.status < 200 || head.status > 299) return asRecorded;
  const body = bodyText(transcript);
  const request = requestBody(transcript);
  const last = Math.max(end.at, pieces.at(-1)?.at ?? 0);
  if (isDocument(body)) {
    const value = request?.["stream"] === true ? null : asObject(parseJson(body));
    if (!wanted.streamed || value === null || !isWhole(value, wanted.api)) return asRecorded;
    const text = writer.streamed(value, wanted).map(eventText);
    return {
      ...asRecorded,
      head: { ...head, headers: { ...head.headers, "content-type": "text/event-stream" } },
      pieces: encoded([{ text: text.join(""), at: last }]),
    };
  }
  if (!wanted.streamed) {
    return { ...unstreamed(body, { end, at: last, api: wanted.api }), from: name };
  }
  const asked = request === null ? null : writer.asksForUsage(request);
  if (wanted.withUsage || asked === false) return asRecorded;
  return { ...asRecorded, pieces: encoded(withoutUsage(pieces, { all: asked === true })) };
}

/** The whole completion at the end of the stream; where the stream broke, so does the connection, before any head. */
function unstreamed(
  body: string,
  { end, at, api }: { readonly end: ReplyEnd; readonly at: number; readonly api: ProtocolName },
): Reply {
  const whole = writerOf(api).whole(eventData(body));
  if (whole.kind === "completion" && (whole.isFinished || end.kind === "end")) {
    return jsonReply(whole.value, { at });
  }
  if (whole.kind === "error") return jsonReply(whole.value, { status: whole.status ?? 500, at });
  if (end.kind !== "end") return { head: null, pieces: [], end: { kind: end.kind, at }, from: "" };
  const message = "the transcript holds no completion";
  return errorReply({ status: 502, code: "no_completion", message }, api);
}

/** Whether a body is a completion that was not streamed. */
function isWhole(value: JsonObject, api: ProtocolName): boolean {
  return protocolNamed(api).isWhole(value);
}

function encoded(pieces: readonly TimedText[]): TimedBytes[] {
  const encoder = new TextEncoder();
  return pieces.map(({ text, at }) => ({ bytes: encoder.encode(text), at: at ?? 0 }));
}

/** The model that a transcript answers for: as the request names it, else as the answer does. */
function modelOf(transcript: NamedTranscript["transcript"]): string[] {
  const asked = asText(requestBody(transcript)?.["model"]);
  if (asked !== null) return [asked];
  const body = bodyText(transcript);
  for (const data of isDocument(body) ? [body] : eventData(body)) {
    const object = asObject(parseJson(data));
    // In Responses and Messages it stands one level deeper.
    for (const place of [object, object?.["response"], object?.["message"]]) {
      const model = asText(asObject(place)?.["model"]);
      if (model !== null) return [model];
    }
  }
  return [];
}
