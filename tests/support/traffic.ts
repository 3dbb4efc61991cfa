import { seededRandom } from "../../lib/base/random.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { startUpstream } from "../../lib/server/http/upstream.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import type { TrafficRequest } from "../../lib/load/traffic/traffic.ts";
import type { ChatMessage } from "../../lib/wire/request.ts";
import { RecordingFolder } from "../../lib/transcript/recording_folder.ts";
import { ask } from "./serving.ts";
import { QUICK } from "./simulated.ts";

/** What was sent for a recorded request, without the model. */
export function sentText({ content }: Pick<TrafficRequest, "content">): string {
  if (content.kind !== "body") throw new Error("It was made up");
  const { model: _, ...rest } = content.body;
  return JSON.stringify([content.api, rest]);
}

/** A simulated model behind an endpoint that records what passes through it into this folder. */
export async function recordingEndpoint(
  folder: string,
): Promise<{ readonly baseUrl: string } & AsyncDisposable> {
  const source = new SimulatedSource({ ...QUICK, ttft: 5_000 }, { seed: 1 });
  const model = await startLocalEndpoint({ source });
  const recordings = new RecordingFolder(folder);
  const endpoint = await startUpstream({
    baseUrl: model.baseUrl,
    record: () =>
      recordings.next({
        onError: (error) => {
          throw error;
        },
      }),
  });
  return {
    baseUrl: endpoint.baseUrl,
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      await model.close();
    },
  };
}

/**
 * Puts traffic on an endpoint as users do: in bursts, of which each conversation has up to three turns, with a pause before
 * each. Resolves when so many requests have been answered.
 */
export async function putTraffic(
  endpoint: { readonly baseUrl: string },
  {
    requests,
    bursts,
    between,
  }: { readonly requests: number; readonly bursts: number; readonly between: number },
): Promise<void> {
  const random = seededRandom(7);
  let left = requests;
  const talks: Promise<void>[] = [];
  const perBurst = Math.ceil(requests / bursts);
  for (let burst = 0; left > 0; burst++) {
    for (let inBurst = 0; inBurst < perBurst && left > 0;) {
      const turns = Math.min(left, 1 + Math.floor(random() * 3));
      left -= turns;
      inBurst += turns;
      const pause = 10 + Math.floor(random() * 90);
      talks.push(talk(endpoint, { name: `${burst}.${inBurst}`, turns, pause }));
    }
    await Bun.sleep(between);
  }
  await Promise.all(talks);
}

async function talk(
  endpoint: { readonly baseUrl: string },
  { name, turns, pause }: { readonly name: string; readonly turns: number; readonly pause: number },
): Promise<void> {
  const messages: ChatMessage[] = [{ role: "system", content: "You are a — 很好的 — helper." }];
  for (let turn = 0; turn < turns; turn++) {
    if (turn > 0) await Bun.sleep(pause);
    messages.push({ role: "user", content: `Question ${turn} of ${name}: “why?”` });
    const body = { model: "then", messages, stream: true, max_tokens: 5 + turn, temperature: 0.5 };
    const response = await ask(endpoint, { ...body, stream_options: { include_usage: true } });
    messages.push({ role: "assistant", content: answerIn(await response.text()) });
  }
}

function answerIn(stream: string): string {
  return stream
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)).choices[0]?.delta?.content ?? "")
    .join("");
}
