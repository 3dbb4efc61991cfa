import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "bun:test";
import { CITY, failureOf, rootOf, servingModel } from "../../support/simulated.ts";

const question = {
  model: "m",
  max_tokens: 1000,
  messages: [{ role: "user", content: "Why is the sky blue?" }],
} as const satisfies Omit<Anthropic.MessageCreateParamsNonStreaming, "messages"> & {
  messages: readonly Anthropic.MessageParam[];
};

function client(endpoint: { readonly baseUrl: string }): Anthropic {
  return new Anthropic({ apiKey: "none", baseURL: rootOf(endpoint), maxRetries: 0 });
}

function asked(): Anthropic.MessageCreateParamsNonStreaming {
  return { ...question, messages: [...question.messages] };
}

test("@anthropic-ai/sdk streams thinking and text, with the usage of both ends", async () => {
  await using endpoint = await servingModel();
  const stream = client(endpoint).messages.stream(asked());
  const heard = { thinking: "", text: "" };
  stream.on("thinking", (delta) => (heard.thinking += delta));
  stream.on("text", (delta) => (heard.text += delta));
  const { content, stop_reason, usage, model } = await stream.finalMessage();
  expect(content).toMatchObject([
    { type: "thinking", thinking: heard.thinking, signature: expect.stringMatching(/^simulated-/) },
    { type: "text", text: heard.text },
  ]);
  expect([heard.thinking.split(" "), heard.text.split(" ")].map(({ length }) => length)).toEqual([
    3, 6,
  ]);
  expect({ stop_reason, usage, model }).toMatchObject({
    stop_reason: "end_turn",
    usage: { input_tokens: 10, output_tokens: 9 },
    model: "m",
  });
});

test("@anthropic-ai/sdk reads the same where nothing is streamed", async () => {
  await using endpoint = await servingModel();
  const message = await client(endpoint).messages.create(asked());
  expect(message.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
  expect([message.stop_reason, message.usage.output_tokens]).toEqual(["end_turn", 9]);
});

test("@anthropic-ai/sdk reads two calls of tools at once, and their inputs fit", async () => {
  await using endpoint = await servingModel({ tools: 2, reasoning: 0 });
  const tools = ["weather", "time"].map((name) => ({
    name,
    input_schema: { ...CITY, required: [...CITY.required] },
  }));
  const message = await client(endpoint)
    .messages.stream({ ...asked(), tools })
    .finalMessage();
  expect(message.stop_reason).toBe("tool_use");
  const input = { city: expect.any(String), days: expect.any(Number) };
  expect(message.content).toMatchObject([
    { type: "tool_use", name: "weather", input },
    { type: "tool_use", name: "time", input },
  ]);
  const results = message.content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ type: "tool_result" as const, tool_use_id: block.id, content: "5" }]
      : [],
  );
  const messages: Anthropic.MessageParam[] = [
    ...question.messages,
    { role: "assistant", content: message.content },
    { role: "user", content: results },
  ];
  const answered = await client(endpoint).messages.create({ ...asked(), messages, tools });
  expect(answered.content.map(({ type }) => type)).toEqual(["text"]);
});

test("@anthropic-ai/sdk stops at a text", async () => {
  await using endpoint = await servingModel({ tokens: 200, reasoning: 0 });
  const message = await client(endpoint)
    .messages.stream({ ...asked(), stop_sequences: [" a"] })
    .finalMessage();
  expect([message.stop_reason, message.stop_sequence]).toEqual(["stop_sequence", " a"]);
});

test("@anthropic-ai/sdk notices an error in the stream, a cut, and a status", async () => {
  const after = { events: 4 };
  await using failing = await servingModel({}, { faults: [{ kind: "error-event", after }] });
  const error = await failureOf(client(failing).messages.stream(asked()).finalMessage());
  expect(error.message).toContain("api_error");
  await using cut = await servingModel({}, { faults: [{ kind: "cut", after }] });
  await failureOf(client(cut).messages.stream(asked()).finalMessage());
  await using endless = await servingModel({}, { faults: [{ kind: "no-done" }] });
  await failureOf(client(endless).messages.stream(asked()).finalMessage());
  const status = { kind: "status", status: 529, headers: {} } as const;
  await using busy = await servingModel({}, { faults: [status] });
  const refused = await failureOf(client(busy).messages.create(asked()));
  expect(refused).toMatchObject({
    status: 529,
    error: { type: "error", error: { type: "overloaded_error" } },
  });
});

test("@anthropic-ai/sdk can leave in the middle", async () => {
  await using endpoint = await servingModel({ tps: 1, tokens: 100 });
  const stream = client(endpoint).messages.stream(asked());
  const left = failureOf(stream.finalMessage());
  stream.on("streamEvent", () => stream.abort());
  expect(await left).toBeInstanceOf(Anthropic.APIUserAbortError);
});

test("@anthropic-ai/sdk lists the models, finds one, and is refused in its words", async () => {
  await using endpoint = await servingModel();
  const anthropic = client(endpoint);
  const { data } = await anthropic.models.list();
  expect(data.map(({ id, type }) => [id, type])).toEqual([["simulated", "model"]]);
  expect(await anthropic.models.retrieve("simulated")).toMatchObject({ display_name: "simulated" });
  const missing = await failureOf(anthropic.models.retrieve("none"));
  expect(missing).toMatchObject({ status: 404, error: { error: { type: "not_found_error" } } });
  const refused = await failureOf(
    anthropic.messages.create({ ...asked(), max_tokens: undefined as unknown as number }),
  );
  expect(refused.message).toContain("max_tokens");
});
