import { expect, test } from "bun:test";
import { completeChat } from "../../../lib/chat/complete_chat.ts";
import { completionRequest } from "../../../lib/protocols/completion_request.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { type FaultKind, withFault } from "../../../lib/server/reply/fault.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { ask, bodyOf } from "../../support/serving.ts";
import { CITY, QUICK, servingModel } from "../../support/simulated.ts";
import { APIS, bodyOver, piecesOf, readingOf } from "../../support/told.ts";

function plain(api: ProtocolName, rest = {}) {
  return new SimulatedSource(QUICK, { seed: 1, now: () => 0 }).answer(bodyOver(api, rest), api);
}

function faulty(api: ProtocolName, fault: FaultKind): string {
  return bodyOf(withFault(plain(api), fault, { api }));
}

/** The data of the events behind so many bytes. */
function eventsBehind(text: string, start: number): unknown[] {
  return Array.from(text.slice(start).matchAll(/^data: (.*)$/gm), ([, data = ""]) =>
    JSON.parse(data),
  );
}

const MESSAGE = "this is the fault that was asked for: an error in the stream";

function added(api: ProtocolName): unknown[] {
  const body = bodyOf(plain(api));
  const text = faulty(api, { kind: "error-event", after: { events: 3 } });
  const third = [...body.matchAll(/\n\n/g)][2]?.index ?? NaN;
  expect(text.slice(0, third + 2)).toBe(body.slice(0, third + 2));
  return eventsBehind(text, third + 2);
}

test("an error in the stream has the form of its protocol, behind whole events", () => {
  const openai = {
    error: { message: MESSAGE, type: "server_error", param: null, code: "fault" },
  };
  expect(added("chat")).toEqual([openai]);
  expect(added("completions")).toEqual([openai]);
  expect(added("messages")).toEqual([
    { type: "error", error: { type: "api_error", message: MESSAGE } },
  ]);
  expect(added("responses")).toEqual([
    { type: "error", sequence_number: 3, code: "fault", message: MESSAGE, param: null },
    {
      type: "response.failed",
      sequence_number: 4,
      response: expect.objectContaining({
        id: expect.stringMatching(/^resp_/),
        model: "m",
        status: "failed",
        error: { code: "fault", message: MESSAGE },
      }),
    },
  ]);
});

test("no-done takes away the event that ends the stream, and nothing else", () => {
  const ENDS = {
    chat: "data: [DONE]\n\n",
    completions: "data: [DONE]\n\n",
    responses: "event: response.completed\n",
    messages: "event: message_stop\n",
  } as const satisfies Record<ProtocolName, string>;
  for (const api of APIS) {
    const body = bodyOf(plain(api));
    expect(faulty(api, { kind: "no-done" })).toBe(body.slice(0, body.indexOf(ENDS[api])));
  }
});

function statusOver(api: ProtocolName, code: number): unknown {
  return JSON.parse(faulty(api, { kind: "status", status: code, headers: {} }));
}

test("a status, and a body that becomes an error, have the form of the protocol", () => {
  for (const api of ["chat", "completions", "responses"] as const) {
    expect(statusOver(api, 503)).toMatchObject({ error: { type: "server_error", code: "fault" } });
  }
  const types = [400, 401, 404, 429, 500, 503, 529].map((code) => statusOver("messages", code));
  expect(types).toMatchObject(
    [
      "invalid_request_error",
      "authentication_error",
      "not_found_error",
      "rate_limit_error",
      "api_error",
      "api_error",
      "overloaded_error",
    ].map((type) => ({ type: "error", error: { type } })),
  );
  const whole = withFault(
    plain("messages", { stream: false }),
    { kind: "error-event", after: { events: 0 } },
    { api: "messages" },
  );
  expect(JSON.parse(bodyOf(whole))).toMatchObject({ type: "error" });
});

async function outcomeOf(api: ProtocolName, fault: FaultKind): Promise<unknown> {
  await using endpoint = await servingModel({}, { faults: [fault] });
  const { verdict } = await completeChat(
    completionRequest({
      api,
      baseUrl: endpoint.baseUrl,
      model: "m",
      messages: [{ role: "user", content: "?" }],
      key: null,
    }),
  );
  return [verdict.outcome, verdict.failure?.kind ?? null];
}

test("a client sees each fault as what it is, in every protocol", async () => {
  const after = { events: 4 };
  for (const api of APIS) {
    expect([api, await outcomeOf(api, { kind: "error-event", after })]).toEqual([
      api,
      ["failed", "endpoint"],
    ]);
    expect(await outcomeOf(api, { kind: "cut", after })).toEqual(["truncated", "truncated"]);
    expect(await outcomeOf(api, { kind: "status", status: 529, headers: {} })).toEqual([
      "failed",
      "busy",
    ]);
    // Elsewhere a reason for the end has come, and that is enough.
    expect(await outcomeOf(api, { kind: "no-done" })).toEqual(
      api === "responses" ? ["truncated", "truncated"] : ["complete", null],
    );
  }
});

test("an early end is in order and behind a whole event, also for a body whose length was announced", async () => {
  for (const api of APIS) {
    const body = bodyOf(plain(api));
    const early = { kind: "early-end", after: { share: 0.5 } } as const;
    const whole = body.lastIndexOf("\n\n", Math.floor(body.length / 2) - 2) + 2;
    expect(faulty(api, early)).toBe(body.slice(0, whole));
    expect(await outcomeOf(api, early)).toEqual(["truncated", "truncated"]);
  }
  await using endpoint = await servingModel(
    {},
    { faults: [{ kind: "early-end", after: { share: 0.5 } }] },
  );
  const whole = await ask(endpoint, bodyOver("chat", { stream: false }));
  const text = await whole.text();
  expect([whole.status, whole.headers.get("content-length")]).toEqual([200, null]);
  expect(text).toStartWith('{"id":"chatcmpl-');
  expect(() => JSON.parse(text)).toThrow();
});

test("a malformed event has half of its JSON, and all else stays", () => {
  for (const api of APIS) {
    const body = bodyOf(plain(api)).split("\n\n");
    const malformed = faulty(api, { kind: "malformed", after: { events: 3 } }).split("\n\n");
    expect(malformed.toSpliced(3, 1)).toEqual(body.toSpliced(3, 1));
    const [line = "", data = ""] = /data: (.*)/.exec(malformed[3] ?? "") ?? [];
    expect(body[3]).toContain(line);
    expect(data.length).toBeGreaterThan(10);
    expect(() => JSON.parse(data)).toThrow();
  }
});

test("a cut in the arguments leaves a call with half of them, and an answer without a call as it is", () => {
  const TOOLS = {
    chat: [{ type: "function", function: { name: "weather", parameters: CITY } }],
    responses: [{ type: "function", name: "weather", parameters: CITY }],
    messages: [{ name: "weather", input_schema: CITY }],
  };
  const cut = { kind: "cut", after: { in: "arguments" } } as const;
  for (const api of ["chat", "responses", "messages"] as const) {
    const body = bodyOver(api, { tools: TOOLS[api] });
    const model = { ...QUICK, reasoning: 0 };
    const calling = new SimulatedSource(model, { seed: 1, now: () => 0 }).answer(body, api);
    const broken = withFault(calling, cut, { api });
    const { reading } = readingOf(piecesOf(broken), api);
    const [call] = reading.choices[0]?.toolCalls ?? [];
    expect([broken.end.kind, call?.name]).toEqual(["cut", "weather"]);
    expect(call?.arguments).toStartWith("{");
    expect(() => JSON.parse(call?.arguments ?? "")).toThrow();
    const words = plain(api);
    expect(withFault(words, cut, { api })).toBe(words);
  }
});
