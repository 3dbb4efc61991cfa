import { UserError } from "../../base/message.ts";
import { nearest } from "../../base/nearest.ts";
import type { Flags } from "../../command/flag_types.ts";
import { notOption } from "../../command/messages/arguments.ts";
import { DEFINITION_NAMES, type DefinitionName } from "../../measure/definitions/figures.ts";

/** Other tools' definitions beside ours: for the verbs that report on streams. */
export const asFlag = {
  as: {
    type: "text",
    repeatable: true,
    hint: "vllm,aiperf,…|all",
    group: { en: "Output", zh: "输出" },
    description: {
      en: "Also give the numbers as other tools define them: vllm, aiperf, guidellm, evalscope, sglang, inference-perf, otel",
      zh: "同时给出按其他工具的定义得到的数值：vllm、aiperf、guidellm、evalscope、sglang、inference-perf、otel",
    },
  },
} as const satisfies Flags;

/**
 * The definitions that `--as` names, each once; none without the flag.
 *
 * @throws {UserError} for a name that is none: the message lists them.
 *
 * @example
 * ```ts
 * readDefinitions(["vllm,otel", "vllm"]); // ["vllm", "otel"]
 * ```
 */
export function readDefinitions(given: readonly string[] | undefined): readonly DefinitionName[] {
  const names = DEFINITION_NAMES;
  const options = [...names, "all"];
  const asked = (given ?? []).flatMap((text) => text.split(",").map((word) => word.trim()));
  for (const text of asked) {
    if (options.includes(text)) continue;
    throw new UserError(notOption("--as", { text, options, suggestion: nearest(text, options) }));
  }
  return asked.includes("all") ? names : names.filter((name) => asked.includes(name));
}
