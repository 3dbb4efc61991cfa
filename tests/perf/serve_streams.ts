import { completeChat } from "../../lib/chat/complete_chat.ts";
import { distributionOf } from "../../lib/measure/distribution.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { TranscriptSource } from "../../lib/server/reply/transcript_source.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { transcriptOf } from "../support/serving.ts";
import { answerOf, streamOf } from "../support/stream.ts";

const CLIENTS = 200;
const SECONDS = 60;
const GAP = 50_000;

/** A minute of a transcript for 200 clients at once: is any cut, and how late do its pieces come? */
export async function perfServe(): Promise<string[]> {
  const count = (SECONDS * 1_000_000) / GAP;
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
  const { p50, p99, max } = distributionOf(late);
  return [
    `${complete} of ${CLIENTS} streams of ${SECONDS} s complete`,
    `pieces come later than the most punctual of their stream by p50 ${shown(p50)}, p99 ${shown(p99)}, max ${shown(max)}, server and clients in one process`,
  ];
}

function shown(micros: number | null): string {
  return `${((micros ?? NaN) / 1000).toFixed(1)} ms`;
}
