import { Buffer } from "node:buffer";
import { asObject, type JsonObject, parseJson } from "../base/json.ts";
import {
  HEADER_START,
  malformed,
  type LinePosition,
  TranscriptError,
  type TranscriptHeader,
} from "./format.ts";

/**
 * Renders the header line, with its LF.
 *
 * A header can hold what is known only at the end, such as `replacement_characters`. So that a recorder can write the
 * final header over the first one, `bytes` fills the line up with spaces: it is the least length of the line in
 * bytes of UTF-8, 0 by default. A longer line is not cut.
 *
 * @example
 * ```ts
 * const request = { method: "GET", url: "http://127.0.0.1/", headers: {} };
 * encodeHeader({ version: 1, recorded_at: "2026-01-01T00:00:00Z", request, response: null });
 * // :@transcript {"version":1,"recorded_at":"2026-01-01T00:00:00Z","request":{…},"response":null}
 * ```
 */
export function encodeHeader(header: TranscriptHeader, { bytes = 0 } = {}): string {
  const line = `${HEADER_START} ${JSON.stringify(header)}`;
  return `${line}${" ".repeat(Math.max(0, bytes - Buffer.byteLength(line) - 1))}\n`;
}

/**
 * Reads the header line, without its LF.
 *
 * @throws {TranscriptError} when it is malformed, lacks a field, or is of another version.
 */
export function parseHeader(line: string, position: LinePosition): TranscriptHeader {
  if (!line.startsWith(`${HEADER_START} `)) {
    throw malformed(position, `has a header without JSON: ${HEADER_START} is followed by a space`);
  }
  const value = parseJson(line.slice(HEADER_START.length + 1));
  if (value === undefined) throw malformed(position, "has a header that is not JSON");
  const header = asObject(value);
  if (header === null) throw malformed(position, "has a header that is not a JSON object");
  checkVersion(header, position);

  const problem = problemOf(header);
  if (problem !== null) throw malformed(position, `has a header ${problem}`);
  return header as unknown as TranscriptHeader;
}

function checkVersion({ version }: JsonObject, position: LinePosition): void {
  if (version === 1) return;
  if (version === undefined) throw malformed(position, 'has a header without "version"');
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) {
    throw malformed(position, 'has a header whose "version" is not a version number');
  }
  throw new TranscriptError(
    `it is version ${version}, this toolkit reads version 1; update Streamgauge`,
    { ...position, version },
  );
}

/** What each field must be: the words for an error, and the test. */
const KINDS = {
  "a string": (value: unknown) => typeof value === "string",
  "true or false": (value: unknown) => typeof value === "boolean",
  "a JSON object": (value: unknown) => asObject(value) !== null,
  "a JSON object or null": (value: unknown) => value === null || asObject(value) !== null,
  "an object of strings": (value: unknown) => {
    const object = asObject(value);
    return object !== null && Object.values(object).every((entry) => typeof entry === "string");
  },
  "a whole number": (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
  "a number of milliseconds": isMilliseconds,
  "a number of milliseconds or null": (value: unknown) => value === null || isMilliseconds(value),
} as const;

type Fields = Readonly<Record<string, keyof typeof KINDS>>;

const HEADER: Fields = {
  recorded_at: "a string",
  request: "a JSON object",
  response: "a JSON object or null",
};
const REQUEST: Fields = { method: "a string", url: "a string", headers: "an object of strings" };
const RESPONSE: Fields = {
  status: "a whole number",
  headers: "an object of strings",
  at_ms: "a number of milliseconds",
};
const RUN: Fields = {
  index: "a whole number",
  warmup: "true or false",
  scheduled_ms: "a number of milliseconds or null",
  sent_ms: "a number of milliseconds",
};

function problemOf(header: JsonObject): string | null {
  const { response, run } = header;
  return (
    problemIn(header, HEADER) ??
    problemIn(header["request"], REQUEST, "request.") ??
    (response === null ? null : problemIn(response, RESPONSE, "response.")) ??
    (run === undefined
      ? null
      : (problemIn(header, { run: "a JSON object" }) ?? problemIn(run, RUN, "run."))) ??
    problemInOptional(header, "attempt") ??
    problemInOptional(header, "replacement_characters")
  );
}

function problemInOptional(header: JsonObject, name: string): string | null {
  return header[name] === undefined ? null : problemIn(header, { [name]: "a whole number" });
}

function problemIn(value: unknown, fields: Fields, path = ""): string | null {
  const object = asObject(value) ?? {};
  for (const [name, kind] of Object.entries(fields)) {
    if (object[name] === undefined) return `without "${path}${name}"`;
    if (!KINDS[kind](object[name])) return `whose "${path}${name}" is not ${kind}`;
  }
  return null;
}

function isMilliseconds(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && Number.isSafeInteger(Math.round(value * 1000));
}
