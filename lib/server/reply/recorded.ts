import type { Transcript } from "../../transcript/format.ts";
import { asArray, asObject, asText, type JsonObject } from "../../base/json.ts";
import type { TimedText } from "../../wire/piece.ts";
import { SseSplitter } from "../../wire/sse.ts";
import type { ReplyEnd } from "./reply.ts";
import { endToEnd } from "../http/headers.ts";
import { inOneOrder } from "./one_order.ts";

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

/** Whether a request asks for its usage in the stream. */
export function asksForUsage(body: JsonObject): boolean {
  return asObject(body["stream_options"])?.["include_usage"] === true;
}

/** The text of the last message of the user; `null` when there is none. */
export function lastUserText(body: JsonObject): string | null {
  const message = asArray(body["messages"]).findLast(
    (message) => asObject(message)?.["role"] === "user",
  );
  const content = plainContent(asObject(message)?.["content"]);
  if (typeof content === "string" || content === null) return content;
  return JSON.stringify(inOneOrder(content));
}

/** Content as one text, where it is nothing but text: SDKs write it in both forms. */
export function plainContent(content: unknown): {} | null {
  const parts = asArray(content);
  let text = "";
  for (const part of parts) {
    const object = asObject(part);
    if (object?.["type"] !== "text") return content ?? null;
    text += asText(object["text"]) ?? "";
  }
  return parts.length > 0 ? text : (content ?? null);
}
