import { asObject, asText, type JsonObject } from "../base/json.ts";
import type { ChoiceDelta, CompletionChunk, ToolCallDelta } from "../wire/completion.ts";
import { bounded, type EndpointError, endpointErrorFrom } from "../wire/endpoint_error.ts";
import { finishReasonFrom } from "../wire/finish_reason.ts";
import type { MediaKind } from "../wire/media.ts";
import { oddCountsIn } from "../wire/odd_usage.ts";
import { usageFrom } from "../wire/usage.ts";
import { adding, finish, foreign, NOTHING } from "./one_choice.ts";
import type { ProtocolReader } from "./protocol.ts";
import { placeIn } from "./recent.ts";
import { type Item, ResponseItems, ResponseTexts } from "./response_items.ts";
import {
  callIn,
  contentsOf,
  isCalled,
  mediaOfItem,
  outputDelta,
  type TextKind,
} from "./response_output.ts";

/** The deltas that are text of the answer or of its reasoning, and the `.done` event that says it all once more. */
const TEXTS: ReadonlyMap<string, TextKind> = new Map([
  ["output_text", "answer"],
  ["refusal", "refusal"],
  ["audio.transcript", "answer"],
  ["audio_transcript", "answer"],
  ["reasoning_text", "reasoning"],
  ["reasoning_summary_text", "reasoning"],
]);

/**
 * Reads the events of one response. The name of an event stands in its `type`, whatever its `event:` says.
 *
 * What is given whole (`.done` events, the end of an item, the output in the last event) repeats what its deltas
 * brought. It adds what did not come, as from servers that leave the deltas out, and nothing else.
 */
export class ResponsesReader implements ProtocolReader {
  readonly #items = new ResponseItems();
  readonly #texts = new ResponseTexts();
  /** What has come at all. */
  readonly #come = { answer: false, reasoning: false, media: false };
  #calls = 0;
  /** A tool of the client's is called. */
  #hasCall = false;

  read(value: JsonObject): CompletionChunk {
    const type = asText(value["type"]);
    if (type === null) return isWholeResponse(value) ? this.#whole(value) : foreign(value);
    if (type === "error") return { ...NOTHING, error: errorIn(value) };
    if (!type.startsWith("response.")) return foreign(value);
    const kind = type.slice("response.".length);
    switch (kind) {
      case "created":
      case "queued":
      case "in_progress":
        return { ...NOTHING, ...namesIn(value), accepted: true };
      case "output_item.added":
        return this.#itemAdded(value, asObject(value["item"]) ?? {});
      case "output_item.done":
        return this.#itemDone(value, asObject(value["item"]) ?? {});
      case "content_part.done":
      case "reasoning_summary_part.done":
        return this.#partDone(value, asObject(value["part"]) ?? {});
      case "completed":
      case "done":
      case "incomplete":
      case "failed":
      case "cancelled":
        return this.#ended(value, kind);
    }
    if (kind.endsWith(".partial_image")) {
      return asText(value["partial_image_b64"]) === null ? NOTHING : this.#media("image");
    }
    const end = /\.(delta|done)$/.exec(kind);
    if (end === null) return NOTHING;
    return this.#part(kind.slice(0, end.index), value, end[1] === "delta");
  }

  #part(kind: string, event: JsonObject, isDelta: boolean): CompletionChunk {
    const text = TEXTS.get(kind);
    if (text !== undefined) return isDelta ? this.#delta(text, event) : this.#textDone(text, event);
    return isDelta ? this.#input(kind, event) : this.#inputDone(event);
  }

  #delta(kind: TextKind, event: JsonObject): CompletionChunk {
    const { delta: given } = event;
    const text = asText(given);
    if (text === null) {
      const isText = given === "" || given === undefined || given === null;
      return isText ? NOTHING : adding({ unread: true });
    }
    this.#texts.add(kind, this.#placeOf(event), text);
    return this.#text(kind, text);
  }

  #textDone(kind: TextKind, event: JsonObject): CompletionChunk {
    const whole =
      asText(event[kind === "refusal" ? "refusal" : "text"]) ?? asText(event["transcript"]);
    return whole === null ? NOTHING : this.#wholeText(kind, event, whole);
  }

  #wholeText(kind: TextKind, event: JsonObject, whole: string): CompletionChunk {
    return this.#text(kind, this.#texts.rest(kind, this.#placeOf(event), whole));
  }

  /** The item that a text belongs to, and its place there. */
  #placeOf(event: JsonObject): string {
    const part = placeIn(event["content_index"]) ?? placeIn(event["summary_index"]) ?? 0;
    return `${this.#items.of(event).number} ${part}`;
  }

  #text(kind: TextKind, text: string): CompletionChunk {
    if (text === "") return NOTHING;
    if (kind === "reasoning") {
      this.#come.reasoning = true;
      return adding({ reasoning: text });
    }
    this.#come.answer = true;
    return adding({ answer: text, refusal: kind === "refusal" });
  }

  /** What the end of an item adds: its picture, or sound of which no delta came. */
  #mediaOf(item: JsonObject): MediaKind | null {
    const kind = mediaOfItem(item);
    if (kind === null || (kind === "audio" && this.#come.media)) return null;
    this.#come.media = true;
    return kind;
  }

  #media(kind: MediaKind): CompletionChunk {
    this.#come.media = true;
    return adding({ media: [kind] });
  }

  /** Of whatever tool: the model wrote it, also where the endpoint runs it. */
  #input(kind: string, event: JsonObject): CompletionChunk {
    const given = asText(event["delta"]);
    if (given === null) return NOTHING;
    if (/^(output_)?audio$/.test(kind)) return this.#media("audio");
    const item = this.#items.of(event);
    this.#texts.add("input", String(item.number), given);
    return this.#call(item, { arguments: given, ...(isJson(kind) ? undefined : { isText: true }) });
  }

  #inputDone(event: JsonObject): CompletionChunk {
    const json = asText(event["arguments"]);
    const given = json ?? asText(event["input"]) ?? asText(event["code"]);
    if (given === null) return NOTHING;
    return this.#wholeInput(this.#items.of(event), given, json === null ? { isText: true } : {});
  }

  #wholeInput(item: Item, given: string, added: Partial<ToolCallDelta>): CompletionChunk {
    const rest = this.#texts.rest("input", String(item.number), given);
    const isNew = item.call === null;
    return rest === "" && !isNew ? NOTHING : this.#call(item, { ...added, arguments: rest });
  }

  #call(item: Item, added: Partial<ToolCallDelta>): CompletionChunk {
    item.call ??= this.#calls++;
    const { name } = item;
    item.name = null;
    return adding({ toolCalls: [{ index: item.call, id: null, name, arguments: "", ...added }] });
  }

  #itemAdded(event: JsonObject, given: JsonObject): CompletionChunk {
    const item = this.#items.begin(event, given["id"]);
    if (!isCalled(given)) {
      item.name = asText(given["name"]) ?? asText(given["type"]);
      return NOTHING;
    }
    this.#hasCall = true;
    const { arguments: input, ...named } = callIn(given);
    if (input !== "") this.#texts.add("input", String(item.number), input);
    return this.#call(item, { ...named, arguments: input });
  }

  #itemDone(event: JsonObject, given: JsonObject): CompletionChunk {
    const item = this.#items.of(event, given["id"]);
    item.isDone = true;
    if (isCalled(given)) {
      this.#hasCall = true;
      const { arguments: input, ...named } = callIn(given);
      return this.#wholeInput(item, input, item.call === null ? named : {});
    }
    const media = this.#mediaOf(given);
    let [answer, reasoning, refusal] = ["", "", false];
    for (const { kind, index, text } of contentsOf(given)) {
      const rest = this.#texts.rest(kind, `${item.number} ${index}`, text);
      if (kind === "refusal" && rest !== "") refusal = true;
      if (kind === "reasoning") reasoning += rest;
      else answer += rest;
    }
    if (answer === "" && reasoning === "") return media === null ? NOTHING : this.#media(media);
    this.#come.answer ||= answer !== "";
    this.#come.reasoning ||= reasoning !== "";
    return adding({ answer, reasoning, refusal, ...(media === null ? {} : { media: [media] }) });
  }

  #partDone(event: JsonObject, part: JsonObject): CompletionChunk {
    const list = event["type"] === "response.content_part.done" ? "content" : "summary";
    const [given] = contentsOf({ [list]: [part] });
    return given === undefined ? NOTHING : this.#wholeText(given.kind, event, given.text);
  }

  /** vLLM ends a response that reached its limit with `response.completed`: its status tells. */
  #ended(event: JsonObject, kind: string): CompletionChunk {
    const response = asObject(event["response"]) ?? {};
    const status = asText(response["status"]) ?? (kind === "done" ? "completed" : kind);
    const error = endpointErrorFrom({ error: response["error"] ?? event["error"] });
    const odd = oddCountsIn(response);
    const counts = { usage: usageFrom(response), ...(odd.length > 0 ? { oddUsage: odd } : {}) };
    const known = { ...NOTHING, ...namesIn(event), ...counts };
    if (status === "failed" || kind === "failed" || error !== null) {
      return { ...known, error: error ?? bounded("response.failed", null), ends: true };
    }
    const isIncomplete = status === "incomplete" || kind === "incomplete";
    const reason = isIncomplete ? reasonIn(response) : status;
    // A response that was steered goes on.
    if (isIncomplete && reason === "steered") return known;
    const late = this.#late(response);
    const hasCall = this.#hasCall || (late.toolCalls ?? []).length > 0;
    const ended =
      reason === "completed" || (reason === "in_progress" && kind === "completed")
        ? { finishReason: hasCall ? "tool_calls" : "stop" }
        : finish(reason);
    return { ...known, choices: adding({ ...late, ...ended }).choices, ends: true };
  }

  /** What only the output in the last event holds. */
  #late(response: JsonObject): Partial<ChoiceDelta> {
    const { answer, reasoning, refusal, toolCalls, media } = outputDelta(response);
    return {
      ...(this.#come.answer ? undefined : { answer, refusal }),
      ...(this.#come.reasoning ? undefined : { reasoning }),
      ...(this.#calls > 0 ? undefined : { toolCalls }),
      ...(this.#come.media || media === undefined ? undefined : { media }),
    };
  }

  #whole(response: JsonObject): CompletionChunk {
    const chunk = this.#ended({ response }, "done");
    const [choice = {}] = chunk.choices;
    return { ...chunk, choices: adding({ ...choice, whole: true }).choices };
  }
}

/** Whether an object is a response that was not streamed. */
export function isWholeResponse(value: JsonObject): boolean {
  return value["object"] === "response" && Array.isArray(value["output"]);
}

function errorIn(value: JsonObject): EndpointError {
  const inner = endpointErrorFrom({ error: value["error"] });
  const { type: _, ...rest } = value;
  // Its own words stand around the reason that it passes on.
  const whole = endpointErrorFrom({ error: rest });
  if (whole === null) return inner ?? bounded(JSON.stringify(value), null);
  return { ...whole, code: whole.code ?? inner?.code ?? null };
}

function namesIn(event: JsonObject): Pick<CompletionChunk, "id" | "model"> {
  const response = asObject(event["response"]);
  return { id: asText(response?.["id"]), model: asText(response?.["model"]) };
}

/** Whether the input of a tool is JSON: that of a custom tool, a program or a shell command is text. */
function isJson(kind: string): boolean {
  return kind.endsWith("arguments");
}

function reasonIn(response: JsonObject): string {
  const details = asObject(response["incomplete_details"]);
  return finishReasonFrom(details?.["reason"]) ?? "incomplete";
}
