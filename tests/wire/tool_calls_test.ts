import { expect, test } from "bun:test";
import type { ToolCallDelta } from "../../lib/wire/completion.ts";
import { ToolCalls } from "../../lib/wire/tool_calls.ts";

function fragment(given: Partial<ToolCallDelta>): ToolCallDelta {
  return { index: null, id: null, name: null, arguments: "", ...given };
}

function joined(...fragments: Partial<ToolCallDelta>[]) {
  const calls = new ToolCalls();
  const indexes = fragments.map((given) => calls.add(fragment(given)));
  return { indexes, calls: calls.all() };
}

test("tool calls join the fragments of each index, also interleaved", () => {
  const { indexes, calls } = joined(
    { index: 1, id: "b", name: "g", arguments: "" },
    { index: 0, id: "a", name: "f", arguments: '{"x"' },
    { index: 1, arguments: "{" },
    { index: 0, arguments: ":1}" },
    { index: 1, arguments: "}" },
  );
  expect(indexes).toEqual([1, 0, 1, 0, 1]);
  expect(calls).toEqual([
    { index: 0, id: "a", name: "f", arguments: '{"x":1}' },
    { index: 1, id: "b", name: "g", arguments: "{}" },
  ]);
});

test("tool calls keep the first name and id of a call", () => {
  const { calls } = joined(
    { index: 0, id: "a", name: "f" },
    { index: 0, id: "a", name: "other", arguments: "{" },
    { index: 0, id: "b", arguments: "}" },
  );
  expect(calls).toEqual([{ index: 0, id: "a", name: "f", arguments: "{}" }]);
});

test("tool calls that all have index 0 are told apart by a new id with a name", () => {
  const { indexes, calls } = joined(
    { index: 0, id: "a", name: "f", arguments: '{"c":1}' },
    { index: 0, id: "b", name: "f", arguments: '{"c"' },
    { index: 0, arguments: ":2}" },
    { index: 0, id: "c", name: "g" },
    { index: 0, id: "c", arguments: "{}" },
  );
  expect(indexes).toEqual([0, 1, 1, 2, 2]);
  expect(calls.map((call) => call.arguments)).toEqual(['{"c":1}', '{"c":2}', "{}"]);
});

test("tool calls of one index go back to the call whose id is given", () => {
  const { indexes } = joined(
    { index: 0, id: "a", name: "f", arguments: "{" },
    { index: 0, id: "b", name: "g", arguments: "{" },
    { index: 0, id: "a", arguments: "}" },
    { index: 0, id: "b", name: "g", arguments: "}" },
  );
  expect(indexes).toEqual([0, 1, 0, 1]);
});

test("tool calls give a real index its place beside those that share one", () => {
  const { indexes, calls } = joined(
    { index: 0, id: "a", name: "f", arguments: "{}" },
    { index: 0, id: "b", name: "g", arguments: "{}" },
    { index: 1, id: "c", name: "h", arguments: "{" },
    { index: 1, arguments: "}" },
  );
  expect(indexes).toEqual([0, 1, 2, 2]);
  expect(calls.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("tool calls stay one where the id changes on every fragment and no name comes", () => {
  for (const index of [0, null]) {
    const { calls } = joined(
      { index, id: "a", name: "f", arguments: "{" },
      { index, id: "b", arguments: '"x":' },
      { index, id: "c", arguments: "1}" },
    );
    expect(calls).toEqual([{ index: 0, id: "a", name: "f", arguments: '{"x":1}' }]);
  }
});

test("tool calls stay one where id and name are repeated on every fragment", () => {
  for (const index of [0, null]) {
    for (const id of ["a", null]) {
      const { calls } = joined(
        { index, id, name: "f", arguments: '{"x"' },
        { index, id, name: "f", arguments: ":1" },
        { index, id, name: "f", arguments: "}" },
      );
      expect(calls).toEqual([{ index: 0, id, name: "f", arguments: '{"x":1}' }]);
    }
  }
});

test("tool calls never glue two whole objects of arguments together", () => {
  for (const index of [0, null]) {
    for (const name of ["f", null]) {
      const { calls } = joined(
        { index, name: "f", arguments: '{"c":"}' },
        { index, name, arguments: '"}' },
        { index, name, arguments: '{"c":2}' },
      );
      expect(calls.map((call) => call.arguments)).toEqual(['{"c":"}"}', '{"c":2}']);
    }
  }
});

test("tool calls count arguments once that are sent whole once more", () => {
  const whole = { index: 0, id: "a", name: "f", arguments: '{"c":1}' };
  const { calls } = joined(
    { index: 0, id: "a", name: "f", arguments: '{"c"' },
    { index: 0, arguments: ":1}" },
    whole,
  );
  expect(calls).toEqual([whole]);
});

test("tool calls that keep no text are told apart all the same", () => {
  const calls = new ToolCalls({ keepText: false });
  for (const id of ["a", "b"]) {
    calls.add(fragment({ index: 0, id, name: "f", arguments: '{"c"' }));
    calls.add(fragment({ index: 0, arguments: ":1}" }));
  }
  expect(calls.all()).toMatchObject([
    { index: 0, id: "a", arguments: "" },
    { index: 1, id: "b", arguments: "" },
  ]);
});

test("tool calls without an index begin anew at a new id, and go on without one", () => {
  const { indexes, calls } = joined(
    { id: "a", name: "f", arguments: "{" },
    { arguments: "}" },
    { id: "b", name: "f", arguments: "[" },
    { id: "b", arguments: "]" },
  );
  expect(indexes).toEqual([0, 0, 1, 1]);
  expect(calls.map((call) => call.arguments)).toEqual(["{}", "[]"]);
});

test("tool calls without an index go back to a call whose id is known", () => {
  const { indexes } = joined({ id: "a" }, { id: "b" }, { id: "a", arguments: "{}" }, {});
  expect(indexes).toEqual([0, 1, 0, 0]);
});

test("tool calls without index and id begin anew at a second name", () => {
  const { indexes, calls } = joined(
    { arguments: "" },
    { name: "f", arguments: "{}" },
    { name: "g", arguments: "[]" },
  );
  expect(indexes).toEqual([0, 0, 1]);
  expect(calls.map((call) => call.name)).toEqual(["f", "g"]);
});

test("tool calls without an index come after those that have one", () => {
  expect(joined({ index: 4, id: "a" }, { id: "b" }).indexes).toEqual([4, 5]);
});

test("tool calls are none without fragments", () => {
  expect(new ToolCalls().all()).toEqual([]);
});

test("arguments that are a text are not broken, and begin no other call", () => {
  const calls = new ToolCalls();
  const part = { index: 0, id: null, name: null, isText: true } as const;
  calls.add({ ...part, id: "c1", name: "shell", arguments: "{ls; }" });
  calls.add({ ...part, arguments: "{pwd" });
  expect(calls.all()).toEqual([{ index: 0, id: "c1", name: "shell", arguments: "{ls; }{pwd" }]);
  expect(calls.broken).toBe(0);
});
