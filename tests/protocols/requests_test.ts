import { expect, test } from "bun:test";
import { completionRequest } from "../../lib/protocols/completion_request.ts";
import type { CompletionRequest, Feature, ProtocolName } from "../../lib/protocols/protocol.ts";
import { PROTOCOLS, protocolNamed } from "../../lib/protocols/protocols.ts";

const asked: CompletionRequest = {
  baseUrl: "http://127.0.0.1:8000/v1",
  model: "m",
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hi" },
  ],
  key: null,
};
const full: CompletionRequest = {
  ...asked,
  sampling: { temperature: 0.5, topP: 0.9, maxTokens: 20, seed: 7, stop: ["END"] },
  schema: { name: "answer", schema: { type: "object" } },
};

function bodyOf(api: ProtocolName, request: CompletionRequest = asked): unknown {
  return completionRequest({ ...request, api }).body;
}

test("a request of each protocol goes to its path, with its headers", () => {
  const paths = PROTOCOLS.map(({ name }) => completionRequest({ ...asked, api: name }).url);
  expect(paths).toEqual([
    "http://127.0.0.1:8000/v1/chat/completions",
    "http://127.0.0.1:8000/v1/completions",
    "http://127.0.0.1:8000/v1/responses",
    "http://127.0.0.1:8000/v1/messages",
  ]);
  const { headers, keyHeader } = completionRequest({ ...asked, api: "messages" });
  expect(headers).toEqual({
    accept: "text/event-stream",
    "accept-encoding": "identity",
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
  });
  expect(keyHeader).toBe("x-api-key");
  expect(completionRequest({ ...asked, api: "responses" }).keyHeader).toBe("authorization");
});

test("headers, the key's header and the way of counting can be given", () => {
  const request = completionRequest({
    ...asked,
    api: "messages",
    headers: { "Anthropic-Version": "2024-01-01", "x-more": "1" },
    keyHeader: "authorization",
    usageCache: "included",
  });
  expect(request.headers).toMatchObject({ "anthropic-version": "2024-01-01", "x-more": "1" });
  expect(request).toMatchObject({ keyHeader: "authorization", usageCache: "included" });
});

test("chat completions: the body of a plain and of a full request", () => {
  const { messages } = asked;
  const plain = { model: "m", messages, stream: true, stream_options: { include_usage: true } };
  expect(bodyOf("chat")).toEqual(plain);
  expect(bodyOf("chat", full)).toEqual({
    ...plain,
    response_format: {
      type: "json_schema",
      json_schema: { strict: true, name: "answer", schema: { type: "object" } },
    },
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 20,
    seed: 7,
    stop: ["END"],
  });
});

test("completions: the texts of the messages are one prompt", () => {
  const plain = {
    model: "m",
    prompt: "Be brief.\n\nHi",
    stream: true,
    stream_options: { include_usage: true },
  };
  expect(bodyOf("completions")).toEqual(plain);
  expect(bodyOf("completions", full)).toEqual({
    ...plain,
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 20,
    seed: 7,
    stop: ["END"],
  });
});

test("Responses: one question is a text, what was said before it a list, and nothing is stored", () => {
  expect(bodyOf("responses")).toEqual({
    model: "m",
    instructions: "Be brief.",
    input: "Hi",
    stream: true,
    store: false,
  });
  const { seed: _, stop: __, ...sampling } = full.sampling ?? {};
  expect(bodyOf("responses", { ...full, sampling })).toEqual({
    model: "m",
    instructions: "Be brief.",
    input: "Hi",
    stream: true,
    store: false,
    text: {
      format: { type: "json_schema", strict: true, name: "answer", schema: { type: "object" } },
    },
    temperature: 0.5,
    top_p: 0.9,
    max_output_tokens: 20,
  });
  const messages: CompletionRequest["messages"] = [
    { role: "user", content: "1+1?" },
    { role: "assistant", content: "2" },
    {
      role: "user",
      content: [
        { type: "text", text: "And this?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
      ],
    },
  ];
  expect(bodyOf("responses", { ...asked, messages })).toMatchObject({
    input: [
      { type: "message", role: "user", content: [{ type: "input_text", text: "1+1?" }] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "2" }] },
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_text", text: "And this?" },
          { type: "input_image", image_url: "data:image/png;base64,AA==" },
        ],
      },
    ],
  });
});

test("Messages: the system's text stands apart, and there is always a limit", () => {
  const plain = {
    model: "m",
    max_tokens: 4096,
    system: "Be brief.",
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
  };
  expect(bodyOf("messages")).toEqual(plain);
  const { seed: _, ...sampling } = full.sampling ?? {};
  expect(bodyOf("messages", { ...full, sampling })).toEqual({
    ...plain,
    max_tokens: 20,
    output_config: { format: { type: "json_schema", schema: { type: "object" } } },
    temperature: 0.5,
    top_p: 0.9,
    stop_sequences: ["END"],
  });
});

const callOf = (id: string): object => ({
  id,
  type: "function",
  function: { name: "f", arguments: '{"a":1}' },
});

test("Messages: pictures are sources, calls are blocks, and results that follow each other one message", () => {
  const messages = [
    {
      role: "user",
      content: [
        { type: "text", text: "Look" },
        { type: "text", text: "" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
        { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      ],
    },
    { role: "assistant", content: "I call", tool_calls: [callOf("c1"), callOf("c2")] },
    { role: "tool", tool_call_id: "c1", content: "one" },
    { role: "tool", tool_call_id: "c2", content: "two" },
    { role: "user", content: "Go on" },
  ] as unknown as CompletionRequest["messages"];
  expect(bodyOf("messages", { ...asked, messages })).toMatchObject({
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Look" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
          { type: "image", source: { type: "url", url: "https://a.example/b.png" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I call" },
          { type: "tool_use", id: "c1", name: "f", input: { a: 1 } },
          { type: "tool_use", id: "c2", name: "f", input: { a: 1 } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "c1", content: "one" },
          { type: "tool_result", tool_use_id: "c2", content: "two" },
        ],
      },
      { role: "user", content: "Go on" },
    ],
  });
});

test("an exact number of tokens is asked for as each endpoint has it", () => {
  const sampling = { exactTokens: 50 };
  const fields = {
    maxTokensField: "max_completion_tokens",
    minTokensField: "min_tokens",
    ignoreEosField: "ignore_eos",
  };
  const request = { ...asked, sampling, fields };
  expect(bodyOf("chat", request)).toMatchObject({
    max_completion_tokens: 50,
    min_tokens: 50,
    ignore_eos: true,
  });
  expect(bodyOf("completions", request)).toMatchObject({
    max_tokens: 50,
    min_tokens: 50,
    ignore_eos: true,
  });
  expect(bodyOf("responses", request)).toMatchObject({ max_output_tokens: 50 });
  expect(bodyOf("messages", request)).toMatchObject({ max_tokens: 50 });
});

test("parameters win over every field, and undefined takes one away", () => {
  for (const { name } of PROTOCOLS) {
    const parameters = { model: "other", stream: undefined, top_k: 3 };
    const body = bodyOf(name, { ...asked, parameters });
    expect(body).toMatchObject({ model: "other", top_k: 3 });
    expect(body).not.toHaveProperty("stream");
  }
});

const lacking = (request: CompletionRequest): Record<string, Feature[]> =>
  Object.fromEntries(PROTOCOLS.map(({ name }) => [name, protocolNamed(name).lacks(request)]));

test("each protocol says what it has no field for", () => {
  const messages = [
    { role: "user", content: [{ type: "image_url", image_url: { url: "data:,x" } }] },
    { role: "tool", tool_call_id: "c1", content: "one" },
  ] as unknown as CompletionRequest["messages"];
  expect(lacking(asked)).toEqual({ chat: [], completions: [], responses: [], messages: [] });
  expect(lacking({ ...full, messages })).toEqual({
    chat: [],
    completions: ["image", "tools", "schema"],
    responses: ["seed", "stop"],
    messages: ["seed"],
  });
});
