import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { TOOLED, WORDS } from "../../support/protocol_words.ts";
import { bodyOf } from "../../support/serving.ts";
import { APIS, bodyOver } from "../../support/told.ts";

const model = { ttft: 0, tps: 1000, tokens: 3, reasoning: 0, chunk: 1, jitter: 0 };

/** Status and message of a refusal. */
function refusal(api: ProtocolName, body: JsonObject): unknown {
  const reply = new SimulatedSource(model, { seed: 1 }).answer(body, api);
  const { error } = JSON.parse(bodyOf(reply));
  return [reply.head?.status, error.message];
}

test("a body without its question, model or limit is a 400 that names it", () => {
  for (const api of APIS) {
    const body = bodyOver(api);
    const question = { chat: "messages", messages: "messages", responses: "input" };
    const field = api === "completions" ? "prompt" : question[api];
    for (const name of ["model", field, ...(api === "messages" ? ["max_tokens"] : [])]) {
      const { [name]: _, ...rest } = body;
      expect(refusal(api, rest)).toEqual([400, expect.stringContaining(`"${name}" is missing`)]);
      expect(refusal(api, { ...rest, [name]: null })).toEqual([
        400,
        expect.stringContaining(`"${name}" is missing`),
      ]);
      expect(refusal(api, { ...rest, [name]: false })).toEqual([
        400,
        expect.stringContaining(`"${name}" must be`),
      ]);
    }
  }
  expect(refusal("messages", { model: "m", messages: [{ role: "user", content: "" }] })).toEqual([
    400,
    '"max_tokens" is missing: it must be a whole number above 0',
  ]);
});

test("a field of the wrong type is a 400 that names it", () => {
  const wrong = (api: ProtocolName, rest: JsonObject) => refusal(api, bodyOver(api, rest));
  expect(wrong("chat", { max_tokens: "many" })).toEqual([
    400,
    '"max_tokens" must be a whole number above 0, got "many"',
  ]);
  expect(wrong("chat", { messages: ["text"] })).toEqual([
    400,
    '"messages[0]" must be an object, got "text"',
  ]);
  expect(wrong("chat", { messages: [{ content: "?" }] })).toEqual([
    400,
    '"messages[0].role" is missing: it must be one of system, developer, user, assistant, tool, function',
  ]);
  expect(wrong("messages", { messages: [{ role: "boss", content: "?" }] })).toEqual([
    400,
    '"messages[0].role" "boss" is unknown: it must be one of user, assistant, system',
  ]);
  expect(wrong("messages", { messages: [] })).toEqual([
    400,
    '"messages" must be a list that is not empty, got []',
  ]);
  expect(wrong("chat", { temperature: "hot" })).toEqual([
    400,
    '"temperature" must be a number, got "hot"',
  ]);
  expect(wrong("chat", { stream: "yes" })).toEqual([
    400,
    '"stream" must be true or false, got "yes"',
  ]);
  expect(wrong("responses", { input: [1] })).toEqual([400, '"input[0]" must be an object']);
  expect(wrong("completions", { prompt: 5 })).toEqual([
    400,
    '"prompt" must be a text, or a list of texts or token ids',
  ]);
  expect(wrong("chat", { stop: 5 })).toEqual([
    400,
    '"stop" must be a text, or a list of texts, got 5',
  ]);
});

test("what the simulated model cannot do is a 400 that names the field", () => {
  const cannot = (api: ProtocolName, rest: JsonObject) => refusal(api, bodyOver(api, rest));
  const why = (field: string) => [400, `"${field}" asks for what the simulated model cannot do`];
  expect(cannot("chat", { logprobs: true })).toEqual(why("logprobs"));
  expect(cannot("chat", { functions: [] })).toEqual(why("functions"));
  expect(cannot("chat", { guided_regex: "a" })).toEqual(why("guided_regex"));
  expect(cannot("chat", { response_format: { type: "grammar" } })).toEqual(
    why("response_format.type"),
  );
  expect(cannot("completions", { echo: true })).toEqual(why("echo"));
  expect(cannot("completions", { tools: [{}] })).toEqual(why("tools"));
  expect(cannot("completions", { best_of: 2 })).toEqual([400, '"best_of" must be 1 here']);
  expect(cannot("chat", { n: 1000 })).toEqual([
    400,
    '"n" asks for 1000 answers: no more than 128 are given',
  ]);
  expect(cannot("completions", { prompt: Array.from({ length: 200 }, () => "a") })).toEqual([
    400,
    '"prompt" asks for 200 answers: no more than 128 are given',
  ]);
  expect(cannot("responses", { previous_response_id: "r" })).toEqual(why("previous_response_id"));
  expect(cannot("responses", { n: 2 })).toEqual([400, '"n" must be 1 here']);
  expect(cannot("messages", { seed: 1 })).toEqual(why("seed"));
  const asked = bodyOver("chat", { logprobs: false, n: 1, guided_json: null });
  expect(new SimulatedSource(model, { seed: 1 }).answer(asked).head?.status).toBe(200);
});

test("a choice of a tool that there is not is a 400", () => {
  const wrong = (api: ProtocolName, rest: JsonObject) => refusal(api, bodyOver(api, rest));
  for (const api of TOOLED) {
    const { tool, choice, required } = WORDS[api];
    expect(wrong(api, { tools: [tool("a")], tool_choice: choice("b") })).toEqual([
      400,
      `"tool_choice" names "b", and "tools" has no such function`,
    ]);
    expect(wrong(api, { tool_choice: required })).toEqual([
      400,
      `"tool_choice" wants a function, and "tools" has none`,
    ]);
  }
  expect(wrong("chat", { tools: [{ type: "function", function: {} }] })).toEqual([
    400,
    '"tools[0].function.name" is missing',
  ]);
  expect(wrong("messages", { tool_choice: { type: "tool" } })).toEqual([
    400,
    '"tool_choice.name" is missing',
  ]);
});

test("a schema that no value fits is a 400 that names where it stands", () => {
  const bad = { type: "object", properties: { a: { not: {} } } };
  const wrong = (api: ProtocolName, rest: JsonObject) => refusal(api, bodyOver(api, rest));
  const why = 'has "not", which the simulated model does not know';
  expect(
    wrong("chat", { response_format: { type: "json_schema", json_schema: { schema: bad } } }),
  ).toEqual([400, `"response_format.json_schema.schema" ${why}`]);
  expect(wrong("chat", { response_format: { type: "json_schema" } })).toEqual([
    400,
    '"response_format.json_schema.schema" is missing',
  ]);
  expect(wrong("responses", { text: { format: { type: "json_schema", schema: bad } } })).toEqual([
    400,
    `"text.format.schema" ${why}`,
  ]);
  expect(
    wrong("messages", { output_config: { format: { type: "json_schema", schema: bad } } }),
  ).toEqual([400, `"output_config.format.schema" ${why}`]);
  const tools = [{ type: "function", function: { name: "a", parameters: bad } }];
  expect(wrong("chat", { tools })).toEqual([400, `"tools[0].function.parameters" ${why}`]);
  expect(wrong("messages", { tools: [{ name: "a", input_schema: bad }] })).toEqual([
    400,
    `"tools[0].input_schema" ${why}`,
  ]);
});

test("refusals have the form of their protocol", () => {
  const errors = APIS.map((api) => {
    const reply = new SimulatedSource(model, { seed: 1 }).answer({ model: "m" }, api);
    return [api, JSON.parse(bodyOf(reply))];
  });
  const openai = (field: string, message: string) => ({
    error: { message, type: "invalid_request_error", param: field, code: "invalid_request" },
  });
  expect(Object.fromEntries(errors)).toEqual({
    chat: openai("messages", '"messages" is missing: it must be a list that is not empty'),
    completions: openai("prompt", '"prompt" is missing: it must be a text, or a list'),
    responses: openai("input", '"input" is missing: it must be a text, or items'),
    messages: {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: '"max_tokens" is missing: it must be a whole number above 0',
      },
    },
  });
});
