import { expect, test } from "bun:test";
import type { ToolCallDelta } from "../lib/wire/completion.ts";
import { ToolCalls } from "../lib/wire/tool_calls.ts";

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
    { index: 0, id: "other", name: "other", arguments: "{}" },
  );
  expect(calls).toEqual([{ index: 0, id: "a", name: "f", arguments: "{}" }]);
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
