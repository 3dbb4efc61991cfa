import { type EndpointError, endpointErrorFrom } from "./endpoint_error.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "./json.ts";
import { type Usage, usageFrom } from "./usage.ts";

/** One `chat.completion.chunk`, reduced to what it adds. Whatever it does not hold is empty or `null`. */
export interface CompletionChunk {
  readonly id: string | null;
  readonly model: string | null;
  readonly fingerprint: string | null;
  readonly choices: readonly ChoiceDelta[];
  readonly usage: Usage | null;
  readonly error: EndpointError | null;
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
  readonly finishReason: string | null;
  /** It held a whole `message`, not a `delta`: the endpoint did not stream this choice, or repeats it. */
  readonly whole: boolean;
}

/** A fragment of a tool call. `index` is `null` where the endpoint leaves it out. */
export interface ToolCallDelta {
  readonly index: number | null;
  readonly id: string | null;
  readonly name: string | null;
  readonly arguments: string;
}

/** What the data of one event is. */
export type EventData =
  | { readonly kind: "chunk"; readonly chunk: CompletionChunk }
  /** `[DONE]`: the completion is over. */
  | { readonly kind: "done" }
  /** Nothing at all, or `null`, as some servers send to keep the connection open. */
  | { readonly kind: "heartbeat" }
  /** Not a JSON object: counted and reported, and the stream goes on. */
  | { readonly kind: "malformed" };

/**
 * Decodes the data of one event.
 *
 * @example
 * ```ts
 * decodeEventData('{"choices":[{"index":0,"delta":{"content":"你好"}}]}');
 * // { kind: "chunk", chunk: { choices: [{ answer: "你好", … }], … } }
 * ```
 */
export function decodeEventData(data: string): EventData {
  if (data === "[DONE]") return { kind: "done" };
  const trimmed = data.trim();
  if (trimmed === "") return { kind: "heartbeat" };
  if (trimmed === "[DONE]") return { kind: "done" };
  const parsed = parseJson(data);
  if (parsed === null) return { kind: "heartbeat" };
  const value = asObject(parsed);
  return value === null
    ? { kind: "malformed" }
    : { kind: "chunk", chunk: completionChunkFrom(value) };
}

/** Reduces a decoded chunk, or a whole `chat.completion`, to what it adds. Unknown keys are passed over. */
export function completionChunkFrom(value: JsonObject): CompletionChunk {
  return {
    id: asText(value["id"]),
    model: asText(value["model"]),
    fingerprint: asText(value["system_fingerprint"]),
    choices: asArray(value["choices"]).flatMap((choice) => choiceDeltaFrom(choice)),
    usage: usageFrom(value),
    error: endpointErrorFrom(value),
  };
}

/** Whether a JSON object is a whole completion: an answer from an endpoint that did not stream. */
export function isWholeCompletion(chunk: CompletionChunk): boolean {
  return chunk.choices.some((choice) => choice.whole);
}

function choiceDeltaFrom(choice: unknown): ChoiceDelta[] {
  const object = asObject(choice);
  if (object === null) return [];
  const delta = asObject(object["delta"]);
  const message = asObject(object["message"]);
  const source = delta ?? message ?? { content: object["text"] };
  const content = contentOf(source["content"]);
  const refusal = asText(source["refusal"]);
  return [
    {
      index: indexOf(object["index"]) ?? 0,
      answer: content.answer + (refusal ?? ""),
      refusal: refusal !== null,
      reasoning: reasoningOf(source) ?? content.reasoning,
      toolCalls: toolCallsOf(source),
      finishReason: asText(object["finish_reason"]),
      whole: delta === null && message !== null,
    },
  ];
}

/** `content` is a text; Mistral's may be an array of parts, where reasoning is a part of type `thinking`. */
function contentOf(content: unknown): { answer: string; reasoning: string } {
  if (typeof content === "string") return { answer: content, reasoning: "" };
  let answer = "";
  let reasoning = "";
  for (const part of asArray(content)) {
    const object = asObject(part);
    answer += asText(object?.["text"]) ?? asText(part) ?? "";
    const thinking = object?.["thinking"];
    reasoning += asText(thinking) ?? contentOf(thinking).answer;
  }
  return { answer, reasoning };
}

/** Some endpoints send the same reasoning under several names: it counts once. */
function reasoningOf(source: JsonObject): string | null {
  return (
    asText(source["reasoning_content"]) ??
    asText(source["reasoning"]) ??
    detailsOf(source["reasoning_details"])
  );
}

/** OpenRouter's parts: a `reasoning.text` or a `reasoning.summary`; what is encrypted is no text. */
function detailsOf(details: unknown): string | null {
  const texts = asArray(details).map((detail) => {
    const object = asObject(detail);
    return asText(object?.["text"]) ?? asText(object?.["summary"]) ?? "";
  });
  return texts.join("") || null;
}

function toolCallsOf(source: JsonObject): ToolCallDelta[] {
  const calls = asArray(source["tool_calls"]).flatMap((call): ToolCallDelta[] => {
    const object = asObject(call);
    if (object === null) return [];
    return [
      {
        index: indexOf(object["index"]),
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
