import { fileURLToPath } from "node:url";
import { readTranscript } from "../transcript/transcript_file.ts";
import { type LocalEndpoint, startLocalEndpoint } from "./http/local_endpoint.ts";
import { TranscriptSource } from "./reply/transcript_source.ts";

/** The model that the demo's transcript was recorded with. */
export const DEMO_MODEL = "Qwen/Qwen2.5-7B-Instruct";

const DEMO_FILE = fileURLToPath(new URL("demo.sse", import.meta.url));

/**
 * Starts the demo: a real HTTP endpoint on loopback that plays the bundled transcript, whatever it is asked. So
 * the whole way runs, without a key and without a network.
 */
export async function startDemo({ speed = 1 } = {}): Promise<LocalEndpoint> {
  const recorded = { name: "demo.sse", transcript: await readTranscript(DEMO_FILE) };
  return startLocalEndpoint({ source: new TranscriptSource([recorded], { speed }) });
}
