// A program of somebody else, in strict TypeScript with the standard library alone.
import { load, parse } from "streamgauge/dotenv";
import { distributionOf } from "streamgauge/measure";
import { type Fault, replayFetch, UserError } from "streamgauge/replay";
import { type SseEvent, sseEvents } from "streamgauge/sse";
import { decodeTranscript, type Transcript } from "streamgauge/transcript";

export function replay(files: readonly string[], faults: readonly Fault[]): typeof fetch {
  try {
    return replayFetch(files, { faults, split: "random:7" });
  } catch (error) {
    if (error instanceof UserError) throw new Error(error.userMessage.cause.zh, { cause: error });
    throw error;
  }
}

export async function events(body: ReadableStream<Uint8Array>): Promise<SseEvent[]> {
  const found: SseEvent[] = [];
  for await (const event of sseEvents(body)) found.push(event);
  return found;
}

export const read = (bytes: Uint8Array): Transcript => decodeTranscript(bytes, { name: "a.sse" });
export const median: number | null = distributionOf([1, 2, null]).p50;
export const variables: Promise<Record<string, string>> = load({ envPath: null });
export const parsed: Record<string, string> = parse("A=1");
