import type { Failure } from "../measure/outcome.ts";
import { nearest } from "../base/nearest.ts";

/** Whether the endpoint says that it does not know the model, in the words or with the code of one that is known. */
export function isModelUnknown({ kind, code, message }: Failure): boolean {
  return (
    kind === "status" &&
    (code === "20012" ||
      code === "model_not_found" ||
      // Anthropic: `{"type":"not_found_error","message":"model: claude-x"}`.
      (code === "not_found_error" && message.startsWith("model: ")) ||
      /model.*(not (found|exist)|does not exist)/i.test(message))
  );
}

/**
 * The models that a mistyped name most likely meant, the likeliest first; at most three. People leave the part before
 * the slash out, and the version: `qwen3-8b` for `Qwen/Qwen3-8B`.
 *
 * @example
 * ```ts
 * suggestModels("qwen3-8", ["Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-V3"]); // ["Qwen/Qwen3-8B"]
 * ```
 */
export function suggestModels(model: string, names: readonly string[]): string[] {
  const wanted = lastPart(model).toLowerCase();
  const byLastPart = nearest(
    wanted,
    names.map((name) => lastPart(name)),
  );
  const found = [
    nearest(model, names),
    ...names.filter((name) => byLastPart !== null && lastPart(name) === byLastPart),
    ...names.filter((name) => wanted.length >= 3 && name.toLowerCase().includes(wanted)),
  ];
  return [...new Set(found.filter((name) => name !== null))].slice(0, 3);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
