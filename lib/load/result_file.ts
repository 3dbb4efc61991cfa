import {
  closeSync,
  constants,
  lstatSync,
  open,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { promisify } from "node:util";
import { unlessAborted } from "../base/unless_aborted.ts";

/**
 * A file that holds the results so far, at any moment: each saving replaces the whole file at once, so that a reader,
 * or whoever comes after a crash, never finds half of one. What is no regular file (`/dev/stdout`, a FIFO) is written
 * to as it is.
 */
export class ResultFile implements Disposable {
  readonly #path: string;
  readonly #isReplaced: boolean;
  /** Of a named pipe. */
  #pipe: number | null = null;

  /**
   * Finds out whether the file can be written, before anything is sent, and leaves nothing behind: a file that is
   * there keeps what it holds until the first saving, and one that is not there is made by it.
   *
   * @throws whatever opening it throws: `EEXIST` without `overwrite`.
   */
  constructor(path: string, { overwrite }: { readonly overwrite: boolean }) {
    const kind = kindOf(path);
    this.#isReplaced = kind !== "special";
    // Renaming over a link would replace the link.
    this.#path = kind === "file" ? realpathSync(path) : path;
    if (!this.#isReplaced) return;
    if (kind === "file") closeSync(openSync(path, "a"));
    if (kind === "file" && !overwrite) {
      throw Object.assign(new Error("the file is there already"), { code: "EEXIST" });
    }
    closeSync(openSync(this.#next, "w"));
    rmSync(this.#next);
  }

  /**
   * Waits until somebody reads it, where it is a named pipe, which each saving then goes into.
   *
   * @throws the signal's reason, when nobody has come until then; and whatever opening it throws.
   */
  async ready(signal: AbortSignal): Promise<void> {
    if (!this.#isReplaced) this.#pipe = await openPipe(this.#path, signal);
  }

  /** @throws whatever writing throws, such as `ENOSPC`. The last result that was saved stays. */
  save(text: string): void {
    if (!this.#isReplaced) return writeFileSync(this.#pipe ?? this.#path, text);
    try {
      writeFileSync(this.#next, text);
      renameSync(this.#next, this.#path);
    } catch (error) {
      // Half of a result helps nobody, and takes what room there is.
      rmSync(this.#next, { force: true });
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#pipe !== null) closeSync(this.#pipe);
    this.#pipe = null;
  }

  /** Beside the file, since only within one file system a rename is one step. */
  get #next(): string {
    return `${this.#path}.part`;
  }
}

function kindOf(path: string): "absent" | "file" | "special" {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return "absent";
  if (entry.isSymbolicLink()) return kindOf(realpathSync(path));
  return entry.isFile() || entry.isDirectory() ? "file" : "special";
}

/**
 * Opens a named pipe for writing, as soon as somebody reads it, and gives its descriptor; `null` for anything else. To
 * open it at once would stop the whole process until then, signals and all.
 *
 * @throws the signal's reason, when nobody has come until then; and whatever opening it throws, such as `EACCES`.
 */
async function openPipe(path: string, signal: AbortSignal): Promise<number | null> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFIFO()) return null;
  return unlessAborted(promisify(open)(path, constants.O_WRONLY), signal);
}
