import { decodeTranscript } from "../transcript/decode.ts";
import { type LocalEndpoint, startLocalEndpoint } from "./http/local_endpoint.ts";
import { TranscriptSource } from "./reply/transcript_source.ts";
import demo from "./demo.sse" with { type: "text" };

/** The model that the demo's transcript was recorded with. */
export const DEMO_MODEL = "Qwen/Qwen2.5-7B-Instruct";

/**
 * Starts the demo: a real HTTP endpoint on loopback that plays the bundled transcript, whatever it is asked. So
 * the whole way runs, without a key and without a network.
 */
export async function startDemo({ speed = 1 } = {}): Promise<LocalEndpoint> {
  const name = "demo.sse";
  const transcript = decodeTranscript(new TextEncoder().encode(demo), { name });
  return startLocalEndpoint({ source: new TranscriptSource([{ name, transcript }], { speed }) });
}
