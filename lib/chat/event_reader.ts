import { type CompletionChunk, decodeEvent, failureIn, objectIn } from "../wire/completion.ts";
import { isPlainChunk } from "../wire/plain_chunk.ts";
import { type EndpointError, endpointErrorFromText, remarkIn } from "../wire/endpoint_error.ts";
import { asObject, asText, isTooDeep, type JsonObject, parseJson } from "../base/json.ts";
import { isFailureName } from "../wire/error_places.ts";
import { type Salvage, salvage } from "../wire/salvage.ts";
import { LimitError } from "../base/limit_error.ts";
import { type SseEvent, SseSplitter } from "../wire/sse.ts";
import type { Micros } from "../base/time.ts";
import { AfterDone } from "./after_done.ts";
import type { ChunkNews, ChunkReader } from "./chunk_reader.ts";
import type { Dialect } from "./dialect.ts";
import { errorNamed, errorOf, isBeside, isError } from "./event_names.ts";
import type { Arrival, ChatPart, Spoilt } from "./reading.ts";
import { pageIn } from "./line_kind.ts";
import { shortened, StrayLines } from "./stray_lines.ts";
import { isUnderstood, Unread } from "./unread.ts";

/** Something that the standard passes over, with its place among the events of the piece. */
interface PassedOver {
  readonly kind: "line" | "name";
  readonly text: string;
  readonly eventsBefore: number;
}

/**
 * Reads the event stream of one completion: splits it and hands its chunks on. What is spoilt is counted, and read as
 * far as it can be. Nothing behind `[DONE]` is read; an error there is noted.
 */
export class EventReader {
  readonly #completion: ChunkReader;
  readonly #dialect: Dialect;
  readonly #splitter: SseSplitter;
  readonly #strayLines = new StrayLines((value) => this.#dialect.read(value));
  readonly #unread = new Unread();
  readonly #afterDone = new AfterDone();
  #ignored: PassedOver[] = [];
  #malformedEvents = 0;
  #firstMalformed: string | null = null;
  #repairedEvents = 0;
  #tooDeep = 0;
  #remark: string | null = null;
  #hasChunk = false;
  #done = false;
  #isWhole = false;
  #doneAt: Micros | null = null;
  #lastEvent: string | null = null;

  constructor(
    completion: ChunkReader,
    { dialect, maxEventLength }: { readonly dialect: Dialect; readonly maxEventLength: number },
  ) {
    this.#completion = completion;
    this.#dialect = dialect;
    this.#splitter = new SseSplitter({
      maxEventLength,
      onUnknownLine: (text, eventsBefore) =>
        this.#ignored.push({ kind: "line", text, eventsBefore }),
      onNameWithoutData: (text, eventsBefore) => {
        if (isFailureName(text)) this.#ignored.push({ kind: "name", text, eventsBefore });
      },
    });
  }

  /** The completion's last event, or `[DONE]`, came: nothing more is read. */
  get done(): boolean {
    return this.#done;
  }

  /** What came then says that the completion is whole. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** When it came. */
  get doneAt(): Micros | null {
    return this.#doneAt;
  }

  /** What said that nothing more follows: `[DONE]`, or the type of the event; `null` before it. */
  get lastEvent(): string | null {
    return this.#lastEvent;
  }

  /** The last thing that could not be read, as an error; `null` when all could. */
  get unread(): EndpointError | null {
    return this.#unread.last;
  }

  /** The same where nothing came behind it: it stands in the place of the stream's end. */
  get instead(): EndpointError | null {
    return this.#unread.atEnd;
  }

  /** A chunk of a completion came, also one without choices. */
  get hasChunk(): boolean {
    return this.#hasChunk;
  }

  /** What was not as the standard has it. */
  get spoilt(): Spoilt {
    return {
      malformedEvents: this.#malformedEvents,
      firstMalformed: this.#firstMalformed,
      tooDeep: this.#tooDeep,
      repairedEvents: this.#repairedEvents,
      strayLines: this.#strayLines.counted,
      errorAfterDone: this.#afterDone.error,
      textAfterDone: this.#afterDone.text,
      remark: this.#remark,
    };
  }

  /**
   * Takes the next text, which arrived at this time. What comes behind `[DONE]` gives no arrivals.
   *
   * @throws {LimitError} when an event is longer than `maxEventLength`, and comes before `[DONE]`.
   */
  push(text: string, at: Micros | null): Arrival[] {
    try {
      return this.#readEvents(this.#splitter.push(text), { at });
    } catch (error) {
      if (this.#done && error instanceof LimitError) return [];
      throw error;
    }
  }

  /** The stream ended: an event without its blank line, which arrived at this time. */
  end(at: Micros | null): Arrival[] {
    const unfinished = this.#unfinishedEvent();
    const events = unfinished !== null && this.#isUsable(unfinished) ? [unfinished] : [];
    return this.#readEvents(events, { at, isLast: true });
  }

  /** None is waiting after the splitter gave up: {@linkcode EventReader.push} has said so. */
  #unfinishedEvent(): SseEvent | null {
    try {
      return this.#splitter.end();
    } catch (error) {
      if (error instanceof LimitError) return null;
      throw error;
    }
  }

  #readEvents(
    events: readonly SseEvent[],
    { at, isLast = false }: { readonly at: Micros | null; readonly isLast?: boolean },
  ): Arrival[] {
    const arrivals: Arrival[] = [];
    const ignored = this.#ignored;
    if (ignored.length > 0) this.#ignored = [];
    let next = 0;
    for (let read = 0; read <= events.length; read++) {
      for (; (ignored[next]?.eventsBefore ?? Infinity) <= read; next++) {
        const passed = ignored[next] as PassedOver;
        if (this.#done) this.#notePassedOver(passed, { isLast });
        else {
          const arrival = this.#readPassedOver(passed, { at, isLast });
          if (arrival !== null) arrivals.push(arrival);
        }
      }
      const event = events[read];
      if (event === undefined) break;
      if (this.#done) this.#afterDone.event(event);
      else arrivals.push(this.#readEvent(event, at));
    }
    return arrivals;
  }

  #notePassedOver({ kind, text }: PassedOver, { isLast }: { readonly isLast: boolean }): void {
    if (kind === "line") this.#afterDone.line(text, { isLast });
    else this.#afterDone.failed(errorNamed(text, ""));
  }

  #readPassedOver(
    { kind, text: data }: PassedOver,
    { at, isLast }: { readonly at: Micros | null; readonly isLast: boolean },
  ): Arrival | null {
    if (kind === "name")
      return this.#errorArrival(errorNamed(data, ""), { at, data: `event: ${data}` });
    const line = this.#strayLines.read(data, { isLast });
    switch (line.kind) {
      case "ignored":
        return null;
      case "error":
        return this.#errorArrival(endpointErrorFromText(line.text), { at, data: line.text });
      case "stray":
        if (line.salvage.found.length === 0) this.#unread.line(data);
        else if (line.isJson) this.#unread.linesWereRead();
        return { at, data, kind: "not_a_field", ...this.#readSalvage(line.salvage, at) };
    }
  }

  #errorArrival(
    error: EndpointError,
    { at, data }: { readonly at: Micros | null; readonly data: string },
  ): Arrival {
    const parts = [this.#completion.fail(error, at)];
    return { at, data, kind: "chunk", parts, deltas: 0, tokens: null };
  }

  #readEvent(event: SseEvent, at: Micros | null): Arrival {
    const { data } = event;
    this.#strayLines.interrupt();
    this.#unread.interrupt();
    // Nearly every event is done here. Those that are not go the long way, which would give the same for all.
    const value = this.#dialect.isChat && event.event === "message" ? objectIn(data) : null;
    if (value !== null && isPlainChunk(value)) {
      this.#hasChunk = true;
      return this.#completion.readPlain(value, { at, data });
    }
    const decoded = value === null ? decodeEvent(data) : ({ kind: "object", value } as const);
    const error = errorOf(event);
    if (decoded.kind === "object") {
      const chunk = this.#dialect.read(decoded.value);
      if (isForeign(chunk)) this.#noteForeign(event, decoded.value);
      else this.#hasChunk = true;
      const { parts, deltas, tokens } = this.#completion.read(chunk, { at, error });
      if (chunk.ends) this.#end(at, decoded.value);
      return { at, data, value: decoded.value, kind: "chunk", parts, deltas, tokens };
    }
    if (decoded.kind === "done") this.#endOfStream(at);
    if (error !== null) return this.#errorArrival(error, { at, data });
    if (decoded.kind === "malformed") return this.#readMalformed(data, at);
    return { at, data, kind: decoded.kind, parts: [], deltas: 0, tokens: null };
  }

  #noteForeign({ event, data }: SseEvent, value: JsonObject): void {
    if (this.#remark === null) this.#remark = remarkIn(value);
    if ("choices" in value) this.#hasChunk = true;
    if (!isUnderstood(value) && !isBeside(event)) this.#unread.event(data);
  }

  #readMalformed(data: string, at: Micros | null): Arrival {
    const salvaged = salvage(data, (value) => this.#dialect.read(value));
    const isRepaired = salvaged.found.length > 0;
    if (isRepaired) this.#repairedEvents++;
    if (!isRepaired || salvaged.isPartial) {
      this.#malformedEvents++;
      this.#firstMalformed ??= shortened(data);
      if (isTooDeep(data)) this.#tooDeep++;
      this.#unread.event(data);
    }
    const kind = isRepaired ? "chunk" : "malformed";
    return { at, data, kind, ...this.#readSalvage(salvaged, at) };
  }

  #readSalvage({ found, error }: Salvage, at: Micros | null): ChunkNews {
    const parts: ChatPart[] = [];
    let deltas = 0;
    let tokens: number | null = null;
    let behind: EndpointError | null = null;
    for (const one of found) {
      if (this.#done) {
        behind ??= one.kind === "chunk" ? failureIn(one.chunk) : null;
      } else if (one.kind === "done") {
        this.#endOfStream(at);
      } else {
        this.#hasChunk = true;
        const read = this.#completion.read(one.chunk, { at });
        if (one.chunk.ends) this.#end(at, asObject(parseJson(one.data)));
        for (const part of read.parts) parts.push(part);
        deltas += read.deltas;
        if (read.tokens !== null) tokens = (tokens ?? 0) + read.tokens;
      }
    }
    this.#afterDone.failed(behind);
    if (error !== null) parts.push(this.#completion.fail(error, at));
    return { parts, deltas, tokens };
  }

  #end(at: Micros | null, event: JsonObject | null): void {
    this.#lastEvent = asText(event?.["type"]);
    this.#done = true;
    this.#isWhole = true;
    this.#doneAt = at;
  }

  /** `[DONE]`. Where the protocol has an event that ends it, a proxy may have put it behind half an answer. */
  #endOfStream(at: Micros | null): void {
    const { doneIsWhole } = this.#dialect.protocol;
    this.#lastEvent = "[DONE]";
    this.#done = true;
    this.#isWhole = doneIsWhole;
    this.#doneAt = at;
  }

  /** An event without its blank line counts if it decodes; half a JSON object does not. */
  #isUsable(event: SseEvent): boolean {
    const { kind } = decodeEvent(event.data);
    if (kind !== "malformed") return kind !== "heartbeat";
    return (
      isError(event) ||
      pageIn(event.data) !== -1 ||
      salvage(event.data, (value) => this.#dialect.peek(value)).found.length > 0
    );
  }
}

/** Whether an object holds nothing of a completion. */
function isForeign({ choices, usage, error, isKnown }: CompletionChunk): boolean {
  return choices.length === 0 && usage === null && error === null && isKnown !== true;
}
