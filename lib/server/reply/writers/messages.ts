import { asObject, asText, type JsonObject, parseJson } from "../../../base/json.ts";
import { messages as protocol } from "../../../protocols/messages.ts";
import { type Asked, type CompletionHead, FieldError } from "../asked.ts";
import { promptTokens } from "../prompt_tokens.ts";
import type { Said, SaidFinish } from "../said.ts";
import {
  answersTool,
  checkFields,
  checkMessages,
  countIn,
  onlyOne,
  refuseFields,
  textsIn,
} from "./fields.ts";
import { formatAsked } from "./openai_request.ts";
import { messageErrorType } from "./message_errors.ts";
import { askedCalls, type ToolChoice, toolsIn } from "./tools.ts";
import { streamedMessage, wholeMessage } from "./whole_message.ts";
import { type ReplyWriter, typedEvent, type WrittenError, type WrittenEvent } from "./writer.ts";

/** Messages: blocks with names, and counts at both ends. */
export const messagesWriter: ReplyWriter = {
  name: "messages",
  check(body) {
    checkFields(body, {
      model: "name!",
      max_tokens: "count!",
      messages: "list!",
      stream: "flag",
      stop_sequences: "texts",
      temperature: "number",
      top_p: "number",
      top_k: "number",
      tools: "objects",
      tool_choice: "object",
      thinking: "object",
      output_config: "object",
    });
    checkMessages(body, ["user", "assistant", "system"]);
  },
  asked(body) {
    refuseFields(body, ["stop", "seed", "container", "mcp_servers"]);
    onlyOne(body, "n");
    const messages = protocol.conversation(body) ?? [];
    const tools = toolsIn(body["tools"], {
      of: (entry) =>
        (entry["type"] ?? "custom") === "custom" ? { called: entry, field: "" } : null,
      schema: "input_schema",
    });
    const choice = asObject(body["tool_choice"]) ?? {};
    const parallel = choice["disable_parallel_tool_use"] !== true;
    return {
      model: String(body["model"]),
      promptTokens: promptTokens(messages),
      maxTokens: countIn(body, "max_tokens"),
      minTokens: 0,
      ignoresEnd: false,
      choices: 1,
      stop: textsIn(body["stop_sequences"]),
      calls: askedCalls(tools, {
        ...toolChoice(choice),
        parallel,
        answersTool: answersTool(messages),
      }),
      form: formIn(body),
    };
  },
  asksForUsage: () => true,
  teller: (head) => new MessageTeller(head).tell,
  whole: wholeMessage,
  streamed: streamedMessage,
  isEnd: (data) => asObject(parseJson(data))?.["type"] === "message_stop",
  error: (error) => ({ type: "error", error: errorOf(error) }),
  errorEvents: (error) => [typedEvent("error", { error: errorOf(error) })],
  model,
  models(ids) {
    const [first_id = null, last_id = null] = [ids.at(0), ids.at(-1)];
    return { data: ids.map(model), has_more: false, first_id, last_id };
  },
};

function model(id: string): JsonObject {
  return { type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" };
}

function errorOf({ status, message }: WrittenError): JsonObject {
  return { type: messageErrorType(status), message };
}

function toolChoice({ type = "auto", name }: JsonObject): ToolChoice {
  switch (type) {
    case "auto":
    case "none":
      return { mode: type, names: null };
    case "any":
      return { mode: "required", names: null };
    case "tool": {
      const named = asText(name);
      if (named === null) throw new FieldError("tool_choice.name", "is missing");
      return { mode: "one", names: [named] };
    }
    default:
      throw new FieldError("tool_choice.type", "must be one of auto, any, tool, none");
  }
}

/** `output_format` is what `output_config.format` was called while it was tried out. */
function formIn(body: JsonObject): Asked["form"] {
  const options = { schemaIn: schemaOf, schemaField: "schema" };
  const format = asObject(body["output_config"])?.["format"];
  return format === undefined || format === null
    ? formatAsked(body["output_format"], { ...options, field: "output_format" })
    : formatAsked(format, { ...options, field: "output_config.format" });
}

function schemaOf({ schema }: JsonObject): unknown {
  return schema;
}

const STOP_REASONS: Readonly<Record<SaidFinish, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
};

class MessageTeller {
  readonly #head: CompletionHead;
  #index = -1;
  /** What is being said: a kind, and of a call its place. */
  #open: string | null = null;
  #stop: JsonObject = {};

  constructor(head: CompletionHead) {
    this.#head = head;
  }

  tell = (said: Said): readonly WrittenEvent[] => {
    const { id, model } = this.#head;
    switch (said.kind) {
      case "accepted": {
        const message = {
          id: `msg_${id}`,
          type: "message",
          role: "assistant",
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...inputUsage(this.#head), output_tokens: 1 },
        };
        return [typedEvent("message_start", { message })];
      }
      case "reasoning": {
        const block = { type: "thinking", thinking: "", signature: "" };
        const delta = { type: "thinking_delta", thinking: said.text };
        return [...this.#turnTo("reasoning", block), this.#delta(delta)];
      }
      case "text": {
        const delta = { type: "text_delta", text: said.text };
        return [...this.#turnTo("text", { type: "text", text: "" }), this.#delta(delta)];
      }
      case "call": {
        const { index, id: callId, name } = said;
        return this.#turnTo(`call ${index}`, { type: "tool_use", id: callId, name, input: {} });
      }
      case "arguments":
        return [this.#delta({ type: "input_json_delta", partial_json: said.text })];
      case "finish": {
        const stop_reason =
          said.stopSequence === null ? STOP_REASONS[said.reason] : "stop_sequence";
        this.#stop = { stop_reason, stop_sequence: said.stopSequence };
        return this.#endBlock();
      }
      case "end": {
        const usage = { ...inputUsage(this.#head), output_tokens: said.completionTokens };
        return [
          typedEvent("message_delta", { delta: this.#stop, usage }),
          typedEvent("message_stop", {}),
        ];
      }
    }
  };

  #turnTo(open: string, block: JsonObject): WrittenEvent[] {
    if (this.#open === open) return [];
    const ended = this.#endBlock();
    this.#open = open;
    this.#index++;
    const start = typedEvent("content_block_start", { index: this.#index, content_block: block });
    return this.#index === 0 ? [...ended, start, typedEvent("ping", {})] : [...ended, start];
  }

  #endBlock(): WrittenEvent[] {
    if (this.#open === null) return [];
    const signature = `simulated-${this.#head.id}`;
    const signed =
      this.#open === "reasoning" ? [this.#delta({ type: "signature_delta", signature })] : [];
    this.#open = null;
    return [...signed, typedEvent("content_block_stop", { index: this.#index })];
  }

  #delta(delta: JsonObject): WrittenEvent {
    return typedEvent("content_block_delta", { index: this.#index, delta });
  }
}

/** Tokens out of a cache are counted apart, as Anthropic has it. */
function inputUsage({ promptTokens, cachedTokens }: CompletionHead): JsonObject {
  if (cachedTokens === null) return { input_tokens: promptTokens };
  return { input_tokens: promptTokens - cachedTokens, cache_read_input_tokens: cachedTokens };
}
