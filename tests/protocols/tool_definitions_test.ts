import { expect, test } from "bun:test";
import { toolsFrom, toolsOver } from "../../lib/protocols/tool_definitions.ts";

const schema = { type: "object", properties: { city: { type: "string" } } };
const tool = { name: "weather", description: "Tells it", parameters: schema };

const FORMS = {
  chat: { type: "function", function: tool },
  responses: { type: "function", ...tool },
  messages: { name: "weather", description: "Tells it", input_schema: schema },
} as const;

test("tools in the form of any protocol are told in the form of any other", () => {
  for (const given of Object.values(FORMS)) {
    for (const value of [[given], { model: "m", tools: [given] }]) {
      const found = toolsFrom(value);
      expect(found).toEqual({ tools: [tool] });
      if ("problem" in found) continue;
      expect(toolsOver("chat", found.tools)).toEqual([FORMS.chat]);
      expect(toolsOver("responses", found.tools)).toEqual([FORMS.responses]);
      expect(toolsOver("messages", found.tools)).toEqual([FORMS.messages]);
      expect(toolsOver("completions", found.tools)).toBeNull();
    }
  }
});

test("a tool without arguments or a description has none", () => {
  const bare = toolsFrom([{ name: "now" }]);
  expect(bare).toEqual({
    tools: [{ name: "now", description: null, parameters: { type: "object", properties: {} } }],
  });
  if ("tools" in bare) {
    expect(toolsOver("messages", bare.tools)).toEqual([
      { name: "now", input_schema: { type: "object", properties: {} } },
    ]);
  }
});

test("what holds no tools is told, and where", () => {
  expect(toolsFrom([])).toEqual({ problem: { kind: "no_list" } });
  expect(toolsFrom({})).toEqual({ problem: { kind: "no_list" } });
  expect(toolsFrom("tools")).toEqual({ problem: { kind: "no_list" } });
  expect(toolsFrom([{ name: "a" }, { type: "function" }])).toEqual({
    problem: { kind: "no_name", entry: 2 },
  });
});
