import { CompletionReader } from "../../chat/completion_reader.ts";
import { asText } from "../../base/json.ts";
import { answeredCall, callsIn, plainText } from "../../protocols/conversation.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import { inOneOrder } from "../../server/reply/in_one_order.ts";
import { plainContent } from "../../server/reply/question_text.ts";
import type { ChatMessage } from "../../wire/request.ts";
import type { Evidence, SeenRequest } from "./seen.ts";

/** What a client got of an answer before a fault, as far as it can come back in a later request. */
export interface PartialAnswer {
  /** Its id, which a later response may name as the one before. */
  readonly id: string | null;
  readonly text: string;
  readonly calls: readonly { readonly id: string; readonly name: string }[];
}

/**
 * What two requests have in common that hold the same conversation, over whichever protocol, model and sampling aside: a
 * client may fall back to another model, or to an answer that does not stream.
 */
export function conversationText(request: SeenRequest): string {
  const messages = messagesOf(request).map((message) =>
    inOneOrder({ ...message, content: plainContent(message.content) }),
  );
  return JSON.stringify([messages, request.body["previous_response_id"] ?? null]);
}

/** Whether a request only asks, and holds nothing of an answer. */
export function isBare(request: SeenRequest): boolean {
  if (asText(request.body["previous_response_id"]) !== null) return false;
  return messagesOf(request).every(({ role }) => role === "user" || role === "system");
}

/** Reads what went out of an answer. */
export function partialAnswer({ sent, api }: Pick<SeenRequest, "sent" | "api">): PartialAnswer {
  const reader = new CompletionReader({ api });
  const decoder = new TextDecoder();
  for (const { bytes, at } of sent) {
    reader.push({ text: decoder.decode(bytes, { stream: true }), at });
  }
  const { id, choices } = reader.result();
  const [first] = choices;
  const calls = (first?.toolCalls ?? []).flatMap(({ id: call, name }) =>
    call === null || name === null ? [] : [{ id: call, name }],
  );
  return { id, text: first?.content ?? "", calls };
}

/**
 * What a later request shows of how a client took a part of an answer; `null` for one that shows nothing. A part that
 * stands last is there to be gone on with; before anything else it stands for the answer.
 */
export function useOfPart(
  later: SeenRequest,
  { id, text, calls }: PartialAnswer,
): Extract<Evidence, { kind: "called_tool" | "kept_part" | "resumed" }> | null {
  const messages = messagesOf(later);
  for (const message of messages) {
    const named = new Set([answeredCall(message), ...callsIn(message).map((call) => call.id)]);
    const call = calls.find((one) => one.id !== "" && named.has(one.id));
    if (call !== undefined) return { kind: "called_tool", name: call.name };
  }
  if (id !== null && asText(later.body["previous_response_id"]) === id) {
    return { kind: "kept_part" };
  }
  const place = messages.findIndex(
    ({ role, content }) => role === "assistant" && isPart(plainText(content), text),
  );
  if (place === -1) return null;
  return { kind: place === messages.length - 1 ? "resumed" : "kept_part" };
}

/** Shorter ones may be the same by chance. */
const SHORTEST_PART = 16;

/** A client may not have read all that went out before a reset. */
function isPart(content: string, sent: string): boolean {
  const [kept, whole] = [content.trim(), sent.trim()];
  if (kept === "" || whole === "") return false;
  return kept === whole || (kept.length >= SHORTEST_PART && whole.startsWith(kept));
}

function messagesOf({ api, body }: SeenRequest): readonly ChatMessage[] {
  return protocolNamed(api).conversation(body) ?? [];
}
