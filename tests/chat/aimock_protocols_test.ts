import { afterAll, beforeAll, expect, test } from "bun:test";
import { LLMock } from "@copilotkit/aimock";
import { type ChatResult, completeChat } from "../../lib/chat/complete_chat.ts";
import { completionRequest } from "../../lib/protocols/completion_request.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import type { ChatMessage } from "../../lib/wire/request.ts";

const text = "The sky is blue because air scatters short waves most. 天空是蓝色的。";
const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 7 });
mock.onMessage("plain", {
  content: text,
  reasoning: "Rayleigh.",
  usage: { prompt_tokens: 11, completion_tokens: 17, total_tokens: 28 },
});
mock.onMessage("tools", {
  toolCalls: [
    { id: "c1", name: "look", arguments: '{"a":1}' },
    { id: "c2", name: "look", arguments: '{"a":2}' },
  ],
});
mock.onMessage("cut", { content: text }, { truncateAfterChunks: 6, latency: 5 });
mock.onMessage("limited", {
  error: { message: "Slow down", type: "rate_limit_error", code: "rate_limited" },
  status: 429,
});

beforeAll(async () => void (await mock.start()));
afterAll(() => mock.stop());

async function asked(
  api: ProtocolName,
  question: string,
  before: readonly ChatMessage[] = [],
): Promise<ChatResult> {
  const messages: ChatMessage[] = [...before, { role: "user", content: question }];
  const baseUrl = `${mock.url}/v1`;
  const result = await completeChat(
    completionRequest({ api, baseUrl, model: "mock-1", messages, key: null }),
  );
  await result.released;
  return result;
}

for (const api of ["responses", "messages"] as const) {
  test.concurrent(`aimock's stream of ${api} is read whole, with reasoning and usage`, async () => {
    const { verdict, reading } = await asked(api, "plain");
    expect(verdict.outcome).toBe("complete");
    expect(reading.choices[0]).toMatchObject({
      content: text,
      reasoning: "Rayleigh.",
      finishReason: "stop",
    });
    expect(reading.timeline.usage).toMatchObject({
      promptTokens: 11,
      completionTokens: 17,
      totalTokens: 28,
    });
    expect(reading.models).toEqual(["mock-1"]);
    expect(reading).toMatchObject({ malformedEvents: 0, repeatedTexts: 0, unreadContents: 0 });
  });

  test.concurrent(`aimock's calls over ${api} are told apart`, async () => {
    const { verdict, reading } = await asked(api, "tools");
    expect(verdict.outcome).toBe("complete");
    expect(reading.choices[0]).toMatchObject({
      finishReason: "tool_calls",
      toolCalls: [
        { index: 0, id: "c1", name: "look", arguments: '{"a":1}' },
        { index: 1, id: "c2", name: "look", arguments: '{"a":2}' },
      ],
      brokenToolCalls: 0,
    });
  });

  test.concurrent(`aimock's cut and refused requests over ${api} are told`, async () => {
    const { verdict } = await asked(api, "cut");
    expect(verdict.outcome).toBe("truncated");
    const limited = await asked(api, "limited");
    expect(limited.verdict.failure).toMatchObject({
      kind: "busy",
      status: 429,
      message: "Slow down",
    });
  });

  test.concurrent(`aimock takes a conversation over ${api} as it is sent`, async () => {
    const calls = [{ id: "c1", type: "function", function: { name: "look", arguments: "{}" } }];
    const before = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Look" },
      { role: "assistant", content: "I look", tool_calls: calls },
      { role: "tool", tool_call_id: "c1", content: "nothing" },
    ] as unknown as ChatMessage[];
    const { verdict, reading } = await asked(api, "plain", before);
    expect(verdict.outcome).toBe("complete");
    expect(reading.choices[0]?.content).toBe(text);
  });
}
