import type { ChatMessage } from "../wire/request.ts";
import { imagePart, textBlock } from "./attachments.ts";
import type { Conversation } from "./conversation.ts";

/**
 * The messages to send: what was said so far, then the question with the texts and pictures that go with it. A
 * system message takes the place of an earlier one.
 *
 * @throws {UserError} when a file cannot be attached.
 */
export async function messagesFor(
  question: string,
  given: {
    readonly continued?: Conversation | null;
    readonly system?: string | undefined;
    readonly file?: readonly string[] | undefined;
    readonly image?: readonly string[] | undefined;
  },
): Promise<ChatMessage[]> {
  const { continued, system, file = [], image = [] } = given;
  const before = (continued?.messages ?? []).filter(
    ({ role }) => system === undefined || (role !== "system" && role !== "developer"),
  );
  const blocks = await inTurn(file, textBlock);
  const text = [question, ...blocks].join("\n\n");
  const pictures = await inTurn(image, imagePart);
  return [
    ...(system === undefined ? [] : [{ role: "system", content: system } as const]),
    ...before,
    { role: "user", content: pictures.length === 0 ? text : [{ type: "text", text }, ...pictures] },
  ];
}

/** One after the other: of two that cannot be read, the first is told. */
async function inTurn<Value>(
  paths: readonly string[],
  read: (path: string) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (const path of paths) values.push(await read(path));
  return values;
}
