import { TimelineBuilder } from "../measure/timeline.ts";
import {
  type CompletionChunk,
  completionChunkFrom,
  decodeEventData,
  isWholeCompletion,
} from "../wire/completion.ts";
import {
  type EndpointError,
  endpointErrorFrom,
  endpointErrorFromBody,
} from "../wire/endpoint_error.ts";
import { asObject, parseJson } from "../wire/json.ts";
import { LimitError } from "../wire/limit_error.ts";
import { type SseEvent, SseSplitter } from "../wire/sse.ts";
import type { Micros, TimedText } from "../wire/text.ts";
import { ChoiceReader, hasText } from "./choice_reader.ts";
import type { Arrival, ChatPart, ChunkCounts, Reading } from "./reading.ts";

/** Options of {@linkcode CompletionReader}. */
export interface ReaderOptions {
  /** Keep the texts of the answers. Default `true`; a load of thousands of streams does without. */
  readonly keepText?: boolean;
  /** The longest event, and the longest body of a completion that did not stream. Default 16 Mi characters. */
  readonly maxEventLength?: number;
}

const HEAD_LENGTH = 8;
const ERROR_BODY_LENGTH = 64 * 1024;
const STREAM_HEAD = /^(:|(data|event|id|retry|error)(:|[\r\n]|$))/;

/**
 * Reads a completion from timed text: the one way from pieces to a timeline, for live streams and transcripts.
 * It is pure: what the same pieces give is always the same, to the bit.
 *
 * A body that begins like a document (`{`, `[`, `"`, `<`) is no event stream: it is kept and read at the end, as
 * a completion that did not stream, or an error.
 *
 * @example
 * ```ts
 * const reader = new CompletionReader();
 * reader.push({ text: 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n', at: 180_000 });
 * reader.push({ text: "data: [DONE]\n\n", at: 190_000 });
 * reader.end(190_000);
 * reader.result().timeline.deltasAt; // [180_000]
 * ```
 */
export class CompletionReader {
  readonly #keepText: boolean;
  readonly #maxLength: number;
  readonly #splitter: SseSplitter;
  readonly #timeline = new TimelineBuilder();
  readonly #choices = new Map<number, ChoiceReader>();
  readonly #models = new Set<string>();
  readonly #fingerprints = new Set<string>();
  #chunks: ChunkCounts = { total: 0, withText: 0, emptyFirst: 0, emptyLast: 0 };
  /** Fields named `error`, with their place among the events of the piece. */
  #errorFields: { readonly text: string; readonly eventsBefore: number }[] = [];
  #body: "undecided" | "stream" | "document" = "undecided";
  #status = 200;
  /** How an event stream begins, without blanks. */
  #head = "";
  #document = "";
  #lastPieceAt: Micros | null = null;
  #countedPerDelta = true;
  #id: string | null = null;
  #error: EndpointError | null = null;
  #malformedEvents = 0;
  #done = false;
  #wholeCompletion = false;
  #closedAt: Micros | null = null;

  constructor(options: ReaderOptions = {}) {
    this.#keepText = options.keepText ?? true;
    this.#maxLength = options.maxEventLength ?? 16 * 1024 * 1024;
    this.#splitter = new SseSplitter({
      maxEventLength: this.#maxLength,
      onUnknownField: (name, text, eventsBefore) => {
        if (name === "error") this.#errorFields.push({ text, eventsBefore });
      },
    });
  }

  /** Nothing more is wanted: `[DONE]` came, or as much of an error as is kept. */
  get done(): boolean {
    return this.#done || (!this.#isSuccess && this.#document.length >= ERROR_BODY_LENGTH);
  }

  /**
   * The response head came. Only the body of a 2xx response is a completion; any other is read as an error,
   * of which the first 64 Ki characters are kept. Not called: 200.
   */
  begin(status: number): void {
    this.#status = status;
    if (!this.#isSuccess) this.#body = "document";
  }

  /**
   * Takes the next piece and returns what it brought.
   *
   * @throws {LimitError} when an event, or a body that is no stream, is longer than `maxEventLength`.
   */
  push(piece: TimedText): Arrival[] {
    if (this.done || piece.text === "") return [];
    this.#timeline.piece(piece.at);
    this.#lastPieceAt = piece.at;
    if (this.#body === "undecided") this.#decide(piece.text);
    else if (this.#head.length < HEAD_LENGTH) this.#head += piece.text.slice(0, HEAD_LENGTH);
    if (this.#body === "document") {
      this.#document += piece.text;
      if (this.#document.length > this.#maxLength) {
        throw new LimitError(`Cannot read body: it has more than ${this.#maxLength} characters`);
      }
      return [];
    }
    return this.#readEvents(this.#splitter.push(piece.text), piece.at);
  }

  /**
   * The body ended, at this time. Returns what only the end brings out: an event without its blank line (it arrived
   * with the last piece), a completion that did not stream, text that was held back.
   */
  end(at: Micros | null): Arrival[] {
    const arrivals: Arrival[] = [];
    if (!this.#done) {
      this.#closedAt = at;
      if (this.#body === "document") {
        arrivals.push(...this.#readDocument(at));
      } else {
        const unfinished = this.#unfinishedEvent();
        const events = unfinished !== null && isUsable(unfinished) ? [unfinished] : [];
        arrivals.push(...this.#readEvents(events, this.#lastPieceAt));
      }
    }
    const held = [...this.#choices.values()].flatMap((choice) => choice.end(at));
    if (held.length > 0) arrivals.push({ at, data: null, kind: "end", parts: held, tokens: null });
    return arrivals;
  }

  /** What was read so far. */
  result(): Reading {
    const choices = [...this.#choices]
      .toSorted(([a], [b]) => a - b)
      .map(([, choice]) => choice.result());
    return {
      id: this.#id,
      models: [...this.#models],
      fingerprints: [...this.#fingerprints],
      choices,
      timeline: this.#timeline.build({
        closedAt: this.#closedAt,
        streamed: !this.#wholeCompletion,
      }),
      facts: {
        isCompletion: this.#isEventStream || this.#wholeCompletion,
        done: this.#done,
        finished: choices.length > 0 && choices.every(({ finishReason }) => finishReason !== null),
        error: this.#error,
      },
      malformedEvents: this.#malformedEvents,
      chunks: this.#chunks,
    };
  }

  get #isSuccess(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  get #isEventStream(): boolean {
    if (this.#body !== "stream") return false;
    return this.#done || this.#chunks.total > 0 || STREAM_HEAD.test(this.#head);
  }

  #decide(text: string): void {
    const begin = text.search(/\S/);
    if (begin === -1) return;
    this.#body = '{["<'.includes(text.charAt(begin)) ? "document" : "stream";
    this.#head = text.slice(begin, begin + HEAD_LENGTH);
  }

  /** None is waiting after the splitter gave up: {@linkcode CompletionReader.push} has said so. */
  #unfinishedEvent(): SseEvent | null {
    try {
      return this.#splitter.end();
    } catch (error) {
      if (error instanceof LimitError) return null;
      throw error;
    }
  }

  #readEvents(events: readonly SseEvent[], at: Micros | null): Arrival[] {
    const arrivals: Arrival[] = [];
    const errors = this.#errorFields;
    this.#errorFields = [];
    for (let read = 0, field = 0; read <= events.length && !this.#done; read++) {
      for (let error = errors[field]; error?.eventsBefore === read; error = errors[++field]) {
        arrivals.push(this.#errorArrival(error.text, at));
      }
      const event = events[read];
      if (event !== undefined) arrivals.push(this.#readEvent(event, at));
    }
    return arrivals;
  }

  #errorArrival(data: string, at: Micros | null): Arrival {
    const parts = this.#fail(errorFromText(data), at);
    return { at, data, kind: "chunk", parts, tokens: null };
  }

  #readEvent(event: SseEvent, at: Micros | null): Arrival {
    const { data } = event;
    const decoded = decodeEventData(data);
    switch (decoded.kind) {
      case "chunk":
        return { at, data, kind: "chunk", ...this.#readChunk(decoded.chunk, event, at) };
      case "done":
        this.#done = true;
        this.#closedAt = at;
        break;
      case "malformed":
        if (event.event === "error") return this.#errorArrival(data, at);
        this.#malformedEvents++;
        break;
      case "heartbeat":
        break;
    }
    return { at, data, kind: decoded.kind, parts: [], tokens: null };
  }

  #readChunk(
    chunk: CompletionChunk,
    event: SseEvent | null,
    at: Micros | null,
  ): { parts: ChatPart[]; tokens: number | null } {
    this.#id ??= chunk.id;
    if (chunk.model !== null) this.#models.add(chunk.model);
    if (chunk.fingerprint !== null) this.#fingerprints.add(chunk.fingerprint);
    const tokensBefore = this.#timeline.usage?.completionTokens ?? 0;
    const deltas = chunk.choices.map((delta) => this.#choice(delta.index).news(delta));
    const isDelta = deltas.some(hasText);
    this.#timeline.chunk({ isDelta, usage: chunk.usage }, at);
    this.#chunks = countedWith(this.#chunks, isDelta);
    const parts = deltas.flatMap((delta) => this.#choice(delta.index).take(delta, at));
    if (chunk.usage !== null) parts.push({ type: "usage", usage: chunk.usage, at });
    const error =
      chunk.error ??
      (event?.event === "error" ? errorFromText(event.data) : null) ??
      (deltas.some((delta) => delta.finishReason === "error")
        ? { message: 'finish_reason is "error"', code: null }
        : null);
    if (error !== null) parts.push(...this.#fail(error, at));
    const counted = chunk.usage?.completionTokens ?? null;
    // A count that comes once, at the end, is not what its chunk added.
    if (isDelta && counted === null) this.#countedPerDelta = false;
    const isKnown = counted !== null && this.#countedPerDelta;
    return { parts, tokens: isKnown ? Math.max(0, counted - tokensBefore) : null };
  }

  #readDocument(at: Micros | null): Arrival[] {
    const data = this.#document;
    if (!this.#isSuccess) {
      const parts = this.#fail(endpointErrorFromBody(data), at);
      return [{ at, data, kind: "chunk", parts, tokens: null }];
    }
    const value = parseJson(data.replace(/^\uFEFF/, ""));
    if (typeof value === "string") {
      const parts = this.#fail({ message: value, code: null }, at);
      return [{ at, data, kind: "chunk", parts, tokens: null }];
    }
    const object = asObject(Array.isArray(value) ? value[0] : value);
    if (object === null) return [];
    const chunk = completionChunkFrom(object);
    this.#wholeCompletion = isWholeCompletion(chunk);
    this.#done = this.#wholeCompletion;
    return [{ at, data, kind: "chunk", ...this.#readChunk(chunk, null, at) }];
  }

  #choice(index: number): ChoiceReader {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const options = { timeline: this.#timeline, keepText: this.#keepText };
    const choice = new ChoiceReader(index, options);
    this.#choices.set(index, choice);
    return choice;
  }

  #fail(error: EndpointError, at: Micros | null): ChatPart[] {
    this.#error ??= error;
    return [{ type: "error", error, at }];
  }
}

function countedWith(counts: ChunkCounts, hasText: boolean): ChunkCounts {
  const { total, withText, emptyFirst, emptyLast } = counts;
  if (hasText) return { total: total + 1, withText: withText + 1, emptyFirst, emptyLast: 0 };
  return withText === 0
    ? { total: total + 1, withText, emptyFirst: emptyFirst + 1, emptyLast }
    : { total: total + 1, withText, emptyFirst, emptyLast: emptyLast + 1 };
}

/** An event without its blank line counts if it decodes; half a JSON object does not. */
function isUsable(event: SseEvent): boolean {
  const { kind } = decodeEventData(event.data);
  return kind === "chunk" || kind === "done";
}

function errorFromText(text: string): EndpointError {
  const value = parseJson(text);
  const object = asObject(value);
  if (object === null) return { message: typeof value === "string" ? value : text, code: null };
  return endpointErrorFrom(object) ?? endpointErrorFromBody(text);
}
