import { expect, test } from "bun:test";
import { notesOf } from "../../lib/report/request/notes.ts";
import { wholeCompletion } from "../../lib/server/reply/whole_completion.ts";
import { everyCut } from "../support/cuts.ts";
import { readAs } from "../support/protocol_streams.ts";
import { streamOf } from "../support/stream.ts";

interface Fragment {
  readonly index?: number | string;
  readonly id?: string;
  readonly name?: string;
  readonly given?: unknown;
}

/** The same two calls, as gateways fragment them. */
const SHAPES: Readonly<Record<string, readonly Fragment[]>> = {
  "one index for both, with ids": [
    { index: 0, id: "a", name: "f", given: '{"x"' },
    { index: 0, given: ":1}" },
    { index: 0, id: "b", name: "g", given: "{" },
    { index: 0, given: '"y":2}' },
  ],
  "one index for both, without ids": [
    { index: 0, name: "f", given: '{"x":1}' },
    { index: 0, name: "g", given: '{"y"' },
    { index: 0, given: ":2}" },
  ],
  "no index": [
    { id: "a", name: "f", given: '{"x"' },
    { given: ":1}" },
    { id: "b", name: "g", given: '{"y":2}' },
  ],
  "no index and no id": [
    { name: "f", given: '{"x":1}' },
    { name: "g", given: '{"y":2}' },
  ],
  "arguments as an object": [
    { index: 0, id: "a", name: "f", given: { x: 1 } },
    { index: 0, id: "b", name: "g", given: { y: 2 } },
  ],
  "an index as text": [
    { index: "0", id: "a", name: "f", given: '{"x"' },
    { index: "1", id: "b", name: "g", given: '{"y"' },
    { index: "0", given: ":1}" },
    { index: "1", given: ":2}" },
  ],
  "empty names behind the first": [
    { index: 0, id: "a", name: "f", given: '{"x"' },
    { index: 0, id: "", name: "", given: ":1}" },
    { index: 1, id: "b", name: "g", given: '{"y"' },
    { index: 1, id: "", name: "", given: ":2}" },
  ],
  "all of it once more at the end": [
    { index: 0, id: "a", name: "f", given: '{"x":1}' },
    { index: 1, id: "b", name: "g", given: '{"y":2}' },
    { index: 0, id: "a", name: "f", given: '{"x":1}' },
    { index: 1, id: "b", name: "g", given: '{"y":2}' },
  ],
};

const CALLS = [
  ["f", '{"x":1}'],
  ["g", '{"y":2}'],
];

function eventsOf(shape: readonly Fragment[], choice: number): object[] {
  const deltas = shape.map(({ index, id, name, given }) => {
    const call = { index, id, type: "function", function: { name, arguments: given } };
    return { choices: [{ index: choice, delta: { tool_calls: [call] } }] };
  });
  const choices = [{ index: choice, delta: {}, finish_reason: "tool_calls" }];
  return [...deltas, { choices }];
}

test("two tool calls are two however they are fragmented, in any choice and wherever the stream is cut", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const choice of [0, 1]) {
      const stream = streamOf(...eventsOf(shape, choice), "[DONE]");
      for (const parts of everyCut(stream)) {
        const result = readAs("chat", parts);
        const [read] = result.reading.choices;
        const calls = read?.toolCalls.map((call) => [call.name, call.arguments]);
        expect({ name, index: read?.index, calls }).toEqual({ name, index: choice, calls: CALLS });
        expect(notesOf(result), name).toEqual([]);
      }
    }
  }
});

test("calls of two choices in turn do not mix", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    const [first, second] = [eventsOf(shape, 0), eventsOf(shape, 1)];
    const inTurn = first.flatMap((event, place) => [event, second[place] ?? {}]);
    const { choices } = readAs("chat", streamOf(...inTurn, "[DONE]")).reading;
    for (const { toolCalls } of choices) {
      expect(
        toolCalls.map((call) => [call.name, call.arguments]),
        name,
      ).toEqual(CALLS);
    }
    expect(choices).toHaveLength(2);
  }
});

test("a whole completion that serve makes of such a stream has the same two calls", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    const events = [...eventsOf(shape, 0), ...eventsOf(shape, 1)];
    const whole = wholeCompletion(events.map((event) => JSON.stringify(event)));
    if (whole.kind !== "completion") throw new Error(name);
    const choices = whole.value["choices"] as {
      message: { tool_calls: { function: { name: string; arguments: string } }[] };
    }[];
    expect(choices).toHaveLength(2);
    for (const { message } of choices) {
      const calls = message.tool_calls.map((call) => [call.function.name, call.function.arguments]);
      expect({ name, calls }).toEqual({ name, calls: CALLS });
    }
  }
});

test("the input of a tool that takes a text is read as it is", () => {
  const events = [
    { index: 0, id: "a", type: "custom", custom: { name: "shell", input: "ls {" } },
    { index: 0, custom: { input: " -l" } },
  ].map((call) => ({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }));
  const result = readAs("chat", streamOf(...events, "[DONE]"));
  expect(result.reading.choices[0]?.toolCalls).toMatchObject([
    { name: "shell", arguments: "ls { -l" },
  ]);
  expect(notesOf(result)).toEqual([]);
});
