import type { Transcript } from "../../transcript/format.ts";
import { asObject, type JsonObject, parseJson } from "../../base/json.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { protocolOf, protocolOfPath } from "../../protocols/protocols.ts";
import type { TimedText } from "../../wire/piece.ts";
import { SseSplitter } from "../../wire/sse.ts";
import type { ReplyEnd } from "./reply.ts";
import { endToEnd } from "../http/headers.ts";

/** A transcript that can answer, under the name that people know it by. */
export interface NamedTranscript {
  readonly name: string;
  readonly transcript: Transcript;
}

/** What belongs to how the body was sent once, and not to how it is sent now. */
const NOT_REPLAYED = new Set(["content-length", "content-encoding", "date"]);

/** The body of the recorded request; `null` when it is not known. */
export function requestBody({ header }: Transcript): JsonObject | null {
  return asObject(header?.request.body);
}

/** The protocol of a recording: that of its URL, else that of its first object that tells. `null` where none does. */
export function recordedApi(transcript: Transcript): ProtocolName | null {
  const { header } = transcript;
  const asked = header === null ? null : protocolOfPath(header.request.url);
  if (asked !== null) return asked.name;
  const body = bodyText(transcript);
  for (const data of isDocument(body) ? [body] : eventData(body)) {
    const value = asObject(parseJson(data));
    const found = value === null ? null : protocolOf(value);
    if (found !== null) return found.name;
  }
  return null;
}

/** The recorded head; 200 and an event stream for a body that has none. `null` when no head came. */
export function recordedHead({ header, response: written }: Transcript): {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly at: number;
} | null {
  const response = header === null ? written : header.response;
  if (response === undefined) {
    return { status: 200, headers: { "content-type": "text/event-stream" }, at: 0 };
  }
  if (response === null) return null;
  const headers = endToEnd(Object.entries(response.headers));
  return {
    status: response.status,
    headers: Object.fromEntries(headers.filter(([name]) => !NOT_REPLAYED.has(name))),
    at: "at_ms" in response ? Math.round(Number(response.at_ms) * 1000) : 0,
  };
}

/** How the recorded body ended. Whatever broke it off, the user included, breaks it off again. */
export function recordedEnd({ header, pieces, closing }: Transcript): ReplyEnd {
  if (header === null) return { kind: "end", at: 0 };
  if (closing === null)
    return { kind: "cut", at: pieces.findLast(({ at }) => at !== null)?.at ?? 0 };
  if (closing.kind === "end") return { kind: "end", at: closing.at };
  return { kind: closing.error.code === "ECONNRESET" ? "reset" : "cut", at: closing.at };
}

/** The pieces, each with a time: one that has none follows the one before at once. */
export function timedPieces({ pieces }: Transcript): (TimedText & { readonly at: number })[] {
  let last = 0;
  return pieces.map(({ text, at }) => ({ text, at: (last = at ?? last) }));
}

/** The whole body. */
export function bodyText({ pieces }: Transcript): string {
  return pieces.map(({ text }) => text).join("");
}

/** Whether the body begins like a document, and so is no event stream. */
export function isDocument(body: string): boolean {
  return /^[\s\uFEFF]*[{["<]/.test(body);
}

/** The data of the events in a body, also of a last one without its blank line. */
export function eventData(body: string): string[] {
  const splitter = new SseSplitter();
  const events = splitter.push(body);
  const last = splitter.end();
  return [...events, ...(last === null ? [] : [last])].map(({ data }) => data);
}
