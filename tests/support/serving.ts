import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { ReplySource } from "../../lib/server/reply/reply.ts";
import {
  type LocalEndpoint,
  type LocalEndpointOptions,
  startLocalEndpoint,
} from "../../lib/server/http/local_endpoint.ts";
import type { NamedTranscript } from "../../lib/server/reply/recorded_reply.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import type { Closing, Transcript } from "../../lib/transcript/format.ts";
import type { JsonObject } from "../../lib/base/json.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { protocolNamed } from "../../lib/protocols/protocols.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

/** The recordings of how real endpoints stream. */
export const CORPUS = fileURLToPath(new URL("../fixtures/corpus/", import.meta.url));

export function corpusFile(name: string): string {
  return join(CORPUS, name);
}

/** What a made-up transcript says beside its pieces. */
export interface MadeUpTranscript {
  readonly name?: string;
  /** The body of the request. `null`: the file has no header. */
  readonly request?: JsonObject | null;
  /** The protocol that its URL is of. Absent: its URL is of none. */
  readonly api?: ProtocolName;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly closing?: Closing | null;
}

/** A transcript with these pieces: texts, one ms apart, or texts with their times. */
export function transcriptOf(
  pieces: readonly (string | TimedText)[],
  options: MadeUpTranscript = {},
): NamedTranscript {
  const { name = "made-up.sse", request = { stream: true }, status = 200, api } = options;
  const path = api === undefined ? "" : protocolNamed(api).path;
  const timed = pieces.map((piece, index) =>
    typeof piece === "string" ? { text: piece, at: (index + 1) * 1000 } : piece,
  );
  const headers = options.headers ?? { "content-type": "text/event-stream" };
  const closing =
    options.closing === undefined
      ? ({ kind: "end", at: timed.at(-1)?.at ?? 0 } as const)
      : options.closing;
  const transcript: Transcript = {
    header:
      request === null
        ? null
        : {
            version: 1,
            recorded_at: "2026-01-01T00:00:00Z",
            request: {
              method: "POST",
              url: `http://127.0.0.1/v1${path}`,
              headers: {},
              body: request,
            },
            response: { status, headers, at_ms: 0.5 },
          },
    pieces: request === null ? timed.map(({ text }) => ({ text, at: null })) : timed,
    notes: [],
    closing: request === null ? null : closing,
  };
  return { name, transcript };
}

/** Its file. */
export function fileOf({ transcript }: NamedTranscript): string {
  return encodeTranscript(transcript);
}

/** A request for a completion, with the usage asked for. */
export function question(text: string, rest: JsonObject = {}): JsonObject {
  return {
    model: "m",
    messages: [{ role: "user", content: text }],
    stream: true,
    stream_options: { include_usage: true },
    ...rest,
  };
}

/** The body of an answer as text. */
export function bodyOf(answer: ReturnType<ReplySource["answer"]>): string {
  return Buffer.concat(Array.from(answer.pieces, ({ bytes }) => bytes)).toString();
}

/** A local endpoint that is closed at the end of the test. */
export async function serving(
  source: ReplySource,
  options: Omit<LocalEndpointOptions, "source"> = {},
): Promise<LocalEndpoint & AsyncDisposable> {
  const endpoint = await startLocalEndpoint({ source, ...options });
  return { ...endpoint, [Symbol.asyncDispose]: () => endpoint.close() };
}

/** Asks an endpoint for a completion, by default a chat completion. */
export function ask(
  { baseUrl }: { readonly baseUrl: string },
  body: JsonObject,
  { api = "chat", ...init }: RequestInit & { readonly api?: ProtocolName } = {},
): Promise<Response> {
  return fetch(`${baseUrl}${protocolNamed(api).path}`, {
    method: "POST",
    body: JSON.stringify(body),
    ...init,
    headers: { "content-type": "application/json", ...(init.headers as Record<string, string>) },
  });
}
