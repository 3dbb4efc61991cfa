// Watches one stream: each text with the time it took to arrive, and what was measured.
//
//   bun watch.ts http://127.0.0.1:11434/v1 qwen3 "Why is the sky blue?"
import { requestMetrics, Secret, streamChat } from "streamgauge";

const [baseUrl, model, question = "Why is the sky blue?"] = process.argv.slice(2);
if (baseUrl === undefined || model === undefined) {
  console.error(
    'Usage: watch.ts BASE_URL MODEL ["QUESTION"]   (the key, if it needs one, in API_KEY)',
  );
  process.exit(2);
}

const { API_KEY } = process.env;
const stream = streamChat({
  baseUrl,
  model,
  messages: [{ role: "user", content: question }],
  key: API_KEY === undefined ? null : new Secret(API_KEY),
});
for await (const part of stream) {
  if (part.type === "text" || part.type === "reasoning") {
    console.log(`${milliseconds(part.at).padStart(10)}  ${JSON.stringify(part.text)}`);
  }
}

const { reading, verdict } = await stream.result;
const { ttft, e2e } = requestMetrics(reading.timeline, { stall: 500_000 });
console.log(
  `${verdict.outcome}: first token after ${milliseconds(ttft)}, all after ${milliseconds(e2e)}`,
);
if (verdict.failure !== null) {
  console.error(verdict.failure.message);
  process.exitCode = 1;
}

/** Times are whole microseconds; a stream that brought nothing has none. */
function milliseconds(micros: number | null): string {
  return micros === null ? "–" : `${(micros / 1000).toFixed(1)} ms`;
}
