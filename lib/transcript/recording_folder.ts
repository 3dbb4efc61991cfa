import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type RecorderOptions, TranscriptRecorder } from "./recorder.ts";

/** A recording that has begun. */
export interface NumberedRecording {
  /** The file's name in the folder. */
  readonly name: string;
  readonly recorder: TranscriptRecorder;
}

/**
 * A folder that recordings are added to: `0001.sse`, `0002.sse`, … in the order in which they begin. What is in it
 * already is never overwritten, also when two processes record into one folder.
 *
 * @example
 * ```ts
 * const folder = new RecordingFolder("recorded");
 * const { name, recorder } = folder.next({ onError }); // "0001.sse"
 * ```
 */
export class RecordingFolder {
  readonly #path: string;
  #last: number;

  /** Makes the folder if it is not there. @throws whatever that throws, such as `EACCES`. */
  constructor(path: string) {
    mkdirSync(path, { recursive: true });
    this.#path = path;
    const numbers = readdirSync(path).map((name) => Number(/^z?(\d+)\.sse$/.exec(name)?.[1] ?? 0));
    this.#last = numbers.reduce((most, number) => Math.max(most, number), 0);
  }

  /** Begins the next recording. @throws whatever opening its file throws, such as `ENOSPC`. */
  next(options: RecorderOptions): NumberedRecording {
    for (;;) {
      const name = fileName(++this.#last);
      try {
        return { name, recorder: new TranscriptRecorder(join(this.#path, name), options) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }
}

/** Names sort as the numbers do: with a `z` before more than four digits. */
function fileName(number: number): string {
  return number <= 9999
    ? `${String(number).padStart(4, "0")}.sse`
    : `z${String(number).padStart(9, "0")}.sse`;
}
