/**
 * What a line that is no field probably is:
 *
 * - `page`: a line of a web page.
 * - `mark`, `blank`: a field behind a byte order mark, or behind a blank.
 * - `json`: JSON without `data:`.
 * - `log`: a line of a log, or of a traceback.
 * - `head`: the status line of an HTTP response.
 * - `length`: the length of a chunk of an HTTP body, in hexadecimal.
 * - `text`: anything else.
 */
export type LineKind = "page" | "mark" | "blank" | "json" | "log" | "head" | "length" | "text";

const LEVEL = "TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL|PANIC";
const FIELD = "(?:data|event|id|retry|error)(?::|$)";

/** The first that fits is it. */
const KINDS: readonly (readonly [LineKind, RegExp])[] = [
  ["mark", new RegExp(`^\\uFEFF\\s{0,64}(?:${FIELD}|[{["])`, "i")],
  ["blank", new RegExp(`^\\s{1,64}${FIELD}`)],
  ["page", /^\s{0,64}<(?:!doctype|!--|\?xml|\/?[a-z][a-z0-9]{0,15}[\s>/])/i],
  ["head", /^HTTP\/\d/],
  ["length", /^[0-9a-f]{1,8}(?:;.{0,64})?$/i],
  ["log", new RegExp(`^\\s{0,64}\\[?(?:${LEVEL})(?:\\]|:|\\s)`)],
  ["log", /^\s{0,64}[[(]?\d{4}[-/]\d\d[-/]\d\d[T\s,]/],
  ["log", /^\s{0,64}\[?\d\d:\d\d:\d\d[.,\]\s]/],
  ["log", /^(?:Traceback \(|\s{1,64}at \S|\s{2}File ")/],
  ["json", /^\s{0,64}[{["]/],
];

/**
 * Tells what a line probably is by how it begins.
 *
 * @example
 * ```ts
 * lineKind("2026-05-01 12:00:00 INFO worker restarted"); // "log"
 * ```
 */
export function lineKind(line: string): LineKind {
  const begin = line.slice(0, 256);
  return KINDS.find(([, pattern]) => pattern.test(begin))?.[0] ?? "text";
}

const PAGE = /<(?:!doctype\s{1,8}html|html[\s>])/i;

/** Where in a text a web page begins, as one that is glued to half an event; -1: nowhere. */
export function pageIn(text: string): number {
  return text.search(PAGE);
}
