import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  stepCountIs,
  streamText,
  tool,
} from "ai";
import { expect, test } from "bun:test";
import { CITY, servingModel } from "../../support/simulated.ts";

interface Endpoint {
  readonly baseUrl: string;
}

const apiKey = "none";

/** The AI SDK over each protocol that it knows. */
const MODELS: Readonly<Record<string, (endpoint: Endpoint) => LanguageModel>> = {
  "@ai-sdk/openai, Responses": ({ baseUrl }) => createOpenAI({ apiKey, baseURL: baseUrl })("m"),
  "@ai-sdk/openai, chat completions": ({ baseUrl }) =>
    createOpenAI({ apiKey, baseURL: baseUrl }).chat("m"),
  "@ai-sdk/openai-compatible": ({ baseUrl }) =>
    createOpenAICompatible({
      name: "local",
      baseURL: baseUrl,
      includeUsage: true,
      supportsStructuredOutputs: true,
    }).chatModel("m"),
  "@ai-sdk/anthropic": ({ baseUrl }) => createAnthropic({ apiKey, baseURL: baseUrl })("m"),
};

const asked = { prompt: "Why is the sky blue?", maxOutputTokens: 1000, maxRetries: 0 };

const weather = tool({
  description: "The weather of a city",
  inputSchema: jsonSchema<{ city: string; days: number }>(CITY as never),
  execute: ({ city }) => `${city}: sunny`,
});

for (const [name, modelOf] of Object.entries(MODELS)) {
  const hasReasoning = !name.includes("openai, chat");

  test(`${name} streams reasoning, text and usage`, async () => {
    await using endpoint = await servingModel();
    const result = streamText({ model: modelOf(endpoint), ...asked });
    let streamed = "";
    for await (const text of result.textStream) streamed += text;
    expect(streamed.split(" ")).toHaveLength(6);
    expect(await result.text).toBe(streamed);
    expect((await result.reasoningText)?.split(" ").length).toBe(hasReasoning ? 3 : undefined);
    expect(await result.finishReason).toBe("stop");
    expect(await result.usage).toMatchObject({ inputTokens: 10, outputTokens: 9 });
  });

  test(`${name} calls a tool, and is answered when it has its result`, async () => {
    await using endpoint = await servingModel();
    const result = streamText({
      model: modelOf(endpoint),
      ...asked,
      tools: { weather },
      stopWhen: stepCountIs(4),
    });
    const steps = await result.steps;
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);
    expect(steps[0]?.toolCalls).toMatchObject([
      { toolName: "weather", input: { city: expect.any(String), days: expect.any(Number) } },
    ]);
    expect(steps[0]?.toolResults).toMatchObject([{ output: expect.stringContaining("sunny") }]);
    expect(steps[1]?.text.split(" ")).toHaveLength(6);
  });

  test(`${name} gets an object that fits its schema`, async () => {
    await using endpoint = await servingModel();
    const { output } = await generateText({
      model: modelOf(endpoint),
      ...asked,
      output: Output.object({ schema: jsonSchema<{ city: string }>(CITY as never) }),
    });
    expect(output).toEqual({ city: expect.any(String), days: expect.any(Number) } as never);
  });

  test(`${name} notices an error in the stream and a cut, and can leave`, async () => {
    const leaving = new AbortController();
    const parts = async (endpoint: Endpoint, onPart?: () => void): Promise<string[]> => {
      const result = streamText({
        model: modelOf(endpoint),
        ...asked,
        onError() {},
        abortSignal: leaving.signal,
      });
      const types: string[] = [];
      try {
        for await (const { type } of result.fullStream) {
          types.push(type);
          if (type.endsWith("-delta")) onPart?.();
        }
      } catch {
        // What breaks before the first event is thrown.
        types.push("error");
      }
      return types;
    };
    const after = { share: 0.4 };
    await using failing = await servingModel({}, { faults: [{ kind: "error-event", after }] });
    expect(await parts(failing)).toContain("error");
    await using cut = await servingModel({}, { faults: [{ kind: "cut", after }] });
    expect(await parts(cut)).toContain("error");
    await using slow = await servingModel({ tps: 1 });
    expect(await parts(slow, () => leaving.abort())).toContain("abort");
  });
}
