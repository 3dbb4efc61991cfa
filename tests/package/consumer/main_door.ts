// A program of somebody else, in strict TypeScript with the types of Node, as the server in the main door needs.
import {
  type ChatPart,
  type Distribution,
  type Load,
  type LoadResult,
  requestMetrics,
  runLoad,
  Secret,
  streamChat,
  summarize,
} from "streamgauge";

export async function ask(baseUrl: string): Promise<number | null> {
  const stream = streamChat({
    baseUrl,
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    key: new Secret("none"),
  });
  const parts: ChatPart[] = [];
  for await (const part of stream) parts.push(part);
  const { reading } = await stream.result;
  return requestMetrics(reading.timeline, { stall: 500_000 }).ttft;
}

export async function measure(load: Load): Promise<Distribution> {
  const { records }: LoadResult = await runLoad(load);
  return summarize(records, { serviceLevel: { ttft: 500_000 } }).ttft;
}
