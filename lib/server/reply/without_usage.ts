import { asArray, asObject, parseJson } from "../../base/json.ts";
import type { TimedText } from "../../wire/piece.ts";
import { editEvents } from "./events.ts";

/**
 * A stream as it comes to a request that did not ask for its usage with `stream_options.include_usage`: without the
 * chunk that holds nothing but usage, and without `usage: null` on the others, which is what asking brings.
 *
 * `all` also takes the counts off the other chunks: right where the recorded request had asked for them. An endpoint
 * that sends them unasked keeps doing so.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create#chat_create-stream_options
 */
export function withoutUsage(
  pieces: readonly TimedText[],
  { all }: { readonly all: boolean },
): TimedText[] {
  return editEvents(pieces, (data) => {
    if (!data.includes('"usage"')) return data;
    const chunk = asObject(parseJson(data));
    const usage = chunk?.["usage"];
    if (chunk === null || usage === undefined) return data;
    const isOnlyUsage = Array.isArray(chunk["choices"]) && asArray(chunk["choices"]).length === 0;
    if (isOnlyUsage && usage !== null) return null;
    if (usage !== null && !all) return data;
    const { usage: _, ...rest } = chunk;
    return JSON.stringify(rest);
  });
}
