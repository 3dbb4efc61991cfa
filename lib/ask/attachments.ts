import { statSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { FileTooLargeError, readBounded } from "../base/bounded_file.ts";
import { UserError } from "../base/message.ts";
import { asObject, type JsonObject, parseJson } from "../base/json.ts";
import {
  attachmentTooLarge,
  noRegularFile,
  textIsBinary,
  fileUnreadable,
} from "../command/messages/files.ts";
import type { AnswerSchema } from "../protocols/protocol.ts";
import { imageUnknown, schemaIsNoObject } from "./messages/files.ts";
import { decodeText } from "../command/decode_text.ts";

/** In bytes: more than the largest models take. */
const LARGEST_TEXT = 4 * 1024 * 1024;

/** In bytes: what most endpoints take at most. */
const LARGEST_IMAGE = 20 * 1024 * 1024;

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
 * A picture as a content part: a data URL. Its first bytes tell what it is, not its name.
 *
 * @throws {UserError} when it cannot be read, is no PNG, JPEG, WebP or GIF, or has more than 20 MiB.
 */
export async function imagePart(path: string): Promise<JsonObject> {
  const bytes = await readBytes(path, { largest: LARGEST_IMAGE });
  const type = imageType(bytes);
  if (type === null) throw new UserError(imageUnknown(path));
  const url = `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
  return { type: "image_url", image_url: { url } };
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
  const bytes = await readBytes(path, { largest: LARGEST_TEXT });
  const text = decodeText(bytes);
  if (text !== null) return text;
  throw new UserError(textIsBinary(path, { isImage: imageType(bytes) !== null }));
}

/** A device or a socket may never end. A pipe is what a shell's `<(command)` gives. */
async function readBytes(
  path: string,
  { largest }: { readonly largest: number },
): Promise<Uint8Array> {
  try {
    const stat = statSync(path);
    if (!stat.isFile() && !stat.isFIFO()) throw new UserError(noRegularFile(path));
    if (stat.size > largest) throw new UserError(attachmentTooLarge(path, largest));
    return await readBounded(path, { largest });
  } catch (error) {
    if (error instanceof FileTooLargeError) throw new UserError(attachmentTooLarge(path, largest));
    throw error instanceof UserError ? error : new UserError(fileUnreadable(path, error));
  }
}

/** The media type by the first bytes (https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern). */
function imageType(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(start)) return "image/gif";
  if (/^RIFF[\s\S]{4}WEBP/.test(start)) return "image/webp";
  return null;
}
