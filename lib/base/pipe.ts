import { constants, open, statSync } from "node:fs";
import { promisify } from "node:util";
import { unlessAborted } from "./unless_aborted.ts";

/**
 * Opens a named pipe for writing, as soon as somebody reads it, and gives its descriptor; `null` for anything else. To
 * open it at once would stop the whole process until then, signals and all.
 *
 * @throws the signal's reason, when nobody has come until then; and whatever opening it throws, such as `EACCES`.
 *
 * @example
 * ```ts
 * await openPipe("hello.sse", new AbortController().signal); // null
 * ```
 */
export async function openPipe(path: string, signal: AbortSignal): Promise<number | null> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFIFO()) return null;
  return unlessAborted(promisify(open)(path, constants.O_WRONLY), signal);
}
