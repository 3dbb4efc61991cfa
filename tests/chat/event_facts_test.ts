import { expect, test } from "bun:test";
import { eventFacts } from "../../lib/chat/event_facts.ts";
import { EventTracer } from "../../lib/chat/event_tracer.ts";

const nothing = {
  done: false,
  hasChoices: false,
  content: false,
  reasoning: false,
  toolCalls: false,
  usage: null,
};
const choice = { ...nothing, hasChoices: true };

function of(value: unknown): unknown {
  return eventFacts(JSON.stringify(value));
}

test("a role chunk has choices and brings nothing", () => {
  expect(of({ choices: [{ delta: { role: "assistant", content: "" } }] })).toEqual(choice);
});

test("text, reasoning under both names, and tool calls are told apart", () => {
  expect(of({ choices: [{ delta: { content: "Hi" } }] })).toEqual({ ...choice, content: true });
  expect(of({ choices: [{ text: "Hi" }] })).toEqual({ ...choice, content: true });
  const reasoning = { ...choice, reasoning: true };
  expect(of({ choices: [{ delta: { reasoning_content: "Hm" } }] })).toEqual(reasoning);
  expect(of({ choices: [{ delta: { reasoning: "Hm" } }] })).toEqual(reasoning);
  const toolCalls = { ...choice, toolCalls: true };
  expect(of({ choices: [{ delta: { tool_calls: [{ index: 0 }] } }] })).toEqual(toolCalls);
  expect(of({ choices: [{ delta: { tool_calls: [] } }] })).toEqual(choice);
});

test("usage is told with and without choices", () => {
  expect(of({ choices: [], usage: { completion_tokens: 5 } })).toEqual({ ...nothing, usage: 5 });
  const both = { choices: [{ delta: {} }], usage: { completion_tokens: 5 } };
  expect(of(both)).toEqual({ ...choice, usage: 5 });
});

test("[DONE] is an event, and what is no JSON object is none", () => {
  expect(eventFacts("[DONE]")).toEqual({ ...nothing, done: true });
  for (const data of ["", "null", "[]", "{", '"x"']) expect(eventFacts(data)).toBeNull();
});

test("a stream without times, and a completion that did not stream, leave no trace", () => {
  const arrival = { data: "{}", kind: "chunk", parts: [], deltas: 0, tokens: null } as const;
  const tracer = new EventTracer();
  tracer.take([{ ...arrival, at: 5 }]);
  const timeline = { streamed: true };
  expect(tracer.trace({ timeline, endedAt: 9 })).toEqual({
    at: [5],
    brings: [0],
    usage: [],
    endedAt: 9,
  });
  expect(tracer.trace({ timeline: { streamed: false }, endedAt: 9 })).toBeUndefined();
  tracer.take([{ ...arrival, at: null }]);
  expect(tracer.trace({ timeline, endedAt: 9 })).toBeUndefined();
});

test("what is no JSON object is no event of a trace, whether or not it has a time", () => {
  const arrival = { kind: "chunk", parts: [], deltas: 0, tokens: null } as const;
  const tracer = new EventTracer();
  tracer.take([
    { ...arrival, at: 5, data: "{}" },
    { ...arrival, at: 6, data: "heartbeat" },
    { ...arrival, at: null, data: "[]" },
    { ...arrival, at: 7, data: null },
    { ...arrival, at: 8, data: "[DONE]" },
  ]);
  expect(tracer.trace({ timeline: { streamed: true }, endedAt: 9 })).toMatchObject({
    at: [5, 8],
    brings: [0, 1],
  });
});
