import type { Buffer } from "node:buffer";
import type { TimedText } from "../../wire/piece.ts";

/** A line end, and the one after it: where a block of an event stream ends. Never between CR and LF. */
const BLOCK_END = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/g;

/** Where each event ends in a body, after its blank line, in order. Blocks without data are no events. */
export function* eventEnds(body: Buffer): Generator<{ readonly end: number }> {
  const text = body.toString("latin1");
  let start = 0;
  for (const {
    index,
    0: { length },
  } of text.matchAll(BLOCK_END)) {
    const end = index + length;
    if (hasData(text.slice(start, end))) yield { end };
    start = end;
  }
}

/** The events in a body, each with its data and the byte that it begins at, also a last one without its blank line. */
export function* dataEvents(
  body: Buffer,
): Generator<{ readonly data: string; readonly start: number }> {
  let start = 0;
  for (const end of [...Array.from(eventEnds(body), (event) => event.end), body.length]) {
    const block = body.subarray(start, end).toString("utf8");
    const lines = block.split(/\r\n|\n|\r/).filter((line) => /^\uFEFF?data(?::|$)/.test(line));
    const data = lines.map((line) => line.replace(/^\uFEFF?data:? ?/, "")).join("\n");
    if (lines.length > 0) yield { data, start };
    start = end;
  }
}

/** A line of data. Not with `^` and `m`, to which U+2028, common in JSON, would begin a line. */
const DATA_LINE = /(?<=^\uFEFF?|[\r\n])(data: ?)([^\r\n]*)/;

/**
 * Edits the events of a stream, each by its data. `edit` returns the data, changed or not, or `null` to take the whole
 * event out. What is changed goes out with the piece that held its last character; all else keeps its place and time.
 * Events whose data has several lines, and what is no event, stay as they are.
 */
export function editEvents(
  pieces: readonly TimedText[],
  edit: (data: string) => string | null,
): TimedText[] {
  const body = pieces.map(({ text }) => text).join("");
  const edited = new EditedPieces(pieces);
  let start = 0;
  for (const {
    index,
    0: { length },
  } of body.matchAll(BLOCK_END)) {
    const end = index + length;
    const block = body.slice(start, end);
    edited.take(end - start, editBlock(block, edit));
    start = end;
  }
  const rest = body.slice(start);
  edited.take(rest.length, editBlock(rest, edit));
  return edited.result();
}

function editBlock(block: string, edit: (data: string) => string | null): string | null {
  const [line, ...others] = block.matchAll(new RegExp(DATA_LINE, "g"));
  if (line === undefined || others.length > 0) return null;
  const [, , data = ""] = line;
  const changed = edit(data);
  if (changed === data) return null;
  return changed === null ? "" : block.replace(DATA_LINE, (_, name: string) => name + changed);
}

function hasData(block: string): boolean {
  return /(?:^(?:\xEF\xBB\xBF)?|[\r\n])data[:\r\n]/.test(block);
}

/** The same pieces, while parts of their text are exchanged. */
class EditedPieces {
  readonly #pieces: readonly TimedText[];
  readonly #texts: string[];
  #index = 0;
  /** How much of the current piece is taken. */
  #offset = 0;

  constructor(pieces: readonly TimedText[]) {
    this.#pieces = pieces;
    this.#texts = pieces.map(() => "");
  }

  /** Takes the next characters: as they are, or `replacement` in their place. */
  take(length: number, replacement: string | null): void {
    for (let missing = length; missing > 0;) {
      const text = this.#pieces[this.#index]?.text ?? "";
      if (this.#offset === text.length) {
        this.#index++;
        this.#offset = 0;
        continue;
      }
      const part = text.slice(this.#offset, this.#offset + missing);
      this.#offset += part.length;
      missing -= part.length;
      if (replacement === null) this.#texts[this.#index] += part;
      else if (missing === 0) this.#texts[this.#index] += replacement;
    }
  }

  result(): TimedText[] {
    return this.#pieces
      .map(({ at }, index) => ({ text: this.#texts[index] ?? "", at }))
      .filter(({ text }) => text !== "");
  }
}
