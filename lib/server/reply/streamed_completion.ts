import { asArray, asObject, type JsonObject } from "../../base/json.ts";
import { withTextArguments } from "./whole_calls.ts";

/**
 * The data of the events that tell a whole completion as a stream: each choice in one delta, its end in another, and
 * the usage, if wanted, in a chunk of its own.
 */
export function streamedCompletion(
  whole: JsonObject,
  { withUsage }: { readonly withUsage: boolean },
): string[] {
  const { choices, usage, object: _, ...rest } = whole;
  const base = { ...rest, object: "chat.completion.chunk" };
  const noUsage = withUsage ? { usage: null } : {};
  const chunks: JsonObject[] = [];
  for (const [place, choice] of asArray(choices).entries()) {
    const { index = place, message, finish_reason, ...others } = asObject(choice) ?? {};
    const { tool_calls: calls, ...delta } = asObject(message) ?? {};
    // Their place tells them apart. An index of their own may be the same for all.
    const indexed = asArray(calls).map((call, index) => {
      const { index: _, ...fields } = withTextArguments(asObject(call) ?? {});
      return Object.assign({ index }, fields);
    });
    const added = indexed.length === 0 ? delta : { ...delta, tool_calls: indexed };
    const first = { index, delta: added, ...others, finish_reason: null };
    const last = { index, delta: {}, finish_reason: finish_reason ?? null };
    chunks.push(
      { ...base, choices: [first], ...noUsage },
      { ...base, choices: [last], ...noUsage },
    );
  }
  if (withUsage && asObject(usage) !== null) chunks.push({ ...base, choices: [], usage });
  return [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"];
}
