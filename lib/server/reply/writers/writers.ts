import type { ProtocolName } from "../../../protocols/protocol.ts";
import { chatWriter } from "./chat.ts";
import { completionsWriter } from "./completions.ts";
import { messagesWriter } from "./messages.ts";
import { responsesWriter } from "./responses.ts";
import type { ReplyWriter } from "./writer.ts";

/** Every writer, by the name of its protocol. */
const TABLE: Readonly<Record<ProtocolName, ReplyWriter>> = {
  chat: chatWriter,
  completions: completionsWriter,
  responses: responsesWriter,
  messages: messagesWriter,
};

/** Who writes the answers of that protocol. */
export function writerOf(name: ProtocolName): ReplyWriter {
  return TABLE[name];
}
