import { asObject, asText, type JsonObject } from "../base/json.ts";
import type { ChatMessage } from "../wire/request.ts";

/** Why an entry of a data set cannot be asked. */
export type EntryProblem =
  | "no_object"
  | "no_messages"
  | "empty_conversation"
  | "no_question"
  | "unknown_role"
  | "no_content";

/**
 * The conversation in an entry of a data set, as far as it is to be asked; or why there is none. The forms are those in
 * which data sets are handed around:
 *
 * - a text, or a list of messages (`role`, `content`);
 * - `messages`, also in the `body` of a line for OpenAI's batches; `prompt`, as a text or as messages;
 * - `conversations` of ShareGPT (`from`, `value`), up to the last turn of the user;
 * - `instruction` with `input` (Alpaca), `question`, `text`.
 *
 * @example
 * ```ts
 * conversationOf({ instruction: "Translate", input: "Hallo" }); // [{ role: "user", content: "Translate\n\nHallo" }]
 * conversationOf({ conversations: [] }); // "empty_conversation"
 * ```
 */
export function conversationOf(entry: unknown): ChatMessage[] | EntryProblem {
  if (typeof entry === "string") return question(entry);
  if (Array.isArray(entry)) return fromMessages(entry);
  const value = asObject(entry);
  if (value === null) return "no_object";
  const { body, prompt, messages, conversations = value["conversation"], instruction } = value;
  const inner = asObject(body);
  if (inner !== null) return conversationOf(inner);
  const asked = asText(prompt);
  if (asked !== null) return question(asked);
  const list = [prompt, messages].find((list) => Array.isArray(list));
  if (Array.isArray(list)) return fromMessages(list);
  if (Array.isArray(conversations)) return fromTurns(conversations);
  if (typeof instruction === "string") {
    const parts = [instruction, asText(value["input"])].filter((text) => text !== null);
    return question(parts.join("\n\n"));
  }
  const texts = [value["question"], value["text"], prompt];
  const text = texts.find((text) => typeof text === "string");
  return typeof text === "string" ? question(text) : "no_messages";
}

/** Whether this is a list of messages, and not of entries: one conversation. */
export function isMessageList(values: readonly unknown[]): boolean {
  return (
    values.length > 0 && values.every((value) => typeof asObject(value)?.["role"] === "string")
  );
}

function question(content: string): ChatMessage[] | EntryProblem {
  return content.trim() === "" ? "no_content" : [{ role: "user", content }];
}

/** As they stand: a last message of the assistant may be one that the model is to go on with. */
function fromMessages(values: readonly unknown[]): ChatMessage[] | EntryProblem {
  if (values.length === 0) return "empty_conversation";
  const messages = values.map(messageOf);
  const problem = messages.find((message) => typeof message === "string");
  if (typeof problem === "string") return problem;
  const known = messages.filter((message) => typeof message !== "string");
  return known.some(({ role }) => role === "user") ? known : "no_question";
}

/** What people and data sets call those who speak, by the roles that a request knows. */
const ROLES: ReadonlyMap<unknown, ChatMessage["role"]> = new Map([
  ["system", "system"],
  ["developer", "developer"],
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["chatgpt", "assistant"],
  ["bot", "assistant"],
  ["model", "assistant"],
  ["tool", "tool"],
]);

function messageOf(value: unknown): ChatMessage | EntryProblem {
  const message = asObject(value);
  if (message === null) return "no_object";
  const role = ROLES.get(message["role"]);
  if (role === undefined) return "unknown_role";
  const { content } = message;
  const callsTool = role === "assistant" && Array.isArray(message["tool_calls"]);
  if (typeof content === "string" || Array.isArray(content) || callsTool) {
    return { ...(message as JsonObject), role } as unknown as ChatMessage;
  }
  return "no_content";
}

/** In a turn a tool has no id of a call, without which no endpoint takes it. */
function turnOf(value: unknown): ChatMessage | EntryProblem {
  const turn = asObject(value);
  if (turn === null) return "no_object";
  const role = ROLES.get(turn["from"] ?? turn["role"]);
  if (role === undefined || role === "tool") return "unknown_role";
  const content = turn["value"] ?? turn["content"];
  return typeof content === "string" ? { role, content } : "no_content";
}

function fromTurns(values: readonly unknown[]): ChatMessage[] | EntryProblem {
  if (values.length === 0) return "empty_conversation";
  const all = values.map(turnOf);
  const last = all.findLastIndex((turn) => typeof turn !== "string" && turn.role === "user");
  // What comes after the last question is not asked, so it may be as odd as it likes.
  const asked = all.slice(0, last + 1);
  const problem = (last === -1 ? all : asked).find((turn) => typeof turn === "string");
  if (typeof problem === "string") return problem;
  const turns = asked.filter((turn) => typeof turn !== "string");
  const content = turns.at(-1)?.content;
  if (content === undefined) return "no_question";
  return typeof content === "string" && content.trim() === "" ? "no_content" : turns;
}
