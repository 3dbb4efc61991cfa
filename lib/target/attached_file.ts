import { statSync } from "node:fs";
import { FileTooLargeError, readBounded } from "../base/bounded_file.ts";
import type { JsonObject } from "../base/json.ts";
import { UserError } from "../base/message.ts";
import { attachmentTooLarge, fileUnreadable, noRegularFile } from "../command/messages/files.ts";
import { imagePart } from "../protocols/conversation.ts";
import { imageUnknown } from "./messages/images.ts";

/** In bytes: what most endpoints take at most. */
const LARGEST_IMAGE = 20 * 1024 * 1024;

/**
 * A picture as a content part: a data URL. Its first bytes tell what it is, not its name. `textsBy`: the flag that takes
 * texts, for who mixes them up.
 *
 * @throws {UserError} when it cannot be read, is no PNG, JPEG, WebP or GIF, or has more than 20 MiB.
 */
export async function imageFile(
  path: string,
  { textsBy }: { readonly textsBy: string | null },
): Promise<JsonObject> {
  const bytes = await readAttached(path, { largest: LARGEST_IMAGE });
  const type = imageType(bytes);
  if (type === null) throw new UserError(imageUnknown(path, { textsBy }));
  return imagePart(`data:${type};base64,${Buffer.from(bytes).toString("base64")}`);
}

/**
 * The bytes of a file that goes with a question. A device or a socket may never end. A pipe is what a shell's `<(command)`
 * gives.
 *
 * @throws {UserError} when it cannot be read, or has more than `largest` bytes.
 */
export async function readAttached(
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
export function imageType(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(start)) return "image/gif";
  if (/^RIFF[\s\S]{4}WEBP/.test(start)) return "image/webp";
  return null;
}
