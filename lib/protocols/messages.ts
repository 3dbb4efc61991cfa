import { asArray, asObject, asText, type JsonObject, parseJson } from "../base/json.ts";
import type { ChatMessage } from "../wire/request.ts";
import {
  answeredCall,
  apartFromSystem,
  callingMessage,
  callsIn,
  contentOfParts,
  imagePart,
  imageUrl,
  plainText,
  toolMessage,
} from "./conversation.ts";
import { isWholeMessage, MessagesReader } from "./messages_reader.ts";
import type { Protocol } from "./protocol.ts";

/** Messages has to have a limit. So many tokens fit into the context of nearly every model that is served. */
export const DEFAULT_MAX_TOKENS = 4096;

/**
 * Messages, `/messages`: Anthropic's protocol, which most servers of open models speak, too.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export const messages: Protocol = {
  name: "messages",
  title: "Messages",
  path: "/messages",
  questionField: "messages",
  ending: "message_stop or a stop_reason",
  doneIsWhole: false,
  keyHeader: "x-api-key",
  headers: { "anthropic-version": "2023-06-01" },
  body({ model, messages, sampling = {}, schema }) {
    const { system, others } = apartFromSystem(messages);
    const { exactTokens, maxTokens = exactTokens ?? DEFAULT_MAX_TOKENS } = sampling;
    return {
      model,
      max_tokens: maxTokens,
      system,
      messages: sentMessages(others),
      stream: true,
      ...(schema === undefined
        ? undefined
        : { output_config: { format: { type: "json_schema", schema: schema.schema } } }),
      temperature: sampling.temperature,
      top_p: sampling.topP,
      stop_sequences: sampling.stop,
    };
  },
  lacks: ({ sampling = {} }) => (sampling.seed === undefined ? [] : ["seed"]),
  conversation({ system, messages }) {
    const conversation = asArray(messages).flatMap(chatMessages);
    if (conversation.length === 0) return null;
    const text = plainText(system);
    return text === "" ? conversation : [{ role: "system", content: text }, ...conversation];
  },
  recognizes(value) {
    const type = asText(value["type"]);
    if (type === null) return false;
    return /^(message_(start|delta|stop)|content_block_(start|delta|stop))$/.test(type)
      ? true
      : isWholeMessage(value);
  },
  isWhole: isWholeMessage,
  reader: (options) => new MessagesReader(options),
};

/** Results of tools that follow each other answer one message, and belong into one. */
function sentMessages(messages: readonly ChatMessage[]): JsonObject[] {
  const sent: JsonObject[] = [];
  let results: JsonObject[] = [];
  for (const message of messages) {
    if (message.role !== "tool") {
      results = [];
      sent.push(sentMessage(message));
      continue;
    }
    if (results.length === 0) sent.push({ role: "user", content: results });
    const content = plainText(message.content);
    results.push({ type: "tool_result", tool_use_id: answeredCall(message), content });
  }
  return sent;
}

function sentMessage(message: ChatMessage): JsonObject {
  const { role, content } = message;
  const calls = callsIn(message);
  if (typeof content === "string" && calls.length === 0) return { role, content };
  const uses = calls.map(({ id, name, arguments: given }) => ({
    type: "tool_use",
    id,
    name,
    input: asObject(parseJson(given)) ?? {},
  }));
  return { role, content: [...blocksOf(content), ...uses] };
}

function blocksOf(content: unknown): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return asArray(content).flatMap((given): JsonObject[] => {
    const part = asObject(given) ?? {};
    const url = imageUrl(part);
    if (url !== null) return [{ type: "image", source: imageSource(url) }];
    const text = asText(part["text"]);
    return text === null ? [] : [{ type: "text", text }];
  });
}

function imageSource(url: string): JsonObject {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return data === undefined
    ? { type: "url", url }
    : { type: "base64", media_type: mediaType, data };
}

/** Results of tools stand in a message of the user; in a chat each is a message of its own. */
function chatMessages(given: unknown): ChatMessage[] {
  const message = asObject(given);
  const role = message?.["role"];
  if (role !== "user" && role !== "assistant" && role !== "system") return [];
  const content = message?.["content"];
  if (typeof content === "string") return [{ role, content }];
  const blocks = asArray(content).map((block) => asObject(block) ?? {});
  const ofType = (type: string): JsonObject[] => blocks.filter((block) => block["type"] === type);
  const results = ofType("tool_result").map((block) =>
    toolMessage(asText(block["tool_use_id"]) ?? "", block["content"]),
  );
  const calls = ofType("tool_use").map((block) => ({
    id: asText(block["id"]) ?? "",
    name: asText(block["name"]) ?? "",
    arguments: JSON.stringify(block["input"] ?? {}),
  }));
  const parts = blocks.flatMap(chatPart);
  if (calls.length > 0) return [...results, callingMessage(plainText(parts), calls)];
  const isEmpty = parts.length === 0 && blocks.length > 0;
  return isEmpty ? results : [...results, { role, content: contentOfParts(parts) }];
}

function chatPart(block: JsonObject): JsonObject[] {
  if (block["type"] === "text") return [{ type: "text", text: asText(block["text"]) ?? "" }];
  if (block["type"] !== "image") return [];
  const source = asObject(block["source"]) ?? {};
  const url = asText(source["url"]);
  const data = `data:${asText(source["media_type"]) ?? ""};base64,${asText(source["data"]) ?? ""}`;
  return [imagePart(url ?? data)];
}
