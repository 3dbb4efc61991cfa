import { fileURLToPath } from "node:url";
import type { Transcript } from "../transcript/format.ts";
import { readTranscript } from "../transcript/replay.ts";
import { type LocalEndpoint, startLocalEndpoint } from "./local_endpoint.ts";
import type { RecordedResponse } from "./play.ts";

/** The model that the demo's transcript was recorded with. */
export const DEMO_MODEL = "Qwen/Qwen2.5-7B-Instruct";

const DEMO_FILE = fileURLToPath(new URL("demo.sse", import.meta.url));

/**
 * Starts the demo: a real HTTP endpoint on loopback that plays the bundled transcript, whatever it is asked. So
 * the whole way runs, without a key and without a network.
 */
export async function startDemo({ speed = 1 } = {}): Promise<LocalEndpoint> {
  const recorded = recordedResponse(await readTranscript(DEMO_FILE));
  return startLocalEndpoint({ models: [DEMO_MODEL], answer: () => recorded, speed });
}

/** The response in a transcript, ready to be played. A piece without a time follows the one before at once. */
function recordedResponse({ header, pieces, closing }: Transcript): RecordedResponse {
  const response = header?.response;
  return {
    status: response?.status ?? 200,
    headers: response?.headers ?? { "content-type": "text/event-stream" },
    headAt: Math.round((response?.at_ms ?? 0) * 1000),
    pieces,
    endAt: closing?.at ?? 0,
  };
}
