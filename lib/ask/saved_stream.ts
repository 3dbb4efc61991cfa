import { existsSync, rmSync, type Stats, statSync } from "node:fs";
import type { Recorder } from "../chat/complete_chat.ts";
import { UserError } from "../base/message.ts";
import { TranscriptRecorder } from "../transcript/recorder.ts";
import type { ResponseHead } from "../wire/exchange.ts";
import type { Ending } from "../wire/ending.ts";
import type { HttpRequest } from "../wire/request.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { recordingIsCut, saved } from "./messages/ask.ts";
import { fileExists, fileUnwritable } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";

/**
 * The transcript that `--save` asks for. The file is opened at once, so that whatever is wrong with the place is said
 * before anything is sent; if nothing is sent after all, no empty file stays behind.
 *
 * @example
 * ```ts
 * using recording = new SavedStream("hello.sse", { overwrite: false });
 * await completeChat(request, { recorder: recording });
 * recording.finish(context);
 * ```
 */
export class SavedStream implements Recorder, Disposable {
  readonly #path: string;
  readonly #recorder: TranscriptRecorder;
  readonly #isNew: boolean;
  #begun = false;
  #error: Error | null = null;

  /** @throws {UserError} when there is such a file and it may not be overwritten, or it cannot be written. */
  constructor(path: string, { overwrite }: { readonly overwrite: boolean }) {
    this.#path = path;
    this.#isNew = !existsSync(path);
    const code = this.#isNew ? null : unfit(statSync(path));
    if (code !== null) {
      throw new UserError(fileUnwritable(path, Object.assign(new Error(), { code })));
    }
    try {
      this.#recorder = new TranscriptRecorder(path, {
        overwrite,
        onError: (error) => (this.#error = error),
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(code === "EEXIST" ? fileExists(path) : fileUnwritable(path, error));
    }
  }

  begin(request: HttpRequest): void {
    this.#begun = true;
    this.#recorder.begin(request);
  }

  head(head: ResponseHead): void {
    this.#recorder.head(head);
  }

  piece(piece: TimedText): void {
    this.#recorder.piece(piece);
  }

  end(ending: Ending, at: Micros): void {
    this.#recorder.end(ending, at);
  }

  /** Closes the file and says where it is, or why it is not whole. Returns whether it is whole. */
  finish({ say }: Pick<ScriptContext, "say">): boolean {
    this.#recorder.close();
    say(this.#error === null ? saved(this.#path) : recordingIsCut(this.#path, this.#error));
    return this.#error === null;
  }

  [Symbol.dispose](): void {
    this.#recorder.close();
    if (this.#isNew && !this.#begun) rmSync(this.#path, { force: true });
  }
}

/** Why this is no place for a transcript: a pipe has no places to write at, and to open it would wait for a reader. */
function unfit(stat: Stats): "EISDIR" | "ESPIPE" | null {
  if (stat.isDirectory()) return "EISDIR";
  return stat.isFIFO() ? "ESPIPE" : null;
}
