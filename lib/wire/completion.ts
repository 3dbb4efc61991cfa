import { contentOf, reasoningOf } from "./delta_text.ts";
import { type EndpointError, endpointErrorFrom } from "./endpoint_error.ts";
import { finishMeaning, finishReasonFrom } from "./finish_reason.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "../base/json.ts";
import { type OddCount, oddCountsIn } from "./odd_usage.ts";
import { type Usage, usageFrom } from "./usage.ts";

/**
 * One event of a completion, such as a `chat.completion.chunk`, reduced to what it adds. Whatever it does not hold is
 * empty or `null`.
 */
export interface CompletionChunk {
  readonly id: string | null;
  readonly model: string | null;
  readonly fingerprint: string | null;
  readonly choices: readonly ChoiceDelta[];
  readonly usage: Usage | null;
  readonly error: EndpointError | null;
  /** Counts of its usage that are none; absent when all are. */
  readonly oddUsage?: readonly OddCount[];
  /** `usage` is all that is known of it by now, and takes the place of earlier ones. */
  readonly usageIsWhole?: true;
  /** Its meaning is known, also where it adds nothing. */
  readonly isKnown?: true;
  /** The endpoint tells that it has begun to work at the request. */
  readonly accepted?: true;
  /** Nothing more of the completion follows. */
  readonly ends?: true;
}

/** What a chunk adds to one choice. */
export interface ChoiceDelta {
  readonly index: number;
  /** Answer text: `content`, or `refusal`. `""` when it adds none. */
  readonly answer: string;
  /** It held text of a `refusal`: the model declines to answer. */
  readonly refusal: boolean;
  /** Reasoning text, from whichever field the endpoint uses. */
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCallDelta[];
  /** In the words of chat completions, else as the endpoint spells it; `null` also for a placeholder, such as `"None"`. */
  readonly finishReason: string | null;
  /** As the endpoint spells it, where that is another word. */
  readonly nativeFinishReason?: string;
  /** It held a whole `message`, not a `delta`: the endpoint did not stream this choice, or repeats it. */
  readonly whole: boolean;
  /** Its text, or its delta, is of a form that nobody knows, such as a number, and was not read. */
  readonly unread?: true;
}

/** A fragment of a tool call. `index` is `null` where the endpoint leaves it out. */
export interface ToolCallDelta {
  readonly index: number | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly arguments: string;
  /** The arguments are a text, such as a program, and no JSON. */
  readonly isText?: true;
}

/** What the data of one event is, whatever the protocol. */
export type EventValue =
  { readonly kind: "object"; readonly value: JsonObject } | Exclude<EventData, { kind: "chunk" }>;

/** What the data of one event of a chat completion is. */
export type EventData =
  | { readonly kind: "chunk"; readonly chunk: CompletionChunk }
  /** `[DONE]`: the completion is over. */
  | { readonly kind: "done" }
  /** Nothing at all, or `null`, as some servers send to keep the connection open. */
  | { readonly kind: "heartbeat" }
  /** Not a JSON object, or one nested too deep: counted and reported, and the stream goes on. */
  | { readonly kind: "malformed" };

/**
 * Decodes the data of one event of a chat completion.
 *
 * @example
 * ```ts
 * decodeEventData('{"choices":[{"index":0,"delta":{"content":"你好"}}]}');
 * // { kind: "chunk", chunk: { choices: [{ answer: "你好", … }], … } }
 * ```
 */
export function decodeEventData(data: string): EventData {
  const decoded = decodeEvent(data);
  return decoded.kind === "object"
    ? { kind: "chunk", chunk: completionChunkFrom(decoded.value) }
    : decoded;
}

/** Decodes the data of one event as far as it is the same for all protocols. */
export function decodeEvent(data: string): EventValue {
  if (data === "[DONE]") return { kind: "done" };
  const trimmed = data.trim();
  if (trimmed === "") return { kind: "heartbeat" };
  if (trimmed === "[DONE]") return { kind: "done" };
  const parsed = parseJson(data);
  if (parsed === null) return { kind: "heartbeat" };
  const value = asObject(parsed);
  return value === null ? { kind: "malformed" } : { kind: "object", value };
}

/** Reduces a decoded chunk, or a whole `chat.completion`, to what it adds. Unknown keys are passed over. */
export function completionChunkFrom(value: JsonObject): CompletionChunk {
  const oddUsage = oddCountsIn(value);
  return {
    id: asText(value["id"]),
    model: asText(value["model"]),
    fingerprint: asText(value["system_fingerprint"]),
    choices: choicesFrom(value["choices"]),
    usage: usageFrom(value),
    error: endpointErrorFrom(value),
    ...(oddUsage.length === 0 ? undefined : { oddUsage }),
  };
}

/**
 * What went wrong, as a chunk tells it: its error, else a `finish_reason` that means a failure, such as
 * `network_error`. `null` when nothing did.
 */
export function failureIn({ error, choices }: CompletionChunk): EndpointError | null {
  if (error !== null) return error;
  for (const { finishReason } of choices) {
    if (finishReason === null || finishReason === "stop") continue;
    if (finishMeaning(finishReason) !== "failure") continue;
    return { message: `finish_reason is "${finishReason}"`, code: null };
  }
  return null;
}

/** Whether a JSON object is a whole completion: an answer from an endpoint that did not stream. */
export function isWholeCompletion(chunk: CompletionChunk): boolean {
  return chunk.choices.some((choice) => choice.whole);
}

function choicesFrom(choices: unknown): ChoiceDelta[] {
  const deltas: ChoiceDelta[] = [];
  for (const choice of asArray(choices)) {
    const object = asObject(choice);
    if (object !== null) deltas.push(choiceDeltaFrom(object));
  }
  return deltas;
}

function choiceDeltaFrom(choice: JsonObject): ChoiceDelta {
  const delta = asObject(choice["delta"]);
  const message = asObject(choice["message"]);
  const source = delta ?? message ?? { content: choice["text"] };
  const content = contentOf(source["content"]);
  const refusal = asText(source["refusal"]);
  const added: ChoiceDelta = {
    index: indexOf(choice["index"]) ?? 0,
    answer: refusal === null ? content.answer : content.answer + refusal,
    refusal: refusal !== null,
    reasoning: reasoningOf(source) || content.reasoning,
    toolCalls: toolCallsOf(source),
    finishReason: finishReasonOf(choice, source),
    whole: delta === null && message !== null,
  };
  const isUnread = content.unread === true || (delta === null && isUnknown(choice["delta"]));
  return isUnread ? { ...added, unread: true } : added;
}

/** Something stands in the place of a delta, and is none. */
function isUnknown(delta: unknown): boolean {
  return delta !== undefined && delta !== null && delta !== "";
}

/** Some gateways put it into the delta; OpenRouter calls an end `stop` that its provider calls a failure. */
function finishReasonOf(choice: JsonObject, source: JsonObject): string | null {
  const reason =
    finishReasonFrom(choice["finish_reason"]) ?? finishReasonFrom(source["finish_reason"]);
  if (reason === null) return null;
  const native = finishReasonFrom(choice["native_finish_reason"]);
  const isWorse = native !== null && finishMeaning(native) === "failure";
  return isWorse && finishMeaning(reason) === "end" ? native : reason;
}

const NO_CALLS: readonly ToolCallDelta[] = [];

function toolCallsOf(source: JsonObject): readonly ToolCallDelta[] {
  const given = source["tool_calls"];
  if (!given && !source["function_call"]) return NO_CALLS;
  const calls = asArray(given).flatMap((call): ToolCallDelta[] => {
    const object = asObject(call);
    if (object === null) return [];
    return [
      {
        index: toolIndexOf(object["index"]),
        id: asText(object["id"]),
        ...functionOf(asObject(object["function"])),
      },
    ];
  });
  const legacy = asObject(source["function_call"]);
  return legacy === null ? calls : [...calls, { index: 0, id: null, ...functionOf(legacy) }];
}

function functionOf(call: JsonObject | null): { name: string | null; arguments: string } {
  const given = call?.["arguments"];
  return {
    name: asText(call?.["name"]),
    // Some servers send an object where OpenAI sends its JSON text.
    arguments: typeof given === "string" ? given : (JSON.stringify(given ?? undefined) ?? ""),
  };
}

function indexOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** Some gateways write the number as text. */
function toolIndexOf(value: unknown): number | null {
  return typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : indexOf(value);
}
