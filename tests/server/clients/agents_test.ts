import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from "@openai/agents";
import { expect, test } from "bun:test";
import { CITY, failureOf, servingModel } from "../../support/simulated.ts";

setTracingDisabled(true);

function runner(baseURL: string, { useResponses }: { readonly useResponses: boolean }): Runner {
  const modelProvider = new OpenAIProvider({ apiKey: "none", baseURL, useResponses });
  return new Runner({ modelProvider, tracingDisabled: true });
}

const asked: unknown[] = [];
const weather = tool({
  name: "weather",
  description: "The weather of a city",
  parameters: { ...CITY, required: [...CITY.required] } as never,
  strict: true,
  execute(input: unknown) {
    asked.push(input);
    return "sunny";
  },
});

for (const useResponses of [true, false]) {
  const over = useResponses ? "Responses" : "chat completions";

  test(`@openai/agents calls a tool over ${over}, streams the answer, and counts`, async () => {
    await using endpoint = await servingModel({ reasoning: 0 });
    const agent = new Agent({ name: "a", model: "m", tools: [weather] });
    const result = await runner(endpoint.baseUrl, { useResponses }).run(agent, "?", {
      stream: true,
    });
    let text = "";
    for await (const part of result.toTextStream()) text += part;
    await result.completed;
    expect(text.split(" ")).toHaveLength(9);
    expect(result.finalOutput).toBe(text);
    expect(asked.splice(0)).toEqual([{ city: expect.any(String), days: expect.any(Number) }]);
    expect(result.runContext.usage).toMatchObject({ requests: 2 });
    expect(result.runContext.usage.outputTokens).toBeGreaterThan(9);
  });

  test(`@openai/agents notices an error in the stream over ${over}`, async () => {
    const fault = { kind: "error-event", after: { events: 4 } } as const;
    await using endpoint = await servingModel({}, { faults: [fault] });
    const agent = new Agent({ name: "a", model: "m" });
    const result = await runner(endpoint.baseUrl, { useResponses }).run(agent, "?", {
      stream: true,
    });
    await failureOf(
      (async () => {
        for await (const _ of result.toTextStream()) continue;
        await result.completed;
      })(),
    );
  });
}
