import { completionChunkFrom, type CompletionChunk, failureIn } from "./completion.ts";
import type { EndpointError } from "./endpoint_error.ts";
import { asObject, parseJson } from "../base/json.ts";
import { JsonNesting } from "../base/json_nesting.ts";

/** One thing that could be read in spoilt text. */
export type Salvaged =
  | { readonly kind: "chunk"; readonly chunk: CompletionChunk; readonly data: string }
  | { readonly kind: "done"; readonly data: string };

/** What {@linkcode salvage} finds. */
export interface Salvage {
  /** What stands apart from each other and so can be read, in order; often nothing. */
  readonly found: readonly Salvaged[];
  /** A failure in what cannot be read: in frames that are glued together, behind half a frame. */
  readonly error: EndpointError | null;
  /** Some of the text is in neither. */
  readonly isPartial: boolean;
}

/** What stands before JSON and is none of it: blanks, byte order marks, the field's name, once or twice. */
const BEFORE = /^(?:[\s\uFEFF]|\\[nr]|data:){1,64}/i;
/** A line end that was escaped once too often ends a line all the same. */
const LINE_END = /\n|\\[nr]/;

/**
 * Reads what can be read in text that should have been one event and is none: the data of an event that is no JSON, or
 * a line that is no field. Events without the empty line between them, `data:` written twice or behind a blank, a
 * line end that came as `\n` in two characters, a byte order mark before each event, JSON without `data:`.
 *
 * Two frames on one line, glued without anything between them, are not taken apart: how they were torn nobody knows.
 * Only a failure among them is told. Linear in the text.
 *
 * @example
 * ```ts
 * salvage("data: data: [DONE]").found; // [{ kind: "done", data: "[DONE]" }]
 * salvage("upstream connect error"); // { found: [], error: null, isPartial: true }
 * ```
 */
export function salvage(text: string): Salvage {
  const found: Salvaged[] = [];
  let error: EndpointError | null = null;
  let isPartial = false;
  for (const line of text.split("\n")) {
    const values = valuesIn(line);
    if (values.isGlued || values.rest !== "") {
      error ??= firstFailure(values.texts) ?? failureBehind(line);
    }
    if (values.rest !== "") isPartial = true;
    if (values.isGlued) isPartial = true;
    else {
      for (const value of values.texts) {
        const readable = readableIn(value);
        if (readable.length === 0) isPartial = true;
        found.push(...readable);
      }
    }
  }
  return { found, error, isPartial };
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

function readableIn(text: string): Salvaged[] {
  if (text === "[DONE]") return [{ kind: "done", data: text }];
  const chunk = chunkIn(text);
  return chunk === null ? [] : [{ kind: "chunk", chunk, data: text }];
}

/** The chunk that a JSON text is, if it says anything that chunks say. */
function chunkIn(text: string): CompletionChunk | null {
  const value = parseJson(text);
  // Gemini's compatible endpoint wraps an error into an array.
  const object = asObject(Array.isArray(value) ? value[0] : value);
  if (object === null) return null;
  const chunk = completionChunkFrom(object);
  return chunk.choices.length > 0 || chunk.usage !== null || chunk.error !== null ? chunk : null;
}

function firstFailure(texts: readonly string[]): EndpointError | null {
  for (const text of texts) {
    const chunk = chunkIn(text);
    const failure = chunk === null ? null : failureIn(chunk);
    if (failure !== null) return failure;
  }
  return null;
}

/** The JSON values that stand one behind the other in a line, and what is left behind the last of them. */
function valuesIn(line: string): { texts: string[]; isGlued: boolean; rest: string } {
  const texts: string[] = [];
  let isGlued = false;
  let at = 0;
  for (;;) {
    const before = skipped(line, at);
    if (texts.length > 0 && at + before < line.length) {
      isGlued ||= !LINE_END.test(line.slice(at, at + before));
    }
    at += before;
    if (at >= line.length) return { texts, isGlued, rest: "" };
    const end = valueEnd(line, at);
    if (end === -1) return { texts, isGlued, rest: line.slice(at) };
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
  return end === -1 ? null : firstFailure([line.slice(begin, end)]);
}
