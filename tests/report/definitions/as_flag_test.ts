import { expect, test } from "bun:test";
import { UserError } from "../../../lib/base/message.ts";
import { DEFINITIONS } from "../../../lib/measure/definitions/definitions.ts";
import { asFlag, readDefinitions } from "../../../lib/report/definitions/as_flag.ts";

test("--as takes names in lists and one by one, each once, in their own order", () => {
  expect(readDefinitions(undefined)).toEqual([]);
  expect(readDefinitions(["otel,vllm", "vllm"])).toEqual(["vllm", "otel"]);
  expect(readDefinitions(["sglang, aiperf"])).toEqual(["aiperf", "sglang"]);
});

test("--as all is every definition, and the help names each", () => {
  const names = DEFINITIONS.map(({ name }) => name);
  expect(readDefinitions(["vllm", "all"])).toEqual(names);
  const { en, zh } = asFlag.as.description;
  for (const name of names) expect([en.includes(name), zh.includes(name)]).toEqual([true, true]);
});

test("--as refuses a name that is none, and lists the choices in both languages", () => {
  const names = "vllm, aiperf, guidellm, evalscope, sglang, inference-perf, otel, all";
  for (const [given, en] of [
    ["vlm", `--as must be one of ${names}, got "vlm"; did you mean vllm?`],
    ["vllm,", `--as must be one of ${names}, got ""`],
    ["genai-perf,vllm", `--as must be one of ${names}, got "genai-perf"`],
  ] as const) {
    let message = null;
    try {
      readDefinitions([given]);
    } catch (error) {
      if (error instanceof UserError) message = error.userMessage.cause;
    }
    expect(message?.en).toStartWith(en);
    expect(message?.zh).toStartWith("--as 必须是 vllm、aiperf、guidellm、");
  }
});
