import { expect, test } from "bun:test";
import OpenAI from "openai";
import { CITY, failureOf, servingModel } from "../../support/simulated.ts";

function client({ baseUrl }: { readonly baseUrl: string }): OpenAI {
  return new OpenAI({ apiKey: "none", baseURL: baseUrl, maxRetries: 0 });
}

const asked = { model: "m", input: "Why is the sky blue?" };
const messages = [{ role: "user" as const, content: "Why is the sky blue?" }];
const tools = ["weather", "time"].map((name) => ({
  type: "function" as const,
  name,
  parameters: CITY,
  strict: true,
}));

test("openai streams a response: reasoning, text and usage", async () => {
  await using endpoint = await servingModel();
  const stream = client(endpoint).responses.stream(asked);
  const heard = { reasoning: "", text: "" };
  stream.on("response.output_text.delta", ({ delta }) => (heard.text += delta));
  stream.on("response.reasoning_summary_text.delta", ({ delta }) => (heard.reasoning += delta));
  const response = await stream.finalResponse();
  expect(response.output).toMatchObject([
    { type: "reasoning", summary: [{ type: "summary_text", text: heard.reasoning }] },
    { type: "message", status: "completed", content: [{ type: "output_text", text: heard.text }] },
  ]);
  expect(heard.text.split(" ")).toHaveLength(6);
  expect(response).toMatchObject({
    status: "completed",
    output_text: heard.text,
    usage: {
      input_tokens: 10,
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 19,
    },
  });
});

test("openai reads the same where nothing is streamed", async () => {
  await using endpoint = await servingModel();
  const response = await client(endpoint).responses.create(asked);
  expect(response.output.map(({ type }) => type)).toEqual(["reasoning", "message"]);
  expect(response.output_text.split(" ")).toHaveLength(6);
});

test("openai reads two calls of a response at once, and their arguments fit", async () => {
  await using endpoint = await servingModel({ tools: 2, reasoning: 0 });
  const response = await client(endpoint)
    .responses.stream({ ...asked, tools })
    .finalResponse();
  const calls = response.output.flatMap((item) => (item.type === "function_call" ? [item] : []));
  expect(calls.map(({ name }) => name)).toEqual(["weather", "time"]);
  for (const call of calls) {
    expect(JSON.parse(call.arguments)).toEqual({
      city: expect.any(String),
      days: expect.any(Number),
    });
  }
  const results = calls.map(({ call_id }) => ({
    type: "function_call_output" as const,
    call_id,
    output: "5",
  }));
  const input = [{ role: "user" as const, content: "?" }, ...calls, ...results];
  const answered = await client(endpoint).responses.create({ ...asked, input, tools });
  expect(answered.output.map(({ type }) => type)).toEqual(["message"]);
});

test("openai parses an answer that has to fit a schema, in a response and in a chat", async () => {
  await using endpoint = await servingModel();
  const format = { type: "json_schema" as const, name: "place", schema: CITY, strict: true };
  const response = await client(endpoint).responses.create({ ...asked, text: { format } });
  const fitting = { city: expect.any(String), days: expect.any(Number) };
  expect(JSON.parse(response.output_text)).toEqual(fitting);
  const completion = await client(endpoint).chat.completions.parse({
    model: "m",
    messages,
    response_format: { type: "json_schema", json_schema: { name: "place", schema: CITY } },
  });
  expect(JSON.parse(completion.choices[0]?.message.content ?? "")).toEqual(fitting);
});

test("openai reads a response that reached its limit as incomplete", async () => {
  await using endpoint = await servingModel();
  const response = await client(endpoint)
    .responses.stream({ ...asked, max_output_tokens: 5 })
    .finalResponse();
  expect(response).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
    usage: { output_tokens: 5 },
  });
});

test("openai notices an error in a response, a cut, and a status", async () => {
  const after = { events: 5 };
  await using failing = await servingModel({}, { faults: [{ kind: "error-event", after }] });
  const error = await failureOf(client(failing).responses.stream(asked).finalResponse());
  expect(error.message).toContain("this is the fault that was asked for");
  await using cut = await servingModel({}, { faults: [{ kind: "cut", after }] });
  await failureOf(client(cut).responses.stream(asked).finalResponse());
  await using endless = await servingModel({}, { faults: [{ kind: "no-done" }] });
  // It says nothing itself; the status does.
  const unfinished = await client(endless).responses.stream(asked).finalResponse();
  expect(unfinished.status).toBe("in_progress");
  const status = { kind: "status", status: 503, headers: {} } as const;
  await using busy = await servingModel({}, { faults: [status] });
  expect(await failureOf(client(busy).responses.create(asked))).toMatchObject({ status: 503 });
});

test("openai can leave a response in the middle", async () => {
  await using endpoint = await servingModel({ tps: 1, tokens: 100 });
  const stream = client(endpoint).responses.stream(asked);
  const left = failureOf(stream.finalResponse());
  stream.on("event", () => stream.abort());
  expect(await left).toBeInstanceOf(OpenAI.APIUserAbortError);
});

test("openai streams chat completions with several choices, and calls of tools", async () => {
  await using endpoint = await servingModel({ reasoning: 0, tools: 2 });
  const openai = client(endpoint);
  const several = await openai.chat.completions
    .stream({ model: "m", messages, n: 2, stream_options: { include_usage: true } })
    .finalChatCompletion();
  expect(several.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
    [0, "stop"],
    [1, "stop"],
  ]);
  expect(several.usage?.completion_tokens).toBe(18);
  const called = await openai.chat.completions
    .stream({
      model: "m",
      messages,
      tools: tools.map(({ type, ...called }) => ({ type, function: called })),
      tool_choice: "required",
    })
    .finalChatCompletion();
  expect(called.choices[0]?.finish_reason).toBe("tool_calls");
  expect(
    called.choices[0]?.message.tool_calls?.map(
      (call) => call.type === "function" && call.function.name,
    ),
  ).toEqual(["weather", "time"]);
});

test("openai streams completions", async () => {
  await using endpoint = await servingModel();
  const stream = await client(endpoint).completions.create({
    model: "m",
    prompt: "Why is the sky blue?",
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage: unknown = null;
  let finish: unknown = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.text ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  expect(text).toMatch(/^<think>\w+ \w+ \w+<\/think>\w+( \w+){5}$/);
  expect([finish, usage]).toMatchObject(["stop", { completion_tokens: 9 }]);
});

test("openai lists the models and finds one", async () => {
  await using endpoint = await servingModel();
  const openai = client(endpoint);
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(["simulated"]);
  expect(await openai.models.retrieve("simulated")).toMatchObject({ object: "model" });
  expect(await failureOf(openai.models.retrieve("none"))).toMatchObject({ status: 404 });
});
