import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
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
  withCallsJoined,
} from "./conversation.ts";
import type { Feature, Protocol } from "./protocol.ts";
import { isWholeResponse, ResponsesReader } from "./responses_reader.ts";

/**
 * Responses, `/responses`: events with names, of which a few carry text.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const responses: Protocol = {
  name: "responses",
  title: "Responses",
  path: "/responses",
  questionField: "input",
  ending: "response.completed",
  doneIsWhole: false,
  keyHeader: "authorization",
  headers: {},
  body({ model, messages, sampling = {}, schema }) {
    const { system, others } = apartFromSystem(messages);
    const { exactTokens, maxTokens = exactTokens } = sampling;
    return {
      model,
      instructions: system,
      input: inputOf(others),
      stream: true,
      // An endpoint keeps what it answered, unless it is told not to.
      store: false,
      ...(schema === undefined
        ? undefined
        : { text: { format: { type: "json_schema", strict: true, ...schema } } }),
      temperature: sampling.temperature,
      top_p: sampling.topP,
      max_output_tokens: maxTokens,
    };
  },
  lacks({ sampling = {} }) {
    const lacking: Feature[] = [];
    if (sampling.seed !== undefined) lacking.push("seed");
    if (sampling.stop !== undefined) lacking.push("stop");
    return lacking;
  },
  conversation({ instructions, input }) {
    const system = asText(instructions);
    const text = asText(input);
    const items =
      text === null
        ? withCallsJoined(asArray(input).flatMap(messagesOfItem))
        : [{ role: "user" as const, content: text }];
    if (items.length === 0) return null;
    return system === null ? items : [{ role: "system", content: system }, ...items];
  },
  recognizes(value) {
    return (asText(value["type"])?.startsWith("response.") ?? false) || isWholeResponse(value);
  },
  isWhole: isWholeResponse,
  reader: () => new ResponsesReader(),
};

/** One question is a text; a conversation is a list of items. */
function inputOf(messages: readonly ChatMessage[]): unknown {
  const [only, ...others] = messages;
  const isPlain = others.length === 0 && only?.role === "user" && typeof only.content === "string";
  return isPlain ? only.content : messages.flatMap(itemsOf);
}

function itemsOf(message: ChatMessage): JsonObject[] {
  const { role, content } = message;
  if (role === "tool") {
    const output = plainText(content);
    return [{ type: "function_call_output", call_id: answeredCall(message), output }];
  }
  const calls = callsIn(message).map(({ id, name, arguments: given }) => ({
    type: "function_call",
    call_id: id,
    name,
    arguments: given,
  }));
  const parts = partsOf(message);
  return parts.length === 0 ? calls : [{ type: "message", role, content: parts }, ...calls];
}

function partsOf({ role, content }: ChatMessage): JsonObject[] {
  const type = role === "assistant" ? "output_text" : "input_text";
  if (typeof content === "string") return content === "" ? [] : [{ type, text: content }];
  return asArray(content).flatMap((given): JsonObject[] => {
    const part = asObject(given) ?? {};
    const url = imageUrl(part);
    if (url !== null) return [{ type: "input_image", image_url: url }];
    const text = asText(part["text"]);
    return text === null ? [] : [{ type, text }];
  });
}

function messagesOfItem(given: unknown): ChatMessage[] {
  const item = asObject(given);
  if (item === null) return [];
  const id = asText(item["call_id"]) ?? "";
  const { type, role, content, name } = item;
  if (type === "function_call") {
    const call = { id, name: asText(name) ?? "", arguments: asText(item["arguments"]) ?? "" };
    return [callingMessage("", [call])];
  }
  if (type === "function_call_output") return [toolMessage(id, item["output"])];
  if (typeof role !== "string") return [];
  const known = role as ChatMessage["role"];
  if (typeof content === "string") return [{ role: known, content }];
  return [{ role: known, content: contentOfParts(asArray(content).flatMap(chatPart)) }];
}

function chatPart(given: unknown): JsonObject[] {
  const part = asObject(given) ?? {};
  const url = asText(part["image_url"]);
  if (url !== null) return [imagePart(url)];
  const text = asText(part["text"]) ?? asText(part["refusal"]);
  return text === null ? [] : [{ type: "text", text }];
}
