import { completionChunkFrom, type CompletionChunk, failureIn } from "./completion.ts";
import type { EndpointError } from "./endpoint_error.ts";
import { asObject, type JsonObject, parseJson } from "../base/json.ts";
import { JsonNesting } from "../base/json_nesting.ts";

/** One thing that could be read in spoilt text. */
export type Salvaged =
  | { readonly kind: "chunk"; readonly chunk: CompletionChunk; readonly data: string }
  | { readonly kind: "done"; readonly data: string };

/** What {@linkcode salvage} finds. */
export interface Salvage {
  /** What stands apart from each other and so can be read, in order; often nothing. */
  readonly found: readonly Salvaged[];
  /** A failure in what cannot be read: behind half a frame, or behind words. */
  readonly error: EndpointError | null;
  /** Some of the text is in neither. */
  readonly isPartial: boolean;
}

/** What stands before JSON and is none of it: blanks, byte order marks, the field's name, once or twice. */
const BEFORE = /^(?:[\s\uFEFF]|\\[nr]|data:){1,64}/i;
/** JSON that was turned into text so often is read. */
const MOST_QUOTED = 3;

/**
 * Reads what can be read in text that should have been one event and is none: the data of an event that is no JSON, or
 * a line that is no field. Events without the empty line between them, `data:` written twice or behind a blank, a
 * line end that came as `\n` in two characters, a byte order mark before each event, JSON without `data:`, several frames
 * on one line, JSON that was turned into text once more.
 *
 * `read` makes chunks of objects, as the protocol has it; by default, of those of chat completions.
 *
 * Of a frame that is cut nothing is read, but a failure behind it is told. Linear in the text.
 *
 * @example
 * ```ts
 * salvage("data: data: [DONE]").found; // [{ kind: "done", data: "[DONE]" }]
 * salvage("upstream connect error"); // { found: [], error: null, isPartial: true }
 * ```
 */
export function salvage(
  text: string,
  read: (value: JsonObject) => CompletionChunk = completionChunkFrom,
): Salvage {
  const found: Salvaged[] = [];
  let error: EndpointError | null = null;
  let isPartial = false;
  for (const line of unquoted(text).split("\n")) {
    const { texts, rest } = valuesIn(line);
    if (rest !== "") {
      error ??= failureBehind(rest);
      isPartial = true;
    }
    for (const value of texts) {
      const readable = readableIn(value, read);
      if (readable.length === 0) isPartial = true;
      found.push(...readable);
    }
  }
  return { found, error, isPartial };
}

/**
 * The text that stands in JSON of a text: `"{\"error\":…}"` is what a gateway makes of an error that is text already.
 * Any other text as it is.
 */
export function unquoted(text: string): string {
  let inner = text;
  for (let level = 0; level < MOST_QUOTED && /^\s{0,64}"/.test(inner); level++) {
    const value = parseJson(inner);
    if (typeof value !== "string") break;
    inner = value;
  }
  return inner;
}

/** The first failure that a text tells which is no event; `null` when it tells none. */
export function failureAmong(text: string): EndpointError | null {
  const { found, error } = salvage(text);
  for (const one of found) {
    const failure = one.kind === "chunk" ? failureIn(one.chunk) : null;
    if (failure !== null) return failure;
  }
  return error;
}

function readableIn(text: string, read: (value: JsonObject) => CompletionChunk): Salvaged[] {
  if (text === "[DONE]") return [{ kind: "done", data: text }];
  const chunk = chunkIn(text, read);
  return chunk === null ? [] : [{ kind: "chunk", chunk, data: text }];
}

/** The chunk that a JSON text is, if it says anything that chunks say. */
function chunkIn(
  text: string,
  read: (value: JsonObject) => CompletionChunk,
): CompletionChunk | null {
  const value = parseJson(text);
  // Gemini's compatible endpoint wraps an error into an array.
  const object = asObject(Array.isArray(value) ? value[0] : value);
  if (object === null) return null;
  const chunk = read(object);
  const { choices, usage, error, isKnown } = chunk;
  return choices.length > 0 || usage !== null || error !== null || isKnown ? chunk : null;
}

/** The JSON values that stand one behind the other in a line, and what is left behind the last of them. */
function valuesIn(line: string): { texts: string[]; rest: string } {
  const texts: string[] = [];
  for (let at = 0; ;) {
    at += skipped(line, at);
    if (at >= line.length) return { texts, rest: "" };
    const end = valueEnd(line, at);
    if (end === -1) return { texts, rest: line.slice(at) };
    texts.push(line.slice(at, end));
    at = end;
  }
}

function skipped(line: string, at: number): number {
  let end = at;
  for (let match; (match = BEFORE.exec(line.slice(end, end + 512))) !== null;)
    end += match[0].length;
  return end - at;
}

function valueEnd(line: string, at: number): number {
  if (line.startsWith("[DONE]", at)) return at + "[DONE]".length;
  const first = line.charAt(at);
  return first === "{" || first === "[" ? new JsonNesting().push(line, at) : -1;
}

/** An error that begins where half a frame breaks off, or behind words. */
function failureBehind(line: string): EndpointError | null {
  const begin = line.lastIndexOf('{"error"');
  if (begin === -1) return null;
  const end = new JsonNesting().push(line, begin);
  const chunk = end === -1 ? null : chunkIn(line.slice(begin, end), completionChunkFrom);
  return chunk === null ? null : failureIn(chunk);
}
