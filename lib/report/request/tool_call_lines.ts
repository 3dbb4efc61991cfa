import type { Reading } from "../../chat/reading.ts";
import type { Bilingual } from "../../base/message.ts";
import { oneLine } from "../../wire/one_line.ts";

/** So many calls are shown one by one. */
const MOST_SHOWN = 20;

/**
 * The tool calls of an answer for people: a line for each, at most 300 characters of a call. Those of all choices, in their
 * order; past 20 calls a last line says how many more there are. Empty when there are none.
 *
 * @example
 * ```ts
 * toolCallLines(new CompletionReader().result()); // []
 * ```
 */
export function toolCallLines({ choices }: Pick<Reading, "choices">): Bilingual[] {
  const calls = choices.flatMap(({ toolCalls }) => toolCalls);
  const lines = calls.slice(0, MOST_SHOWN).map(({ name, arguments: given }) => {
    const call = oneLine(`${name ?? "?"}(${given})`);
    return { en: `the model calls ${call}`, zh: `模型调用 ${call}` };
  });
  const rest = calls.length - MOST_SHOWN;
  if (rest <= 0) return lines;
  const more = {
    en: `the model makes ${rest} more ${rest === 1 ? "call" : "calls"}: --json shows all`,
    zh: `模型还有 ${rest} 个调用：--json 可显示全部`,
  };
  return [...lines, more];
}
