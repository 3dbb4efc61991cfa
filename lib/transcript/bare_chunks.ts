import { asArray, asObject, parseJson } from "../base/json.ts";
import { protocolOf } from "../protocols/protocols.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import { malformed } from "./format.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DATA = new TextEncoder().encode("data: ");
const EVENT_END = Uint8Array.of(LINE_FEED, LINE_FEED);

/** In bytes: as long as a line of a transcript may be. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Whether a file begins with an event of a completion, of whatever protocol, on a line of its own, without `data:`. A whole
 * completion, such as one that has `message` where a chunk has `delta`, is none.
 *
 * @example
 * ```ts
 * beginsWithBareChunk(new TextEncoder().encode('{"choices":[{"delta":{"content":"Hi"}}]}\n')); // true
 * ```
 */
export function beginsWithBareChunk(start: Uint8Array): boolean {
  const first = start.findIndex((byte) => !isBlank(byte) && !BOM.has(byte));
  if (first === -1 || start[first] !== 0x7b) return false;
  const lineFeed = start.indexOf(LINE_FEED, first);
  const line = start.subarray(first, lineFeed === -1 ? start.length : lineFeed);
  return isEvent(parseJson(new TextDecoder().decode(line)));
}

const BOM: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf]);

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

function isEvent(given: unknown): boolean {
  const value = asObject(given);
  if (value === null) return false;
  if (value["object"] === "chat.completion.chunk") return true;
  const protocol = protocolOf(value);
  return protocol !== null && !protocol.isWhole(value);
}

/**
 * The event stream that a JSON array of the events of a completion stands for; `null` for any other text.
 *
 * @example
 * ```ts
 * eventsOfArray('[{"choices":[{"delta":{"content":"Hi"}}]}]'); // 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'
 * ```
 */
export function eventsOfArray(text: string): string | null {
  if (!/^[\s\uFEFF]*\[/.test(text)) return null;
  const values = asArray(parseJson(text.replace(/^\uFEFF/, "")));
  if (!values.some(isEvent) || values.some((value) => asObject(value) === null)) return null;
  return values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join("");
}

/**
 * Makes events of JSON lines: each line with a value, or with `[DONE]`, becomes the `data` of one. Bytes come and go part by
 * part; no more than a line is held.
 *
 * @example
 * ```ts
 * const lines = new BareChunks("chunks.jsonl");
 * lines.push(new TextEncoder().encode('{"choices":[]}\n')); // the bytes of 'data: {"choices":[]}\n\n'
 * lines.end(); // a last line without its line feed
 * ```
 */
export class BareChunks {
  readonly #name: string;
  readonly #held = new ByteBuffer();
  #line = 1;

  /** `name`: the file's, for errors. */
  constructor(name: string) {
    this.#name = name;
  }

  /** @throws {TranscriptError} when a line has more than 16 MiB. */
  push(bytes: Uint8Array): Uint8Array {
    const events = new ByteBuffer();
    let start = 0;
    for (;;) {
      const lineFeed = bytes.indexOf(LINE_FEED, start);
      const end = lineFeed === -1 ? bytes.length : lineFeed;
      if (this.#held.length + end - start > LONGEST_LINE) {
        const place = { file: this.#name, line: this.#line };
        throw malformed(place, `is longer than the limit of ${LONGEST_LINE} bytes`);
      }
      this.#held.append(bytes.subarray(start, end));
      if (lineFeed === -1) return events.view();
      this.#takeLine(events);
      this.#line++;
      start = lineFeed + 1;
    }
  }

  end(): Uint8Array {
    const events = new ByteBuffer();
    this.#takeLine(events);
    return events.view();
  }

  #takeLine(events: ByteBuffer): void {
    const line = this.#held.view();
    let start = 0;
    let end = line.length;
    while (start < end && (isBlank(line[start] ?? 0) || BOM.has(line[start] ?? 0))) start++;
    while (end > start && isBlank(line[end - 1] ?? 0)) end--;
    if (end > start) {
      const isData = line[start] === 0x7b || line[start] === 0x5b;
      if (isData) events.append(DATA);
      events.append(line.subarray(start, end));
      events.append(EVENT_END);
    }
    this.#held.clear();
  }
}
