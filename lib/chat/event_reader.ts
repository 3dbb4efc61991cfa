import { type CompletionChunk, decodeEventData, failureIn } from "../wire/completion.ts";
import { type EndpointError, endpointErrorFromText, remarkIn } from "../wire/endpoint_error.ts";
import { asObject, isTooDeep, parseJson } from "../base/json.ts";
import { failureAmong, type Salvage, salvage } from "../wire/salvage.ts";
import { LimitError } from "../base/limit_error.ts";
import { type SseEvent, SseSplitter } from "../wire/sse.ts";
import type { Micros } from "../base/time.ts";
import type { ChunkNews, ChunkReader } from "./chunk_reader.ts";
import type { Arrival, ChatPart, Spoilt } from "./reading.ts";
import { StrayLines } from "./stray_lines.ts";

/**
 * Reads the event stream of one completion: splits it and hands its chunks on. What is spoilt is counted, and read as
 * far as it can be. Nothing behind `[DONE]` is read.
 */
export class EventReader {
  readonly #completion: ChunkReader;
  readonly #splitter: SseSplitter;
  readonly #strayLines = new StrayLines();
  /** Lines that the standard ignores, with their place among the events of the piece. */
  #ignored: { readonly line: string; readonly eventsBefore: number }[] = [];
  #malformedEvents = 0;
  #repairedEvents = 0;
  #tooDeep = 0;
  #remark: string | null = null;
  #errorAfterDone: EndpointError | null = null;
  #done = false;
  #doneAt: Micros | null = null;

  constructor(completion: ChunkReader, { maxEventLength }: { readonly maxEventLength: number }) {
    this.#completion = completion;
    this.#splitter = new SseSplitter({
      maxEventLength,
      onUnknownLine: (line, eventsBefore) => this.#ignored.push({ line, eventsBefore }),
    });
  }

  /** `[DONE]` came. */
  get done(): boolean {
    return this.#done;
  }

  /** When `[DONE]` came. */
  get doneAt(): Micros | null {
    return this.#doneAt;
  }

  /** What was not as the standard has it. */
  get spoilt(): Spoilt {
    return {
      malformedEvents: this.#malformedEvents,
      tooDeep: this.#tooDeep,
      repairedEvents: this.#repairedEvents,
      strayLines: this.#strayLines.counted,
      errorAfterDone: this.#errorAfterDone,
      remark: this.#remark,
    };
  }

  /**
   * Takes the next text, which arrived at this time.
   *
   * @throws {LimitError} when an event is longer than `maxEventLength`.
   */
  push(text: string, at: Micros | null): Arrival[] {
    return this.#readEvents(this.#splitter.push(text), { at });
  }

  /** The stream ended: an event without its blank line, which arrived at this time. */
  end(at: Micros | null): Arrival[] {
    const unfinished = this.#unfinishedEvent();
    const events = unfinished !== null && isUsable(unfinished) ? [unfinished] : [];
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
    let [read, next] = [0, 0];
    while (!this.#done && (read < events.length || next < ignored.length)) {
      const line = ignored[next];
      const event = events[read];
      if (line !== undefined && line.eventsBefore <= read) {
        next++;
        const arrival = this.#readIgnored(line.line, { at, isLast });
        if (arrival !== null) arrivals.push(arrival);
      } else if (event !== undefined) {
        read++;
        arrivals.push(this.#readEvent(event, at));
      } else break;
    }
    if (this.#done) {
      this.#noteAfterDone([
        ...events.slice(read).map(({ data }) => data),
        ...ignored.slice(next).map(({ line }) => line),
      ]);
    }
    return arrivals;
  }

  /** Nothing behind `[DONE]` is read, but an error that came along with it is not passed over in silence. */
  #noteAfterDone(texts: readonly string[]): void {
    for (const text of texts) {
      const field = /^error: ?/i.exec(text)?.[0];
      this.#errorAfterDone ??=
        failureAmong(text) ??
        (field === undefined ? null : endpointErrorFromText(text.slice(field.length)));
    }
  }

  #readIgnored(
    data: string,
    { at, isLast }: { readonly at: Micros | null; readonly isLast: boolean },
  ): Arrival | null {
    const line = this.#strayLines.read(data, { isLast });
    switch (line.kind) {
      case "ignored":
        return null;
      case "error":
        return this.#errorArrival(line.text, at);
      case "stray":
        return { at, data, kind: "not_a_field", ...this.#readSalvage(line.salvage, at) };
    }
  }

  #errorArrival(data: string, at: Micros | null): Arrival {
    const parts = [this.#completion.fail(endpointErrorFromText(data), at)];
    return { at, data, kind: "chunk", parts, deltas: 0, tokens: null };
  }

  #readEvent(event: SseEvent, at: Micros | null): Arrival {
    const { data } = event;
    this.#strayLines.interrupt();
    const decoded = decodeEventData(data);
    switch (decoded.kind) {
      case "chunk":
        if (this.#remark === null && isForeign(decoded.chunk)) {
          this.#remark = remarkIn(asObject(parseJson(data)) ?? {});
        }
        return {
          at,
          data,
          kind: "chunk",
          ...this.#completion.read(decoded.chunk, { at, error: errorOf(event) }),
        };
      case "done":
        this.#end(at);
        if (isError(event)) return this.#errorArrival(data, at);
        break;
      case "malformed":
        if (isError(event)) return this.#errorArrival(data, at);
        return this.#readMalformed(data, at);
      case "heartbeat":
        if (isError(event)) return this.#errorArrival(data, at);
        break;
    }
    return { at, data, kind: decoded.kind, parts: [], deltas: 0, tokens: null };
  }

  #readMalformed(data: string, at: Micros | null): Arrival {
    const salvaged = salvage(data);
    const isRepaired = salvaged.found.length > 0;
    if (isRepaired) this.#repairedEvents++;
    if (!isRepaired || salvaged.isPartial) {
      this.#malformedEvents++;
      if (isTooDeep(data)) this.#tooDeep++;
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
        this.#end(at);
      } else {
        const read = this.#completion.read(one.chunk, { at });
        for (const part of read.parts) parts.push(part);
        deltas += read.deltas;
        if (read.tokens !== null) tokens = (tokens ?? 0) + read.tokens;
      }
    }
    this.#errorAfterDone ??= behind;
    if (error !== null) parts.push(this.#completion.fail(error, at));
    return { parts, deltas, tokens };
  }

  #end(at: Micros | null): void {
    this.#done = true;
    this.#doneAt = at;
  }
}

/** An event without its blank line counts if it decodes; half a JSON object does not. */
function isUsable(event: SseEvent): boolean {
  const { kind } = decodeEventData(event.data);
  if (kind === "malformed") return isError(event) || salvage(event.data).found.length > 0;
  return kind === "chunk" || kind === "done";
}

/** Whether an object holds nothing of a completion. */
function isForeign({ choices, usage, error }: CompletionChunk): boolean {
  return choices.length === 0 && usage === null && error === null;
}

function isError({ event }: SseEvent): boolean {
  return event !== "message" && event.toLowerCase() === "error";
}

/** What an event tells by its name alone; `null` when it is an ordinary one. */
function errorOf(event: SseEvent): EndpointError | null {
  return isError(event) ? endpointErrorFromText(event.data) : null;
}
