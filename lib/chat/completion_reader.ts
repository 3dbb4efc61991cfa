import { isWholeCompletion } from "../wire/completion.ts";
import type { ProtocolName, UsageCache } from "../protocols/protocol.ts";
import { protocolNamed } from "../protocols/protocols.ts";
import { bounded, type EndpointError, endpointErrorFromBody } from "../wire/endpoint_error.ts";
import { asObject, isTooDeep, parseJson } from "../base/json.ts";
import { failureAmong } from "../wire/salvage.ts";
import { LimitError } from "../base/limit_error.ts";
import type { CompletionFacts } from "../measure/outcome.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import type { ThinkStart } from "../wire/think_tags.ts";
import { ChunkReader } from "./chunk_reader.ts";
import { Dialect } from "./dialect.ts";
import { EventReader } from "./event_reader.ts";
import type { Arrival, Reading } from "./reading.ts";

/** Options of {@linkcode CompletionReader}. */
export interface ReaderOptions {
  /** Keep the texts of the answers. Default `true`; a load of thousands of streams does without. */
  readonly keepText?: boolean;
  /** Give arrivals their parts. Default `true`; who only counts deltas does without. */
  readonly parts?: boolean | undefined;
  /** The longest event, and the longest body of a completion that did not stream. Default 16 Mi characters. */
  readonly maxEventLength?: number;
  /** The protocol that was asked. Default: the first object of the stream tells. */
  readonly api?: ProtocolName | undefined;
  /** How prompt tokens out of a cache are counted, where the protocol leaves it open. Default: not known. */
  readonly usageCache?: UsageCache | undefined;
  /** How reasoning inside the content begins. Default: with a tag. */
  readonly think?: ThinkStart | undefined;
  /** How many choices were asked for, where more than one were. */
  readonly choices?: number | undefined;
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
  readonly #maxLength: number;
  readonly #completion: ChunkReader;
  readonly #dialect: Dialect;
  readonly #events: EventReader;
  #body: "undecided" | "stream" | "document" = "undecided";
  #status = 200;
  /** How an event stream begins, without blanks. */
  #head = "";
  #document = "";
  #isTooDeep = false;
  #lastPieceAt: Micros | null = null;
  #wholeCompletion = false;
  #endedAt: Micros | null = null;

  constructor(options: ReaderOptions = {}) {
    const { keepText = true, maxEventLength = 16 * 1024 * 1024, api, usageCache } = options;
    this.#maxLength = maxEventLength;
    this.#completion = new ChunkReader({
      keepText,
      parts: options.parts ?? true,
      think: options.think,
      choices: options.choices,
    });
    this.#dialect = new Dialect(api === undefined ? null : protocolNamed(api), usageCache ?? null);
    this.#events = new EventReader(this.#completion, { dialect: this.#dialect, maxEventLength });
  }

  /** Nothing more is wanted: `[DONE]` came, or as much of an error as is kept. */
  get done(): boolean {
    return this.#done || (!this.#isSuccess && this.#document.length >= ERROR_BODY_LENGTH);
  }

  /** What comes is still looked at: behind `[DONE]` for errors alone, behind the end of an error not at all. */
  get listens(): boolean {
    return !this.done || this.#events.done;
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
   * Takes the next piece and returns what it brought: nothing, where it comes behind `[DONE]`. There only errors and
   * texts are noted, without a time.
   *
   * @throws {LimitError} when an event, or a body that is no stream, is longer than `maxEventLength`.
   */
  push(piece: TimedText): Arrival[] {
    if (piece.text === "") return [];
    if (this.done) return this.listens ? this.#events.push(piece.text, piece.at) : [];
    this.#completion.timeline.piece(piece.at);
    this.#lastPieceAt = piece.at;
    let { text } = piece;
    if (this.#body === "undecided") text = this.#decide(text);
    else if (this.#head.length < HEAD_LENGTH) this.#head += text.slice(0, HEAD_LENGTH);
    if (this.#body !== "document") return this.#events.push(text, piece.at);
    this.#document += text;
    if (this.#document.length > this.#maxLength) {
      throw new LimitError(`Cannot read body: it has more than ${this.#maxLength} characters`);
    }
    return [];
  }

  /**
   * The body ended, at this time. Returns what only the end brings out: an event without its blank line (it arrived
   * with the last piece), a completion that did not stream, text that was held back.
   */
  end(at: Micros | null): Arrival[] {
    const arrivals: Arrival[] = [];
    if (this.#events.done) this.#events.end(at);
    if (!this.#done) {
      this.#endedAt = at;
      const isDocument = this.#body === "document";
      arrivals.push(...(isDocument ? this.#readDocument(at) : this.#events.end(this.#lastPieceAt)));
    }
    const parts = this.#completion.end(at);
    if (parts.length > 0) {
      arrivals.push({ at, data: null, kind: "end", parts, deltas: 0, tokens: null });
    }
    return arrivals;
  }

  /** What was read so far. */
  result(): Reading {
    const { id, models, fingerprints, choices, chunks, error } = this.#completion;
    const { repeatedTexts, unreadContents, oddUsage, media, unplacedChoices } = this.#completion;
    const { spoilt } = this.#events;
    return {
      id,
      models,
      fingerprints,
      choices,
      lastEvent: this.#events.lastEvent,
      timeline: this.#completion.timeline.build({
        closedAt: this.#events.done ? this.#events.doneAt : this.#endedAt,
        streamed: !this.#wholeCompletion,
      }),
      facts: {
        isCompletion: this.#isEventStream || this.#wholeCompletion,
        done: this.#wholeCompletion || this.#events.isWhole,
        ending: this.#dialect.protocol.ending,
        otherProtocol: this.#otherProtocol(),
        finished: choices.length > 0 && choices.every(({ finishReason }) => finishReason !== null),
        error,
        unread: this.#events.unread,
        instead: this.#events.instead,
        hasChunk: this.#body !== "stream" || this.#events.hasChunk,
      },
      ...spoilt,
      tooDeep: spoilt.tooDeep + (this.#isTooDeep ? 1 : 0),
      repeatedTexts,
      unreadContents,
      oddUsage,
      media,
      unplacedChoices,
      chunks,
    };
  }

  #otherProtocol(): CompletionFacts["otherProtocol"] {
    const { other } = this.#dialect;
    if (other === null) return null;
    return { name: other.name, title: other.title, streamed: !this.#wholeCompletion };
  }

  get #done(): boolean {
    return this.#events.done || this.#wholeCompletion;
  }

  get #isSuccess(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  get #isEventStream(): boolean {
    if (this.#body !== "stream") return false;
    return this.#done || this.#completion.chunks.total > 0 || STREAM_HEAD.test(this.#head);
  }

  /**
   * Decides by the first character that is no blank, and returns the text to read. Blanks before a document are left
   * out wherever it is cut: there are some that JSON does not know.
   */
  #decide(text: string): string {
    const begin = text.search(/\S/);
    if (begin === -1) return text;
    this.#body = '{["<'.includes(text.charAt(begin)) ? "document" : "stream";
    this.#head = text.slice(begin, begin + HEAD_LENGTH);
    return this.#body === "document" ? text.slice(begin) : text;
  }

  #readDocument(at: Micros | null): Arrival[] {
    const data = this.#document;
    if (!this.#isSuccess) {
      // Some endpoints refuse in the form of a stream.
      const streamed = /^(data|event|:)/.test(data) ? failureAmong(data) : null;
      return this.#failed(streamed ?? endpointErrorFromBody(data), at);
    }
    const value = parseJson(data);
    if (typeof value === "string") return this.#failed(bounded(value, null), at);
    const object = asObject(Array.isArray(value) ? value[0] : value);
    if (object === null) {
      // What is no JSON is no completion, but an error in it is one.
      this.#isTooDeep = isTooDeep(data);
      const failure = failureAmong(data);
      return failure === null ? [] : this.#failed(failure, at);
    }
    const chunk = this.#dialect.read(object);
    this.#wholeCompletion =
      isWholeCompletion(chunk) || (this.#dialect.protocol.isWhole(object) && chunk.error === null);
    const news = this.#completion.read(chunk, { at });
    const deltas = this.#wholeCompletion ? 0 : news.deltas;
    return [{ at, data, kind: "chunk", ...news, deltas }];
  }

  #failed(error: EndpointError, at: Micros | null): Arrival[] {
    const parts = [this.#completion.fail(error, at)];
    return [{ at, data: this.#document, kind: "chunk", parts, deltas: 0, tokens: null }];
  }
}
