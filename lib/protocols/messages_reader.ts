import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
import type { ChoiceDelta, CompletionChunk, ToolCallDelta } from "../wire/completion.ts";
import { bounded } from "../wire/endpoint_error.ts";
import { finishReasonFrom } from "../wire/finish_reason.ts";
import { MessagesUsage } from "./messages_usage.ts";
import { mediaOfPart } from "../wire/media.ts";
import { oddCounts } from "../wire/odd_usage.ts";
import { adding, finish, foreign, NOTHING } from "./one_choice.ts";
import type { ProtocolReader, ProtocolReaderOptions } from "./protocol.ts";
import { placeIn, Recent } from "./recent.ts";

/** A call of a tool that has begun. */
interface OpenCall {
  readonly index: number;
  /** The input that stands in its start. It counts if no delta brings another. */
  readonly given: string;
  hasArguments: boolean;
}

/** Reads the events of one message. The name of an event stands in its `type`, whatever its `event:` says. */
export class MessagesReader implements ProtocolReader {
  readonly #usage: MessagesUsage;
  /** By the index of their blocks. */
  readonly #calls = new Recent<string | number, OpenCall>();
  #count = 0;

  constructor({ usageCache }: ProtocolReaderOptions) {
    this.#usage = new MessagesUsage(usageCache);
  }

  read(value: JsonObject): CompletionChunk {
    switch (value["type"]) {
      case "message_start":
        return this.#start(asObject(value["message"]) ?? {});
      case "content_block_start":
        return this.#blockStart(blockOf(value), asObject(value["content_block"]) ?? {});
      case "content_block_delta":
        return this.#blockDelta(blockOf(value), asObject(value["delta"]) ?? {});
      case "content_block_stop":
        return this.#blockStop(blockOf(value));
      case "message_delta":
        return this.#ended(asObject(value["delta"]) ?? {}, value);
      case "message_stop":
        return { ...NOTHING, ends: true };
      case "ping":
        return NOTHING;
      default:
        return isWholeMessage(value) ? this.#whole(value) : failing(value);
    }
  }

  #start(message: JsonObject): CompletionChunk {
    const { usage } = message;
    const counts = asObject(usage);
    return {
      ...NOTHING,
      id: asText(message["id"]),
      model: asText(message["model"]),
      // Its output is that so far.
      ...this.#counted(counts === null ? usage : { ...counts, output_tokens: undefined }),
      accepted: true,
    };
  }

  #blockStart(place: string | number, block: JsonObject): CompletionChunk {
    if (!isToolUse(block)) {
      // Where blocks have no places of their own, what follows is none of the call before.
      this.#calls.delete(place);
      return adding({ ...textOf(block), ...mediaOf(block) });
    }
    const call = { index: this.#count++, given: inputOf(block), hasArguments: false };
    this.#calls.set(place, call);
    return adding({ toolCalls: [{ index: call.index, ...nameOf(block), arguments: "" }] });
  }

  #blockDelta(place: string | number, delta: JsonObject): CompletionChunk {
    const added = asText(delta["partial_json"]);
    if (added === null) return adding(textOf(delta));
    return argumentsOf(this.#callAt(place), added);
  }

  /** The call at this place; one whose start did not come begins here. */
  #callAt(place: string | number): OpenCall {
    const known = this.#calls.get(place);
    const call = known ?? { index: this.#count++, given: "", hasArguments: true };
    call.hasArguments = true;
    if (known === undefined) this.#calls.set(place, call);
    return call;
  }

  #blockStop(place: string | number): CompletionChunk {
    const call = this.#calls.get(place);
    if (call === undefined || call.hasArguments || call.given === "") return NOTHING;
    call.hasArguments = true;
    return argumentsOf(call, call.given);
  }

  #ended(delta: JsonObject, event: JsonObject): CompletionChunk {
    const reason = finishReasonFrom(delta["stop_reason"]);
    const chunk = reason === null ? NOTHING : adding(finish(reason));
    return { ...chunk, ...this.#counted(event["usage"]) };
  }

  #counted(given: unknown): Partial<CompletionChunk> {
    const odd = oddCounts(given);
    const counted = { usage: this.#usage.add(asObject(given) ?? {}), usageIsWhole: true } as const;
    return odd.length === 0 ? counted : { ...counted, oddUsage: odd };
  }

  #whole(message: JsonObject): CompletionChunk {
    let [answer, reasoning] = ["", ""];
    const toolCalls: ToolCallDelta[] = [];
    const media: Pick<ChoiceDelta, "media"> = {};
    for (const given of asArray(message["content"])) {
      const block = asObject(given) ?? {};
      const text = textOf(block);
      answer += text.answer ?? "";
      reasoning += text.reasoning ?? "";
      Object.assign(media, mediaOf(block));
      if (!isToolUse(block)) continue;
      toolCalls.push({ index: toolCalls.length, ...nameOf(block), arguments: inputOf(block) });
    }
    const ended = finish(finishReasonFrom(message["stop_reason"]) ?? "stop");
    return {
      ...adding({ answer, reasoning, toolCalls, ...media, ...ended, whole: true }),
      id: asText(message["id"]),
      model: asText(message["model"]),
      ...this.#counted(message["usage"]),
    };
  }
}

/** Whether an object is a message that was not streamed. */
export function isWholeMessage(value: JsonObject): boolean {
  return value["type"] === "message" && Array.isArray(value["content"]) && "stop_reason" in value;
}

/** The place of the block that an event belongs to. */
function blockOf(event: JsonObject): string | number {
  return placeIn(event["index"]) ?? "";
}

function isToolUse(block: JsonObject): boolean {
  return /(^|_)tool_use$/.test(asText(block["type"]) ?? "");
}

/** What a block, or a delta of one, adds; a signature and its like add nothing. */
function textOf(added: JsonObject): Partial<ChoiceDelta> {
  const text = asText(added["text"]);
  if (text !== null) return { answer: text };
  const thinking = asText(added["thinking"]);
  return thinking === null ? {} : { reasoning: thinking };
}

/** A picture stands whole in the start of its block. */
function mediaOf(block: JsonObject): Pick<ChoiceDelta, "media"> {
  const kind = mediaOfPart(block);
  return kind === null ? {} : { media: [kind] };
}

function nameOf(block: JsonObject): Pick<ToolCallDelta, "id" | "name"> {
  return { id: asText(block["id"]), name: asText(block["name"]) };
}

function inputOf(block: JsonObject): string {
  const input = asObject(block["input"]) ?? {};
  return Object.keys(input).length === 0 ? "" : JSON.stringify(input);
}

function argumentsOf({ index }: OpenCall, added: string): CompletionChunk {
  return adding({ toolCalls: [{ index, id: null, name: null, arguments: added }] });
}

function failing(value: JsonObject): CompletionChunk {
  const chunk = foreign(value);
  if (chunk.error !== null || value["type"] !== "error") return chunk;
  return { ...chunk, error: bounded(JSON.stringify(value), null) };
}
