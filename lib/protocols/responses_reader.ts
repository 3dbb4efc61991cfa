import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
import type { ChoiceDelta, CompletionChunk, ToolCallDelta } from "../wire/completion.ts";
import { bounded, type EndpointError, endpointErrorFrom } from "../wire/endpoint_error.ts";
import { finishReasonFrom } from "../wire/finish_reason.ts";
import { usageFrom } from "../wire/usage.ts";
import { adding, finish, NOTHING } from "./one_choice.ts";
import type { ProtocolReader } from "./protocol.ts";

/** The deltas that are text of the answer or of its reasoning, and the `.done` event that says it all once more. */
const TEXTS: ReadonlyMap<string, "answer" | "refusal" | "reasoning"> = new Map([
  ["output_text", "answer"],
  ["refusal", "refusal"],
  ["audio.transcript", "answer"],
  ["audio_transcript", "answer"],
  ["reasoning_text", "reasoning"],
  ["reasoning_summary_text", "reasoning"],
]);

/** What a client is to call, by the types of items. The deltas of all others are of tools that run at the endpoint. */
const CALLED = new Set(["function_call", "custom_tool_call"]);

/**
 * Reads the events of one response. The name of an event stands in its `type`, whatever its `event:` says.
 *
 * A `.done` event repeats what its deltas brought; it is read only where no delta came, as from servers that leave them
 * out. The same holds for the output in the last event.
 */
export class ResponsesReader implements ProtocolReader {
  /** The texts and calls that have come, by where they belong. */
  readonly #come = new Set<string>();
  /** The place of each call among the calls. */
  readonly #calls = new Map<string, number>();
  #isEmpty = true;
  #hasCall = false;

  read(value: JsonObject): CompletionChunk {
    const type = asText(value["type"]);
    if (type === null) return isWholeResponse(value) ? this.#whole(value) : failing(value);
    if (type === "error") return { ...NOTHING, error: errorIn(value) };
    if (!type.startsWith("response.")) return failing(value);
    const kind = type.slice("response.".length);
    const end = /\.(delta|done)$/.exec(kind);
    if (end !== null) return this.#part(kind.slice(0, end.index), value, end[1] === "delta");
    switch (kind) {
      case "created":
      case "queued":
      case "in_progress":
        return { ...NOTHING, ...namesIn(value), accepted: true };
      case "output_item.added":
        return this.#added(value);
      case "completed":
      case "done":
      case "incomplete":
      case "failed":
      case "cancelled":
        return this.#ended(value, kind);
      default:
        return NOTHING;
    }
  }

  #part(kind: string, event: JsonObject, isDelta: boolean): CompletionChunk {
    const text = TEXTS.get(kind);
    if (text !== undefined) {
      const key = `${kind} ${placeOf(event)} ${String(event["content_index"] ?? event["summary_index"] ?? "")}`;
      const added = asText(event[isDelta ? "delta" : doneField(text)]);
      if (added === null || (!isDelta && this.#come.has(key))) return NOTHING;
      this.#come.add(key);
      this.#isEmpty = false;
      if (text === "reasoning") return adding({ reasoning: added });
      return adding({ answer: added, refusal: text === "refusal" });
    }
    if (kind === "output_item") return isDelta ? NOTHING : this.#itemDone(event);
    if (!isDelta || kind === "audio") return NOTHING;
    const given = asText(event["delta"]);
    return given === null ? NOTHING : this.#call(event, { arguments: given });
  }

  #added(event: JsonObject): CompletionChunk {
    const item = asObject(event["item"]) ?? {};
    if (!CALLED.has(asText(item["type"]) ?? "")) return NOTHING;
    this.#hasCall = true;
    return this.#call({ ...event, item_id: item["id"] }, { ...nameOf(item), arguments: "" });
  }

  /** Some servers send a call as one item, without deltas. */
  #itemDone(event: JsonObject): CompletionChunk {
    const item = asObject(event["item"]) ?? {};
    if (!CALLED.has(asText(item["type"]) ?? "")) return NOTHING;
    const place = { ...event, item_id: item["id"] };
    const given = asText(item["arguments"]) ?? asText(item["input"]) ?? "";
    const isNew = !this.#calls.has(placeOf(place));
    this.#hasCall = true;
    if (this.#come.has(`call ${placeOf(place)}`) || (given === "" && !isNew)) return NOTHING;
    return this.#call(place, { ...(isNew ? nameOf(item) : undefined), arguments: given });
  }

  #call(event: JsonObject, added: Partial<ToolCallDelta>): CompletionChunk {
    const place = placeOf(event);
    const index = this.#calls.get(place) ?? this.#calls.size;
    this.#calls.set(place, index);
    this.#isEmpty = false;
    const call = { index, id: null, name: null, arguments: "", ...added };
    if (call.arguments !== "") this.#come.add(`call ${place}`);
    return adding({ toolCalls: [call] });
  }

  /** vLLM ends a response that reached its limit with `response.completed`: its status tells. */
  #ended(event: JsonObject, kind: string): CompletionChunk {
    const response = asObject(event["response"]) ?? {};
    const status = asText(response["status"]) ?? (kind === "done" ? "completed" : kind);
    const error = endpointErrorFrom({ error: response["error"] });
    const known = { ...NOTHING, ...namesIn(event), usage: usageFrom(response) };
    if (status === "failed" || error !== null) {
      return { ...known, error: error ?? bounded("response.failed", null), ends: true };
    }
    const isIncomplete = status === "incomplete" || kind === "incomplete";
    const reason = isIncomplete ? reasonIn(response) : status;
    // A response that was steered goes on.
    if (isIncomplete && reason === "steered") return known;
    const late = this.#isEmpty ? deltaOf(response) : {};
    const hasCall = this.#hasCall || (late.toolCalls?.length ?? 0) > 0;
    const ended =
      reason === "completed" ? { finishReason: hasCall ? "tool_calls" : "stop" } : finish(reason);
    return { ...known, choices: adding({ ...late, ...ended }).choices, ends: true };
  }

  #whole(response: JsonObject): CompletionChunk {
    const chunk = this.#ended({ response }, "completed");
    const [choice = {}] = chunk.choices;
    return { ...chunk, choices: adding({ ...choice, whole: true }).choices };
  }
}

/** Whether an object is a response that was not streamed. */
export function isWholeResponse(value: JsonObject): boolean {
  return value["object"] === "response" && Array.isArray(value["output"]);
}

/** An error of a form that is none of this protocol; it may be one all the same. */
function failing(value: JsonObject): CompletionChunk {
  const { isKnown: _, ...unknown } = NOTHING;
  return { ...unknown, error: endpointErrorFrom(value) };
}

function errorIn(value: JsonObject): EndpointError {
  const inner = endpointErrorFrom({ error: value["error"] });
  if (inner !== null) return inner;
  const { type: _, ...rest } = value;
  return endpointErrorFrom({ error: rest }) ?? bounded(JSON.stringify(value), null);
}

function namesIn(event: JsonObject): Pick<CompletionChunk, "id" | "model"> {
  const response = asObject(event["response"]);
  return { id: asText(response?.["id"]), model: asText(response?.["model"]) };
}

/** What an event belongs to: llama.cpp gives no `output_index`, others no `item_id`. */
function placeOf(event: JsonObject): string {
  return asText(event["item_id"]) ?? String(event["output_index"] ?? "");
}

function doneField(text: "answer" | "refusal" | "reasoning"): string {
  return text === "refusal" ? "refusal" : "text";
}

function nameOf(item: JsonObject): Pick<ToolCallDelta, "id" | "name"> {
  return { id: asText(item["call_id"]) ?? asText(item["id"]), name: asText(item["name"]) };
}

function reasonIn(response: JsonObject): string {
  const details = asObject(response["incomplete_details"]);
  return finishReasonFrom(details?.["reason"]) ?? "incomplete";
}

/** All that the output of a response holds, as one delta. */
function deltaOf(response: JsonObject): Partial<ChoiceDelta> {
  let [answer, reasoning, refusal] = ["", "", false];
  const toolCalls: ToolCallDelta[] = [];
  for (const given of asArray(response["output"])) {
    const item = asObject(given) ?? {};
    const type = asText(item["type"]) ?? "";
    for (const part of [...asArray(item["content"]), ...asArray(item["summary"])]) {
      const object = asObject(part);
      const declined = asText(object?.["refusal"]);
      const text = asText(object?.["text"]) ?? "";
      if (declined !== null) refusal = true;
      if (type === "reasoning") reasoning += text;
      else answer += declined ?? text;
    }
    if (!CALLED.has(type)) continue;
    const given_ = asText(item["arguments"]) ?? asText(item["input"]) ?? "";
    toolCalls.push({ index: toolCalls.length, ...nameOf(item), arguments: given_ });
  }
  return { answer, reasoning, refusal, toolCalls };
}
