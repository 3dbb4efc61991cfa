import { basename, isAbsolute } from "node:path";
import { UserError } from "../base/message.ts";
import { asObject, type JsonObject, parseJson } from "../base/json.ts";
import { textIsBinary } from "../command/messages/files.ts";
import type { AnswerSchema } from "../protocols/protocol.ts";
import { imageFile, imageType, readAttached } from "../target/attached_file.ts";
import { schemaIsNoObject } from "./messages/files.ts";
import { decodeText } from "../command/decode_text.ts";

/** In bytes: more than the largest models take. */
const LARGEST_TEXT = 4 * 1024 * 1024;

/**
 * A text file as a fenced block under its name. The fence is longer than any in the text. An absolute path says who
 * asks, so of it only the file's name is given.
 *
 * @throws {UserError} when it cannot be read, is no text in UTF-8 or UTF-16, or has more than 4 MiB.
 */
export async function textBlock(path: string): Promise<string> {
  const text = await readText(path);
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run.length);
  const fence = "`".repeat(longest + 1);
  const name = isAbsolute(path) ? basename(path) : path;
  return `${name}\n${fence}\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}`;
}

/**
 * A picture as a content part: a data URL.
 *
 * @throws {UserError} when it cannot be read, is no PNG, JPEG, WebP or GIF, or has more than 20 MiB.
 */
export function imagePart(path: string): Promise<JsonObject> {
  return imageFile(path, { textsBy: "--file" });
}

/**
 * The JSON schema in which the answer is to be. Its name is the schema's title, or else the file's.
 *
 * @throws {UserError} when it cannot be read, or is no JSON object.
 */
export async function answerSchema(path: string): Promise<AnswerSchema> {
  const parsed = parseJson(await readText(path));
  const schema = asObject(parsed);
  if (schema === null) throw new UserError(schemaIsNoObject(path, parsed === undefined));
  const title = typeof schema["title"] === "string" ? schema["title"] : "";
  const name =
    [title, basename(path).replace(/\.(?:schema\.)?json$/i, "")]
      .map((text) => text.replaceAll(/[^\w-]+/g, "_").slice(0, 64))
      .find((text) => /[A-Za-z0-9]/.test(text)) ?? "schema";
  return { name, schema };
}

async function readText(path: string): Promise<string> {
  const bytes = await readAttached(path, { largest: LARGEST_TEXT });
  const text = decodeText(bytes);
  if (text !== null) return text;
  throw new UserError(textIsBinary(path, { isImage: imageType(bytes) !== null }));
}
