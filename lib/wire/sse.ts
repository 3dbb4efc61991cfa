import { LimitError } from "../base/limit_error.ts";

/** One server-sent event, as WHATWG HTML §9.2.6 dispatches it. */
export interface SseEvent {
  /** The event's type: the last `event` field, or `"message"`. */
  readonly event: string;
  /** The `data` lines, joined with LF. May be empty. */
  readonly data: string;
  /** The last event ID as it stood when the event was dispatched. `""` if there was none. */
  readonly id: string;
}

/** Options of {@linkcode SseSplitter} and {@linkcode sseEvents}. */
export interface SseOptions {
  /**
   * The most data one event may hold, in UTF-16 code units: 16 Mi by default.
   * One line may be as long, plus its field name. Past it a {@linkcode LimitError} is thrown, so an endless line
   * from a broken server cannot fill memory.
   */
  readonly maxEventLength?: number;
  /**
   * Called with each line whose field the standard does not know, and so ignores, without its line end.
   * llama.cpp reports errors in one: `error: {"message":…}`. `eventsBefore` tells its place: so many of the events
   * that this call returns were finished before it.
   */
  readonly onUnknownLine?: (line: string, eventsBefore: number) => void;
  /**
   * Called with the name of each block that has one, but no data, and so is no event: `event: error` may be all that a
   * server says. `eventsBefore` as above.
   */
  readonly onNameWithoutData?: (name: string, eventsBefore: number) => void;
}

const FIELD_NAME_ROOM = "data: ".length;

/**
 * Splits the text of an event stream into events, wherever the text was cut.
 *
 * It follows the standard to the letter: LF, CR and CRLF end a line, one leading BOM is dropped, comments and
 * unknown fields are ignored, a block without data is no event, and an event counts only once its blank line
 * has come. Time is linear in the input, also for one event of many pieces: a finished line is looked at once,
 * an unfinished one is only added to.
 *
 * @example
 * ```ts
 * const splitter = new SseSplitter();
 * splitter.push("data: hel"); // []
 * splitter.push("lo\n\n"); // [{ event: "message", data: "hello", id: "" }]
 * splitter.end(); // null
 * ```
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseSplitter {
  readonly #maxEventLength: number;
  readonly #onUnknownLine: SseOptions["onUnknownLine"];
  readonly #onNameWithoutData: SseOptions["onNameWithoutData"];
  #begun = false;
  #afterCarriageReturn = false;
  /** The line so far. Only ever added to: the engine joins such a string once, when it is read. */
  #line = "";
  #event = "";
  #data: string | null = null;
  #id = "";
  #lastEventId = "";
  #retry: number | null = null;
  #failure: LimitError | null = null;

  constructor(options: SseOptions = {}) {
    this.#maxEventLength = options.maxEventLength ?? 16 * 1024 * 1024;
    this.#onUnknownLine = options.onUnknownLine;
    this.#onNameWithoutData = options.onNameWithoutData;
  }

  /** The ID that a reconnecting client sends as `Last-Event-ID`: that of the last finished block. `""` at first. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The reconnection time the stream asked for, in milliseconds; `null` when it did not. */
  get retry(): number | null {
    return this.#retry;
  }

  /** No event has begun that is not finished: whatever comes next begins a new one. */
  get isBetweenEvents(): boolean {
    return this.#line === "" && this.#data === null && this.#event === "";
  }

  /**
   * Takes the next text and returns the events it finished, in order; often none.
   *
   * @throws {LimitError} when a line or an event passes `maxEventLength`. Events finished before that are still
   * returned; the call after them throws.
   */
  push(text: string): SseEvent[] {
    if (this.#failure !== null) throw this.#failure;
    const events: SseEvent[] = [];
    if (text === "") return events;
    let start = 0;
    if (!this.#begun) {
      this.#begun = true;
      if (text.charCodeAt(0) === 0xfeff) start = 1;
    }
    if (this.#afterCarriageReturn && start < text.length) {
      this.#afterCarriageReturn = false;
      if (text.charCodeAt(start) === 0x0a) start++;
    }
    let lineFeed = text.indexOf("\n", start);
    let carriageReturn = text.indexOf("\r", start);
    try {
      while (lineFeed !== -1 || carriageReturn !== -1) {
        const atCarriageReturn =
          carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed);
        const end = atCarriageReturn ? carriageReturn : lineFeed;
        if (this.#line === "") {
          this.#takeLine(text, start, end, events);
        } else {
          const line = this.#line + text.slice(start, end);
          this.#line = "";
          this.#takeLine(line, 0, line.length, events);
        }
        start = end + 1;
        if (!atCarriageReturn) {
          lineFeed = text.indexOf("\n", start);
        } else if (lineFeed === start) {
          start++;
          lineFeed = text.indexOf("\n", start);
          carriageReturn = text.indexOf("\r", start);
        } else {
          this.#afterCarriageReturn = start === text.length;
          carriageReturn = text.indexOf("\r", start);
        }
      }
      if (start < text.length) {
        this.#checkLine(this.#line.length + text.length - start);
        this.#line += start === 0 ? text : text.slice(start);
      }
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      this.#failure = error;
      if (events.length === 0) throw error;
    }
    return events;
  }

  /**
   * Ends the stream and returns the event whose blank line never came, or `null` when no data of one is waiting.
   * The standard drops it; some endpoints forget the last blank line, so the choice is the caller's.
   * It changes neither `lastEventId` nor `retry`. Afterwards the splitter is ready for the next stream of the
   * same source, as after a reconnect.
   *
   * @throws {LimitError} when the stream passed `maxEventLength` and no call has said so yet.
   */
  end(): SseEvent | null {
    if (this.#failure !== null) throw this.#failure;
    const retry = this.#retry;
    const line = this.#line;
    if (line !== "") this.#takeLine(line, 0, line.length, []);
    if (this.#data === null && this.#event !== "") this.#onNameWithoutData?.(this.#event, 0);
    const unfinished =
      this.#data === null
        ? null
        : { event: this.#event || "message", data: this.#data, id: this.#id };
    this.#begun = false;
    this.#afterCarriageReturn = false;
    this.#line = "";
    this.#event = "";
    this.#data = null;
    this.#id = this.#lastEventId;
    this.#retry = retry;
    return unfinished;
  }

  #takeLine(text: string, start: number, end: number, events: SseEvent[]): void {
    if (start === end) {
      this.#dispatch(events);
      return;
    }
    this.#checkLine(end - start);
    // Nearly every line of a completion is one of data: it skips the search for the colon.
    if (text.startsWith("data:", start)) {
      this.#addData(text.slice(valueStart(text, start + 4, end), end));
      return;
    }
    const line = text.slice(start, end);
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(valueStart(line, colon, line.length));
    if (this.#takeField(name, value)) return;
    this.#onUnknownLine?.(line, events.length);
  }

  /** Whether the standard knows the field. */
  #takeField(name: string, value: string): boolean {
    switch (name) {
      case "data":
        this.#addData(value);
        return true;
      case "event":
        this.#event = value;
        return true;
      case "id":
        if (!value.includes("\0")) this.#id = value;
        return true;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.#retry = Number(value);
        return true;
      default:
        return false;
    }
  }

  #addData(value: string): void {
    const data = this.#data === null ? value : `${this.#data}\n${value}`;
    if (data.length > this.#maxEventLength) {
      throw tooLong("an event has", this.#maxEventLength);
    }
    this.#data = data;
  }

  #dispatch(events: SseEvent[]): void {
    this.#lastEventId = this.#id;
    if (this.#data !== null) {
      events.push({ event: this.#event || "message", data: this.#data, id: this.#id });
      this.#data = null;
    } else if (this.#event !== "") this.#onNameWithoutData?.(this.#event, events.length);
    this.#event = "";
  }

  #checkLine(length: number): void {
    if (length > this.#maxEventLength + FIELD_NAME_ROOM) {
      throw tooLong("a line has", this.#maxEventLength);
    }
  }
}

/**
 * The events of a response body, exactly as the standard dispatches them: an event whose blank line never came
 * is dropped. Leaving the loop early cancels the body.
 *
 * @throws {LimitError} past `maxEventLength`; and whatever reading the body throws.
 *
 * @example
 * ```ts
 * const response = new Response("data: 你好\n\ndata: [DONE]\n\n");
 * for await (const { data } of sseEvents(response.body!)) console.log(data);
 * // 你好
 * // [DONE]
 * ```
 */
export async function* sseEvents(
  body: ReadableStream<Uint8Array>,
  options: SseOptions = {},
): AsyncGenerator<SseEvent, void, undefined> {
  const splitter = new SseSplitter(options);
  // `yield*` would wait three times for each of them.
  for await (const text of decodeUtf8(body)) for (const event of splitter.push(text)) yield event;
  splitter.end();
}

/**
 * The text of a body. Characters cut between two reads come whole, an invalid byte comes as U+FFFD,
 * and a BOM stays: the splitter drops one, as the standard says, and a second one is data.
 */
export function decodeUtf8(body: ReadableStream<Uint8Array>): ReadableStream<string> {
  const decoder = new TextDecoderStream("utf-8", { ignoreBOM: true });
  const { readable, writable } = decoder as unknown as ReadableWritablePair<string, Uint8Array>;
  void pump(body.getReader(), writable.getWriter());
  return readable;
}

/** What `pipeThrough` does, in four fifths of its time: most bodies come in many small parts. */
async function pump(
  from: ReadableStreamDefaultReader<Uint8Array>,
  to: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  // Nothing more is wanted: the body is told at once, also while it is silent.
  to.closed.catch((reason: unknown) => from.cancel(reason).catch(() => {}));
  try {
    for (let part = await from.read(); !part.done; part = await from.read()) {
      await to.write(part.value);
    }
    await to.close();
  } catch (error) {
    await to.abort(error).catch(() => {});
  }
}

/** Where a field's value begins: behind the colon, and behind one space if there is one. */
function valueStart(text: string, colon: number, end: number): number {
  return colon + 1 < end && text.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1;
}

function tooLong(what: string, limit: number): LimitError {
  return new LimitError(`Cannot split event stream: ${what} more than ${limit} characters`);
}
