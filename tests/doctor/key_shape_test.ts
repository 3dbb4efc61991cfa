import { expect, test } from "bun:test";
import { hideKeyShapes, holdsKey, isSecret, ownerOfShape } from "../../lib/doctor/key_shape.ts";
import { keyShapeCases, random, siliconFlowKey } from "../support/key_shapes.ts";

test("text that looks like a key is told from one that does not", () => {
  for (const { line, isKey } of keyShapeCases)
    expect([line, holdsKey(line)]).toEqual([line, isKey]);
});

test("shape tells whose key it is where it has a mark of its own", () => {
  const owners = {
    [`sk-or-v1-${random}`]: "openrouter",
    [`sk-ant-api03-${random}`]: "anthropic",
    [`sk-proj-${random}`]: "openai",
    [`sk-${random}T3BlbkFJ${random}`]: "openai",
    [`gsk_${random}`]: "groq",
    [`AIza${random}`]: "gemini",
    [siliconFlowKey]: null,
  };
  for (const [key, owner] of Object.entries(owners)) expect(ownerOfShape(key)).toBe(owner);
});

test("secret is a long varied value of a variable that is named like one", () => {
  expect(isSecret("MY_API_KEY", random)).toBe(true);
  expect(isSecret("my_token", random)).toBe(true);
  expect(isSecret("OPENAI_BASE_URL", "https://api.siliconflow.cn/v1")).toBe(false);
  expect(isSecret("MY_API_KEY", "ollama")).toBe(false);
  expect(isSecret("MY_API_KEY", "your-api-key-goes-here")).toBe(false);
  expect(isSecret("MY_API_KEY", "xxxxxxxxxxxxxxxxxxxxxxxx")).toBe(false);
});

test("what a service repeats of a key is hidden", () => {
  expect(hideKeyShapes("Incorrect API key provided: sk-ab****yz. See https://a.b/c")).toBe(
    "Incorrect API key provided: [key]. See https://a.b/c",
  );
  expect(hideKeyShapes("bad key sk-proj-a_b...9z")).toBe("bad key [key]");
  expect(hideKeyShapes("the task-force of disk-1")).toBe("the task-force of disk-1");
});
