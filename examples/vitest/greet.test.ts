// hello.sse is a stream as an endpoint sent it: streamgauge ask --save hello.sse "Say hello"
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { type ReplayFetchOptions, replayFetch } from "streamgauge/replay";
import { expect, test } from "vitest";
import { greet } from "./greet.ts";

const recorded = fileURLToPath(new URL("hello.sse", import.meta.url));

function client(options?: ReplayFetchOptions): OpenAI {
  return new OpenAI({ apiKey: "none", maxRetries: 1, fetch: replayFetch(recorded, options) });
}

test("each text is shown as it arrives", async () => {
  const shown: string[] = [];
  const answer = await greet(client(), (text) => shown.push(text));
  expect(answer).toBe("你好！有什么问题或者需要帮助的吗？");
  expect(shown.length).toBeGreaterThan(1);
  expect(shown.join("")).toBe(answer);
});

test.each([1, 7, 64])(
  "it does not matter where the network cuts: every %d bytes",
  async (split) => {
    const answer = await greet(client({ split }), () => {});
    expect(answer).toBe("你好！有什么问题或者需要帮助的吗？");
  },
);

test("an answer that breaks off is no answer", async () => {
  await expect(greet(client({ faults: ["cut:after=50%"] }), () => {})).rejects.toThrow();
});

test("a busy endpoint is an error that says so", async () => {
  const busy = client({ faults: ["status:429:retry-after=0"] });
  await expect(greet(busy, () => {})).rejects.toThrow("429");
});
