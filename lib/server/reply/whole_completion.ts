import { isPlaceholder } from "../../wire/finish_reason.ts";
import { choiceIndexes } from "../../wire/completion.ts";
import { endpointErrorFrom } from "../../wire/endpoint_error.ts";
import { asArray, asObject, type JsonObject, parseJson } from "../../base/json.ts";
import { joinFields } from "./join_fields.ts";
import { textArguments, WholeCalls } from "./whole_calls.ts";
import type { WholeCompletion } from "./writers/writer.ts";

interface WholeChoice {
  readonly message: Record<string, unknown>;
  readonly calls: WholeCalls;
  /** Whatever else the chunks say of the choice: `finish_reason`, `logprobs`. */
  readonly rest: Record<string, unknown>;
}

/**
 * Puts the chunks of a stream together to the `chat.completion` that the same request gives without streaming. Fields
 * that are not known are kept: texts that come in deltas are joined, lists too, and of anything else the last counts.
 *
 * @example
 * ```ts
 * wholeCompletion(['{"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}', "[DONE]"]);
 * // { kind: "completion", value: { id: "1", object: "chat.completion", … }, isFinished: true }
 * ```
 */
export function wholeCompletion(
  events: Iterable<string>,
  { object = "chat.completion" }: { readonly object?: "chat.completion" | "text_completion" } = {},
): WholeCompletion {
  const top: Record<string, unknown> = {};
  const choices = new Map<number, WholeChoice>();
  let isEmpty = true;
  let isDone = false;
  for (const data of events) {
    isDone = data.trim() === "[DONE]";
    if (isDone) break;
    const chunk = asObject(parseJson(data));
    if (chunk === null) continue;
    const { choices: deltas, object: _, x_groq: groq, ...fields } = chunk;
    if (endpointErrorFrom(chunk) !== null) return { kind: "error", value: chunk };
    isEmpty = false;
    const usage = asObject(groq)?.["usage"];
    for (const [name, value] of Object.entries({ ...fields, ...(usage ? { usage } : {}) })) {
      if (value !== null || !(name in top)) top[name] = value;
    }
    const indexes = choiceIndexes(asArray(deltas));
    for (const [place, delta] of asArray(deltas).entries()) {
      addChoice(choices, asObject(delta) ?? {}, indexes[place] ?? 0);
    }
  }
  if (isEmpty) return { kind: "nothing" };
  const { usage = null, ...rest } = top;
  const value = {
    ...rest,
    object,
    choices: [...choices]
      .toSorted(([one], [other]) => one - other)
      .map(([index, choice]) =>
        object === "chat.completion" ? wholeChoice(index, choice) : wholeText(index, choice),
      ),
    ...(usage === null ? {} : { usage }),
  };
  const reasons = Array.from(choices.values(), ({ rest }) => rest["finish_reason"] ?? null);
  const isFinished = isDone || (reasons.length > 0 && !reasons.includes(null));
  return { kind: "completion", value, isFinished };
}

function wholeChoice(index: number, { message, calls, rest }: WholeChoice): JsonObject {
  const { role = "assistant", content = "", ...others } = message;
  const toolCalls = calls.all();
  const hasCalls = toolCalls.length > 0;
  return {
    index,
    message: {
      role,
      // OpenAI's answer that is nothing but tool calls has no text.
      content: hasCalls && content === "" ? null : content,
      ...others,
      ...(hasCalls ? { tool_calls: toolCalls } : {}),
    },
    finish_reason: null,
    ...rest,
  };
}

function wholeText(index: number, { rest }: WholeChoice): JsonObject {
  return { index, text: "", logprobs: null, ...rest };
}

function addChoice(choices: Map<number, WholeChoice>, choice: JsonObject, place: number): void {
  const { index: _, delta, message, finish_reason: reason, ...rest } = choice;
  const whole = choices.get(place) ?? { message: {}, calls: new WholeCalls(), rest: {} };
  choices.set(place, whole);
  // Some endpoints end a stream with the whole message: it says nothing new.
  const isFirst = Object.keys(whole.message).length === 0 && whole.calls.all().length === 0;
  const added = asObject(delta) ?? (isFirst ? asObject(message) : null) ?? {};
  const { tool_calls: calls, function_call: called, ...fields } = added;
  for (const call of asArray(calls)) whole.calls.add(call);
  const legacy = asObject(called);
  joinFields(
    whole.message,
    legacy === null ? fields : { ...fields, function_call: textArguments(legacy) },
  );
  joinFields(whole.rest, {
    ...rest,
    finish_reason: typeof reason === "string" && isPlaceholder(reason) ? null : (reason ?? null),
  });
}
