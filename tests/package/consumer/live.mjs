// A server, a question and a load, all in one process.
import {
  requestMetrics,
  runLoad,
  SimulatedSource,
  startLocalEndpoint,
  streamChat,
  summarize,
} from "streamgauge";

const model = { ttft: 5000, tps: 500, tokens: 8, reasoning: 0, chunk: 1, jitter: 0 };
const endpoint = await startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }) });
const { baseUrl } = endpoint;

const messages = [{ role: "user", content: "Hi" }];
const stream = streamChat({ baseUrl, model: "simulated", messages, key: null });
let text = "";
for await (const part of stream) if (part.type === "text") text += part.text;
const { verdict, reading } = await stream.result;
const { ttft, itl } = requestMetrics(reading.timeline, { stall: 500_000 });
console.log(verdict.outcome, text !== "", ttft >= 5000, itl.length);

const { records } = await runLoad({
  baseUrl,
  model: "simulated",
  prompts: { kind: "list", conversations: [messages] },
  plan: { arrivals: { kind: "closed", concurrency: 2 }, until: { requests: 6 }, drain: 1_000_000 },
});
console.log(summarize(records).outcomes.complete, summarize(records).usage.completionTokens);
await endpoint.close();

// Nobody listens there any more.
const closed = await startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }) });
await closed.close();
const refused = await streamChat({
  baseUrl: closed.baseUrl,
  model: "simulated",
  messages,
  key: null,
}).result;
const { kind, code, message } = refused.verdict.failure;
console.log(kind, /refused/i.test(`${code} ${message}`));
