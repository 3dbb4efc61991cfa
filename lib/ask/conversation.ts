import { replayChat } from "../chat/replay_chat.ts";
import { UserError } from "../base/message.ts";
import { TranscriptError } from "../transcript/format.ts";
import { TranscriptFile } from "../transcript/transcript_file.ts";
import { monotonicClock } from "../base/clock.ts";
import { asObject, asText } from "../base/json.ts";
import type { ChatMessage } from "../wire/request.ts";
import { chat } from "../protocols/chat.ts";
import { protocolOfPath } from "../protocols/protocols.ts";
import { answerNotWhole, questionNotRecorded } from "./messages/ask.ts";
import { isSystemError, fileUnreadable } from "../command/messages/files.ts";
import { transcriptMalformed } from "../replay/messages.ts";

/** What was said so far, and by which model. */
export interface Conversation {
  readonly messages: readonly ChatMessage[];
  /** The model that was asked; `null` when the transcript does not name one. */
  readonly model: string | null;
}

/**
 * The conversation that a transcript holds, whichever protocol it was asked over: the messages of its request, and the
 * answer of its stream.
 *
 * Only messages and model are taken from it. Where the request goes, with which key and with which other parameters
 * is decided as for any request: a file from elsewhere must not say where a key is sent.
 *
 * @throws {UserError} when the file cannot be read, does not hold its request, or its answer is not complete.
 */
export async function readConversation(path: string): Promise<Conversation> {
  const file = new TranscriptFile(path);
  const { verdict, reading } = await replayChat(file, {
    speed: Infinity,
    clock: monotonicClock,
  }).catch((error: unknown) => {
    if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
    throw isSystemError(error) ? new UserError(fileUnreadable(path, error)) : error;
  });
  const { body: asked, url = "" } = file.header?.request ?? {};
  const body = asObject(asked);
  const messages = body === null ? null : (protocolOfPath(url) ?? chat).conversation(body);
  if (messages === null) throw new UserError(questionNotRecorded(path));
  const content = reading.choices[0]?.content ?? "";
  if (verdict.outcome !== "complete" || content === "") {
    throw new UserError(answerNotWhole(path, verdict.outcome));
  }
  return {
    messages: [...messages, { role: "assistant", content }],
    model: asText(body?.["model"]),
  };
}
