import { JsonNesting } from "../base/json_nesting.ts";
import { oneLine } from "../wire/one_line.ts";
import { lineKind, type LineKind } from "./line_kind.ts";
import { type Salvage, salvage } from "../wire/salvage.ts";
import type { StrayLineCount } from "./reading.ts";

const FIELDS = ["data", "event", "id", "retry", "error"];
const LONGEST_SHOWN = 200;
/** A JSON object over several lines is put together up to this length. */
const LONGEST_JSON = 64 * 1024;

type ChunkRead = Parameters<typeof salvage>[1];

/** What a line is that the standard ignores. */
export type StrayLine =
  /** A field named `error`, as llama.cpp had it. */
  | { readonly kind: "error"; readonly text: string }
  /** A field that nobody knows and that tells of no failure, or a blank: the standard is right to ignore it. */
  | { readonly kind: "ignored" }
  /** `isJson`: it is the last of several lines, or one of JSON that is read once its end has come. */
  | { readonly kind: "stray"; readonly salvage: Salvage; readonly isJson: boolean };

/**
 * Judges the lines of an event stream that are neither a known field nor a comment: text of a proxy, a web page, JSON
 * without `data:`, also over several lines.
 */
export class StrayLines {
  #count = 0;
  #first: string | null = null;
  #kind: LineKind | null = null;
  readonly #read: ChunkRead | undefined;
  #json: { text: string; readonly nesting: JsonNesting } | null = null;

  /** `read`: see {@linkcode salvage}. */
  constructor(read?: ChunkRead) {
    this.#read = read;
  }

  /** How many were no field so far. */
  get counted(): StrayLineCount {
    return { count: this.#count, first: this.#first, kind: this.#kind };
  }

  /** Takes a line. The last one of a body may be cut: the beginning of a field is none yet. */
  read(line: string, { isLast }: { readonly isLast: boolean }): StrayLine {
    const error = /^error(?::|$) ?/i.exec(line);
    if (error !== null) return { kind: "error", text: line.slice(error[0].length) };
    if (line.trim() === "" || (isLast && FIELDS.some((name) => name.startsWith(line)))) {
      return { kind: "ignored" };
    }
    const name = /^[A-Za-z][\w-]{0,63}:/.exec(line)?.[0];
    const found = salvage(name === undefined ? line : line.slice(name.length), this.#read);
    const isTelling = found.found.length > 0 || found.error !== null;
    const kind = lineKind(line);
    const isUnknown = name !== undefined && kind !== "log";
    if (isUnknown && !isTelling && !tellsFailure(line)) return { kind: "ignored" };
    this.#count++;
    this.#first ??= shortened(line);
    this.#kind ??= kind;
    if (isTelling) return { kind: "stray", salvage: found, isJson: false };
    const joined = this.#joined(line);
    const isJson = this.#json !== null || joined !== null;
    return { kind: "stray", salvage: joined ?? found, isJson };
  }

  /** An event came: JSON that was begun before it does not go on behind it. */
  interrupt(): void {
    this.#json = null;
  }

  /** JSON over several lines, when this line ends it. */
  #joined(line: string): Salvage | null {
    if (this.#json === null) {
      if (!/^\s*[{[]/.test(line.slice(0, 64))) return null;
      this.#json = { text: "", nesting: new JsonNesting() };
    }
    const json = this.#json;
    json.text += `${line} `;
    const end = json.nesting.push(line);
    if (end === -1 && json.text.length <= LONGEST_JSON) return null;
    this.#json = null;
    return end === -1 ? null : salvage(json.text, this.#read);
  }
}

/** Whether an unknown field tells of something that went wrong. */
function tellsFailure(line: string): boolean {
  return /error|fail|exception|time_?d?[ _-]?out|unavailable|denied|refused|overload|abort/i.test(
    line.slice(0, 1024),
  );
}

/** A line as it is shown: at most 200 characters. */
export function shortened(line: string): string {
  const text = oneLine(line);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1).toWellFormed()}…` : text;
}
