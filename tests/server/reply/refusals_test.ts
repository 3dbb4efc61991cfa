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

/** The same of a request that is right but for these fields. */
function refusalWith(api: ProtocolName, rest: JsonObject): unknown {
  return refusal(api, bodyOver(api, rest));
}

function cannotBe(field: string): unknown {
  return [400, `"${field}" asks for what the simulated model cannot do`];
}

function openaiRefusal(field: string, message: string): unknown {
  return {
    error: { message, type: "invalid_request_error", param: field, code: "invalid_request" },
  };
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
  expect(refusalWith("chat", { max_tokens: "many" })).toEqual([
    400,
    '"max_tokens" must be a whole number above 0, got "many"',
  ]);
  expect(refusalWith("chat", { messages: ["text"] })).toEqual([
    400,
    '"messages[0]" must be an object, got "text"',
  ]);
  expect(refusalWith("chat", { messages: [{ content: "?" }] })).toEqual([
    400,
    '"messages[0].role" is missing: it must be one of system, developer, user, assistant, tool, function',
  ]);
  expect(refusalWith("messages", { messages: [{ role: "boss", content: "?" }] })).toEqual([
    400,
    '"messages[0].role" "boss" is unknown: it must be one of user, assistant, system',
  ]);
  expect(refusalWith("messages", { messages: [] })).toEqual([
    400,
    '"messages" must be a list that is not empty, got []',
  ]);
  expect(refusalWith("chat", { temperature: "hot" })).toEqual([
    400,
    '"temperature" must be a number, got "hot"',
  ]);
  expect(refusalWith("chat", { stream: "yes" })).toEqual([
    400,
    '"stream" must be true or false, got "yes"',
  ]);
  expect(refusalWith("responses", { input: [1] })).toEqual([400, '"input[0]" must be an object']);
  expect(refusalWith("completions", { prompt: 5 })).toEqual([
    400,
    '"prompt" must be a text, or a list of texts or token ids',
  ]);
  expect(refusalWith("chat", { stop: 5 })).toEqual([
    400,
    '"stop" must be a text, or a list of texts, got 5',
  ]);
});

test("what the simulated model cannot do is a 400 that names the field", () => {
  expect(refusalWith("chat", { logprobs: true })).toEqual(cannotBe("logprobs"));
  expect(refusalWith("chat", { functions: [] })).toEqual(cannotBe("functions"));
  expect(refusalWith("chat", { guided_regex: "a" })).toEqual(cannotBe("guided_regex"));
  expect(refusalWith("chat", { response_format: { type: "grammar" } })).toEqual(
    cannotBe("response_format.type"),
  );
  expect(refusalWith("completions", { echo: true })).toEqual(cannotBe("echo"));
  expect(refusalWith("completions", { tools: [{}] })).toEqual(cannotBe("tools"));
  expect(refusalWith("completions", { best_of: 2 })).toEqual([400, '"best_of" must be 1 here']);
  expect(refusalWith("chat", { n: 1000 })).toEqual([
    400,
    '"n" asks for 1000 answers: no more than 128 are given',
  ]);
  expect(refusalWith("completions", { prompt: Array.from({ length: 200 }, () => "a") })).toEqual([
    400,
    '"prompt" asks for 200 answers: no more than 128 are given',
  ]);
  expect(refusalWith("responses", { previous_response_id: "r" })).toEqual(
    cannotBe("previous_response_id"),
  );
  expect(refusalWith("responses", { n: 2 })).toEqual([400, '"n" must be 1 here']);
  expect(refusalWith("messages", { seed: 1 })).toEqual(cannotBe("seed"));
  const asked = bodyOver("chat", { logprobs: false, n: 1, guided_json: null });
  expect(new SimulatedSource(model, { seed: 1 }).answer(asked).head?.status).toBe(200);
});

test("a choice of a tool that there is not is a 400", () => {
  for (const api of TOOLED) {
    const { tool, choice, required } = WORDS[api];
    expect(refusalWith(api, { tools: [tool("a")], tool_choice: choice("b") })).toEqual([
      400,
      `"tool_choice" names "b", and "tools" has no such function`,
    ]);
    expect(refusalWith(api, { tool_choice: required })).toEqual([
      400,
      `"tool_choice" wants a function, and "tools" has none`,
    ]);
  }
  expect(refusalWith("chat", { tools: [{ type: "function", function: {} }] })).toEqual([
    400,
    '"tools[0].function.name" is missing',
  ]);
  expect(refusalWith("messages", { tool_choice: { type: "tool" } })).toEqual([
    400,
    '"tool_choice.name" is missing',
  ]);
});

test("a schema that no value fits is a 400 that names where it stands", () => {
  const bad = { type: "object", properties: { a: { not: {} } } };
  const why = 'has "not", which the simulated model does not know';
  expect(
    refusalWith("chat", { response_format: { type: "json_schema", json_schema: { schema: bad } } }),
  ).toEqual([400, `"response_format.json_schema.schema" ${why}`]);
  expect(refusalWith("chat", { response_format: { type: "json_schema" } })).toEqual([
    400,
    '"response_format.json_schema.schema" is missing',
  ]);
  expect(
    refusalWith("responses", { text: { format: { type: "json_schema", schema: bad } } }),
  ).toEqual([400, `"text.format.schema" ${why}`]);
  expect(
    refusalWith("messages", { output_config: { format: { type: "json_schema", schema: bad } } }),
  ).toEqual([400, `"output_config.format.schema" ${why}`]);
  const tools = [{ type: "function", function: { name: "a", parameters: bad } }];
  expect(refusalWith("chat", { tools })).toEqual([400, `"tools[0].function.parameters" ${why}`]);
  expect(refusalWith("messages", { tools: [{ name: "a", input_schema: bad }] })).toEqual([
    400,
    `"tools[0].input_schema" ${why}`,
  ]);
});

test("refusals have the form of their protocol", () => {
  const errors = APIS.map((api) => {
    const reply = new SimulatedSource(model, { seed: 1 }).answer({ model: "m" }, api);
    return [api, JSON.parse(bodyOf(reply))];
  });
  expect(Object.fromEntries(errors)).toEqual({
    chat: openaiRefusal("messages", '"messages" is missing: it must be a list that is not empty'),
    completions: openaiRefusal("prompt", '"prompt" is missing: it must be a text, or a list'),
    responses: openaiRefusal("input", '"input" is missing: it must be a text, or items'),
    messages: {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: '"max_tokens" is missing: it must be a whole number above 0',
      },
    },
  });
});
