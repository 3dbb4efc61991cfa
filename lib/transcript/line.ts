import type { Micros } from "../base/time.ts";
import { asObject, parseJson } from "../base/json.ts";
import { type Closing, HEADER_START, malformed, type LinePosition } from "./format.ts";

/** A line of ours after the header. */
export type Line =
  | { readonly kind: "marker"; readonly at: Micros; readonly length: number }
  | { readonly kind: "note"; readonly text: string }
  | Closing;

/** Renders a time as files hold it: milliseconds with three decimals. `formatTime(183402)` is `"183.402"`. */
export function formatTime(at: Micros): string {
  const fraction = at % 1000;
  return `${(at - fraction) / 1000}.${String(fraction).padStart(3, "0")}`;
}

/** The line that says when a piece came and how many bytes it has. */
export function formatMarker(at: Micros, length: number): string {
  return `:@ ${formatTime(at)} ${length}\n`;
}

/** The lines of a note: one for each line of its text, as a line of ours cannot hold a line break. */
export function formatNote(text: string): string {
  const lines = text.toWellFormed().split(/\r\n|\r|\n/);
  return lines.map((line) => (line === "" ? ":@#\n" : `:@# ${line}\n`)).join("");
}

/** The line that ends a transcript. */
export function formatClosing(closing: Closing): string {
  const at = formatTime(closing.at);
  if (closing.kind === "end") return `:@end ${at}\n`;
  const { code, message } = closing.error;
  return `:@failed ${at} ${JSON.stringify({ code, message })}\n`;
}

/**
 * Reads a line of ours after the header, without its LF.
 *
 * @throws {TranscriptError} when it is none.
 */
export function parseLine(text: string, position: LinePosition): Line {
  if (text.startsWith(":@ ")) return parseMarker(text.slice(":@ ".length), position);
  if (text === ":@#") return { kind: "note", text: "" };
  if (text.startsWith(":@# ")) return { kind: "note", text: text.slice(":@# ".length) };
  if (text === ":@end" || text.startsWith(":@end ")) {
    return { kind: "end", at: parseTime(text.slice(":@end ".length), "closing line", position) };
  }
  if (text === ":@failed" || text.startsWith(":@failed ")) {
    return parseFailed(text.slice(":@failed ".length), position);
  }
  if (text.startsWith(HEADER_START)) throw malformed(position, "is a second header");
  throw malformed(
    position,
    `is no line of a transcript: ${quote(text)} (a line of the body that begins with ":@" is written ":@@")`,
  );
}

function parseMarker(text: string, position: LinePosition): Line {
  const [time = "", length, ...rest] = text.split(" ", 3);
  const at = parseTime(time, "marker", position);
  if (length === undefined || length === "") {
    throw malformed(position, "has a marker without a length");
  }
  if (rest.length > 0) throw malformed(position, "has a marker with more than a time and a length");
  if (length === "0") throw malformed(position, "has a marker with a length of 0");
  const bytes = /^[1-9][0-9]*$/.test(length) ? Number(length) : Infinity;
  if (!Number.isSafeInteger(bytes)) {
    throw malformed(
      position,
      `has a marker whose length is not a number of bytes: ${quote(length)}`,
    );
  }
  return { kind: "marker", at, length: bytes };
}

function parseFailed(text: string, position: LinePosition): Closing {
  const space = text.indexOf(" ");
  const at = parseTime(space === -1 ? text : text.slice(0, space), "closing line", position);
  const error = space === -1 ? null : asObject(parseJson(text.slice(space + 1)));
  const code = error?.["code"];
  const message = error?.["message"];
  if (typeof code !== "string" || typeof message !== "string") {
    throw malformed(position, 'has a failure without a JSON object of "code" and "message"');
  }
  return { kind: "failed", at, error: { code, message } };
}

function parseTime(text: string, what: string, position: LinePosition): Micros {
  if (text === "") throw malformed(position, `has a ${what} without a time`);
  const [, whole = "", fraction = ""] = /^(0|[1-9][0-9]*)(?:\.([0-9]{1,3}))?$/.exec(text) ?? [];
  const at = whole === "" ? Infinity : Number(whole) * 1000 + Number(fraction.padEnd(3, "0"));
  if (!Number.isSafeInteger(at)) {
    const expected = "milliseconds with up to three decimals";
    throw malformed(position, `has a ${what} whose time is not ${expected}: ${quote(text)}`);
  }
  return at;
}

/** The text as evidence in an error: short, and without characters that move a terminal. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);
}
