import { fstatSync } from "node:fs";
import { UserError } from "../base/message.ts";
import { stdinIsBinary, stdinTooLarge } from "./messages/files.ts";
import { decodeText } from "./decode_text.ts";

/** What stands behind the standard input. */
export type StdinKind = "terminal" | "file" | "pipe" | "other";

/**
 * What stands behind the standard input. `other` is a device such as `/dev/null`, a socket, or nothing: a spawned
 * process often has a socket there that never ends, so only a file or a pipe is read unasked.
 */
export function stdinKind(): StdinKind {
  if (process.stdin.isTTY) return "terminal";
  try {
    const stat = fstatSync(0);
    if (stat.isFile()) return "file";
    return stat.isFIFO() ? "pipe" : "other";
  } catch {
    return "other";
  }
}

/**
 * All of the standard input as text, in UTF-8, or in UTF-16 with a byte order mark. `onWait` is called when nothing has come for a second, so that nobody wonders
 * why nothing happens. Aborting the signal ends the wait; what came is returned.
 *
 * @throws {UserError} when it is no such text, or more than `largest` bytes come: a device or a program may never end.
 */
export async function readStdin(options: {
  readonly signal: AbortSignal;
  readonly onWait: () => void;
  /** In bytes, whole MiB. */
  readonly largest: number;
}): Promise<string> {
  const wait = setTimeout(options.onWait, 1000);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = Bun.stdin.stream().getReader();
  const leave = (): void => void reader.cancel();
  options.signal.addEventListener("abort", leave);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(wait);
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > options.largest) throw new UserError(stdinTooLarge(options.largest));
    }
  } catch (error) {
    leave();
    throw error;
  } finally {
    clearTimeout(wait);
    options.signal.removeEventListener("abort", leave);
  }
  const bytes = Buffer.concat(chunks);
  const text = decodeText(bytes);
  if (text !== null) return text;
  // What was given up may end inside a character.
  if (options.signal.aborted) return new TextDecoder().decode(bytes);
  throw new UserError(stdinIsBinary());
}
