import { extname } from "node:path";
import { unlessAborted } from "../base/unless_aborted.ts";
import { type FileSummary, summaryOf, type SummaryReading } from "./file_summary.ts";

/** What a thread is given. `place`: among the files. */
export interface ToSummaryThread {
  readonly place: number;
  readonly path: string;
  readonly reading: SummaryReading;
}

/** What it gives back. */
export type FromSummaryThread =
  | { readonly place: number; readonly summary: FileSummary }
  /** A fault of ours. */
  | { readonly place: number; readonly fault: string };

/** In bytes: files with less in all are read before threads would have begun. */
const WORTH_THREADS = 16 * 1024 * 1024;
/** More would wait for the disk, or for whoever takes what they found. */
const MOST_THREADS = 8;
/** So many files are given to a thread at a time, so that it need not wait for the next. */
const AHEAD = 2;

/**
 * Reads files for a report, several at a time where there is much to read, and gives what they hold in the order of the
 * paths.
 *
 * `threads`: 1 reads one after the other in this thread. Default: by the processors and by how much there is to read.
 *
 * @throws the signal's reason, once it is aborted.
 */
export async function* summariesOf(
  paths: readonly string[],
  reading: SummaryReading,
  {
    signal,
    threads = threadsFor(paths),
  }: { readonly signal: AbortSignal; readonly threads?: number | undefined },
): AsyncGenerator<FileSummary> {
  if (threads < 2) {
    for (const path of paths) yield await summaryOf(path, reading, signal);
    return;
  }
  using started = new SummaryThreads(threads);
  for (const summary of started.summaries(paths, reading)) {
    yield await unlessAborted(summary, signal);
  }
}

function threadsFor(paths: readonly string[]): number {
  // A program in one file has no module to start a thread with.
  if (paths.length < 2 || /\$bunfs|~BUN/.test(import.meta.url)) return 1;
  let bytes = 0;
  for (const path of paths) {
    bytes += Bun.file(path).size;
    if (bytes >= WORTH_THREADS) {
      return Math.min(paths.length, navigator.hardwareConcurrency, MOST_THREADS);
    }
  }
  return 1;
}

/** Threads that read files, each the next one as soon as it is free. */
class SummaryThreads implements Disposable {
  readonly #threads: readonly Worker[];

  constructor(count: number) {
    const module = new URL(`summary_thread${extname(import.meta.url)}`, import.meta.url);
    this.#threads = Array.from({ length: count }, () => new Worker(module.href));
  }

  /** In the order of the paths. */
  summaries(paths: readonly string[], reading: SummaryReading): Promise<FileSummary>[] {
    const found = paths.map(() => Promise.withResolvers<FileSummary>());
    let next = 0;
    const give = (thread: Worker): void => {
      const place = next++;
      const path = paths[place];
      if (path === undefined) return;
      const message: ToSummaryThread = { place, path, reading };
      // oxlint-disable-next-line require-post-message-target-origin -- a thread has none
      thread.postMessage(message);
    };
    for (const thread of this.#threads) {
      thread.addEventListener("message", ({ data }: MessageEvent<FromSummaryThread>) => {
        if ("summary" in data) found[data.place]?.resolve(data.summary);
        else found[data.place]?.reject(new Error(data.fault));
        give(thread);
      });
      thread.addEventListener("error", ({ message }) => {
        for (const { reject } of found) reject(new Error(message));
      });
      for (let ahead = 0; ahead < AHEAD; ahead++) give(thread);
    }
    // Whoever waits for the first one that fails never comes to the others.
    for (const { promise } of found) promise.catch(() => {});
    return found.map(({ promise }) => promise);
  }

  [Symbol.dispose](): void {
    for (const thread of this.#threads) thread.terminate();
  }
}
