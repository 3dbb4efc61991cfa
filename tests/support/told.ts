import type { JsonObject } from "../../lib/base/json.ts";
import { CompletionReader, type ReaderOptions } from "../../lib/chat/completion_reader.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { judge } from "../../lib/measure/outcome.ts";
import { completionRequest } from "../../lib/protocols/completion_request.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { PROTOCOLS } from "../../lib/protocols/protocols.ts";
import type { Reply } from "../../lib/server/reply/reply.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

/** All protocols, by name. */
export const APIS: readonly ProtocolName[] = PROTOCOLS.map(({ name }) => name);

/** The body of a request for a completion over a protocol. Messages has its limit so high that it is none. */
export function bodyOver(api: ProtocolName, rest: JsonObject = {}): JsonObject {
  const { body } = completionRequest({
    api,
    baseUrl: "http://127.0.0.1/v1",
    model: "m",
    messages: [{ role: "user", content: "Hello, 世界" }],
    key: null,
    sampling: api === "messages" ? { maxTokens: 1_000_000 } : {},
  });
  return { ...body, ...rest };
}

/** The pieces of an answer as text. */
export function piecesOf({ pieces }: Pick<Reply, "pieces">): TimedText[] {
  return Array.from(pieces, ({ bytes, at }) => ({ text: new TextDecoder().decode(bytes), at }));
}

/** What a client reads of an answer. */
export function readingOf(
  pieces: readonly TimedText[],
  api: ProtocolName,
  options: Pick<ReaderOptions, "usageCache"> = {},
) {
  const reader = new CompletionReader({ api, ...options });
  for (const piece of pieces) reader.push(piece);
  reader.end(pieces.at(-1)?.at ?? null);
  const reading = reader.result();
  return {
    reading,
    metrics: requestMetrics(reading.timeline, { stall: 500_000 }),
    verdict: judge({ kind: "ended", status: 200 }, reading.facts),
  };
}
