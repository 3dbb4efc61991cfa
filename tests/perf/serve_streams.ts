import { completeChat } from "../../lib/chat/complete_chat.ts";
import { distributionOf } from "../../lib/measure/distribution.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { TranscriptSource } from "../../lib/server/reply/transcript_source.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { transcriptOf } from "../support/serving.ts";
import { answerOf, streamOf } from "../support/stream.ts";
import type { Part } from "./line.ts";

const CLIENTS = 200;
const SECONDS = 60;
const GAP = 50_000;

/** A transcript for 200 clients at once: is any cut, and how late do its pieces come? */
export const serveStreams: Part = {
  name: "serve-streams",
  about:
    "a minute of a transcript for 200 clients at once, server and clients in one process: pieces behind the most punctual of their stream",
  async measure({ quick }) {
    const late = await lateness(quick ? 2 : SECONDS);
    return [{ what: "a piece late, p99", unit: "ms", values: [late] }];
  },
};

async function lateness(seconds: number): Promise<number> {
  const count = (seconds * 1_000_000) / GAP;
  const texts = Array.from({ length: count }, (_, index) => streamOf(answerOf(`word ${index} `)));
  const pieces = [...texts, streamOf("[DONE]")].map((text, index) => ({ text, at: index * GAP }));
  const endpoint = await startLocalEndpoint({
    source: new TranscriptSource([transcriptOf(pieces)]),
  });
  const { baseUrl } = endpoint;
  const messages = [{ role: "user", content: "?" }] as const;
  const request = chatRequest({ baseUrl, model: "m", messages, key: null });
  const late: number[] = [];
  let complete = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const { verdict, reading } = await completeChat(request, { keepText: false });
      if (verdict.outcome === "complete") complete++;
      const offsets = reading.timeline.deltasAt.map((at, index) => (at ?? NaN) - index * GAP);
      const least = offsets.reduce((one, other) => Math.min(one, other), Infinity);
      for (const offset of offsets) late.push(offset - least);
    }),
  );
  await endpoint.close();
  if (complete < CLIENTS) throw new Error(`only ${complete} of ${CLIENTS} streams were complete`);
  return (distributionOf(late).p99 ?? Number.NaN) / 1000;
}
