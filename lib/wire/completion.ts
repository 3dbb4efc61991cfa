import { contentOf, reasoningOf } from "./delta_text.ts";
import { type EndpointError, endpointErrorFrom } from "./endpoint_error.ts";
import { finishMeaning, finishReasonFrom } from "./finish_reason.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "../base/json.ts";
import { type MediaKind, mediaIn, transcriptOf } from "./media.ts";
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
  /** What it adds beside text, such as sound; absent when nothing. */
  readonly media?: readonly MediaKind[];
  /** It has no index and stands alone: which choice it belongs to is not said. */
  readonly unplaced?: true;
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
  // Nearly every event is an object, and so are its JSON and its length: no more than a look at its first character.
  if (data.charCodeAt(0) === 0x7b) {
    const value = objectIn(data);
    return value === null ? { kind: "malformed" } : { kind: "object", value };
  }
  if (data === "[DONE]") return { kind: "done" };
  const trimmed = data.trim();
  if (trimmed === "") return { kind: "heartbeat" };
  if (trimmed === "[DONE]") return { kind: "done" };
  const parsed = parseJson(data);
  if (parsed === null) return { kind: "heartbeat" };
  const value = asObject(parsed);
  return value === null ? { kind: "malformed" } : { kind: "object", value };
}

/** The object that the data of an event is which begins with `{`, as nearly all do; `null` for any other. */
export function objectIn(data: string): JsonObject | null {
  return data.charCodeAt(0) === 0x7b ? asObject(parseJson(data)) : null;
}

/** Reduces a decoded chunk, or a whole `chat.completion`, to what it adds. Unknown keys are passed over. */
export function completionChunkFrom(value: JsonObject): CompletionChunk {
  const chunk: CompletionChunk = {
    id: asText(value["id"]),
    model: asText(value["model"]),
    fingerprint: asText(value["system_fingerprint"]),
    choices: choicesFrom(value["choices"]),
    usage: usageFrom(value),
    error: endpointErrorFrom(value),
  };
  // What hardly any chunk has costs the others nothing, here and below.
  const oddUsage = oddCountsIn(value);
  return oddUsage.length === 0 ? chunk : { ...chunk, oddUsage };
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
  const given = asArray(choices);
  const [only] = given;
  // Nearly every chunk has one.
  if (given.length === 1) return placed(only, indexOf(asObject(only)?.["index"]));
  const indexes = choiceIndexes(given);
  return given.flatMap((choice, place) => placed(choice, indexes[place] ?? null));
}

/** The delta of a choice; none for what is no object. */
function placed(choice: unknown, index: number | null): ChoiceDelta[] {
  const object = asObject(choice);
  if (object === null) return [];
  const delta = choiceDeltaFrom(object, index ?? 0);
  return [index === null ? { ...delta, unplaced: true } : delta];
}

/**
 * The indexes of the choices of a chunk. Where several have none at all they stand in their order; of another one without
 * it is not known, `null`.
 */
export function choiceIndexes(choices: readonly unknown[]): (number | null)[] {
  const indexes = choices.map((choice) => indexOf(asObject(choice)?.["index"]));
  if (indexes.length < 2 || indexes.some((index) => index !== null)) return indexes;
  return indexes.map((_, place) => place);
}

function choiceDeltaFrom(choice: JsonObject, index: number): ChoiceDelta {
  const delta = asObject(choice["delta"]);
  const message = asObject(choice["message"]);
  const source = delta ?? message ?? { content: choice["text"] };
  const content = contentOf(source["content"]);
  const refusal = asText(source["refusal"]);
  const media = mediaIn(source);
  const answer = content.answer || transcriptOf(source);
  const added: ChoiceDelta = {
    index,
    answer: refusal === null ? answer : answer + refusal,
    refusal: refusal !== null,
    reasoning: reasoningOf(source) || content.reasoning,
    toolCalls: toolCallsOf(source),
    finishReason: finishReasonOf(choice, source),
    whole: delta === null && message !== null,
  };
  const isUnread =
    (content.unread === true && media === undefined) ||
    (delta === null && isUnknown(choice["delta"]));
  if (media === undefined && !isUnread) return added;
  return {
    ...added,
    ...(media === undefined ? undefined : { media }),
    ...(isUnread ? { unread: true } : undefined),
  };
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
    return [toolCallDeltaFrom(object)];
  });
  const legacy = asObject(source["function_call"]);
  return legacy === null ? calls : [...calls, { index: 0, id: null, ...functionOf(legacy) }];
}

/** What a fragment of a tool call adds, of a function or of a tool whose input is a text. */
export function toolCallDeltaFrom(call: JsonObject): ToolCallDelta {
  const place = { index: indexOf(call["index"]), id: asText(call["id"]) };
  const custom = asObject(call["custom"]);
  if (custom === null) return { ...place, ...functionOf(asObject(call["function"])) };
  const { name, arguments: input } = functionOf({ ...custom, arguments: custom["input"] });
  return { ...place, name, arguments: input, isText: true };
}

function functionOf(call: JsonObject | null): { name: string | null; arguments: string } {
  const given = call?.["arguments"];
  return {
    name: asText(call?.["name"]),
    // Some servers send an object where OpenAI sends its JSON text.
    arguments: typeof given === "string" ? given : (JSON.stringify(given ?? undefined) ?? ""),
  };
}

/** Some gateways write the number as text. */
function indexOf(value: unknown): number | null {
  if (typeof value === "string") return /^\d{1,6}$/.test(value) ? Number(value) : null;
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
