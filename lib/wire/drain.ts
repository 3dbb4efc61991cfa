import type { Clock } from "../base/clock.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "./piece.ts";

/** So long after the last wanted piece others are handed over. */
const LATE_MILLISECONDS = 50;
const DRAIN_MILLISECONDS = 500;
const DRAIN_CHARACTERS = 64 * 1024;

/** What becomes of a body behind its last wanted piece. */
export interface Rest {
  /** Settles when nothing more is handed over: the body ended, or 50 ms passed. */
  readonly quiet: Promise<void>;
  /** Settles when the connection is free again. */
  readonly released: Promise<void>;
}

/** Nothing is left. */
export const NO_REST: Rest = { quiet: Promise.resolve(), released: Promise.resolve() };

/** Options of {@linkcode drain}. */
export interface DrainOptions {
  readonly clock: Clock;
  /** When the request was sent: pieces count their time from it. */
  readonly sentAt: Micros;
  /** `false`: the connection is closed once nothing more is handed over. Default `true`. */
  readonly drain?: boolean | undefined;
  /** The body ended. */
  readonly onEnd: () => void;
  /** Takes what comes, with its time, for up to 50 ms or 64 KiB. */
  readonly late?: ((piece: TimedText) => void) | undefined;
}

/**
 * Reads what still comes behind the last wanted piece, for up to 500 ms or 64 KiB, so that the connection can be used
 * again. It does not throw: a connection that breaks then harms nobody.
 *
 * @example
 * ```ts
 * const reader = new ReadableStream<string>().getReader();
 * const { quiet } = drain(reader, { clock, sentAt: clock(), onEnd() {}, late: ({ text }) => write(text) });
 * await quiet;
 * ```
 */
export function drain(reader: ReadableStreamDefaultReader<string>, options: DrainOptions): Rest {
  const { late } = options;
  const keeps = options.drain !== false;
  if (late === undefined) {
    return { ...NO_REST, released: keeps ? readRest(reader, options) : cancel(reader) };
  }
  let beQuiet: (() => void) | undefined;
  const quiet = new Promise<void>((resolve) => (beQuiet = resolve));
  let isQuiet = false;
  const stop = (): void => {
    isQuiet = true;
    beQuiet?.();
    if (!keeps) void cancel(reader);
  };
  // One turn more: what arrived while this process was busy is there, and not yet read.
  const timer = setTimeout(() => setTimeout(stop), LATE_MILLISECONDS);
  const released = readRest(reader, {
    ...options,
    late: (piece) => {
      if (!isQuiet) late(piece);
    },
  }).finally(() => {
    clearTimeout(timer);
    stop();
  });
  return { quiet, released };
}

async function readRest(
  reader: ReadableStreamDefaultReader<string>,
  { clock, sentAt, onEnd, late }: DrainOptions,
): Promise<void> {
  const timer = setTimeout(() => void cancel(reader), DRAIN_MILLISECONDS);
  try {
    let characters = 0;
    while (characters < DRAIN_CHARACTERS) {
      const { done, value } = await reader.read();
      if (done) return onEnd();
      characters += value.length;
      if (value !== "") late?.({ text: value, at: clock() - sentAt });
    }
    await cancel(reader);
  } catch {
    // The connection broke after the last wanted piece: nobody is harmed.
  } finally {
    clearTimeout(timer);
  }
}

/** Gives up the rest of a body, and its connection. */
export async function cancel(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  await reader.cancel().catch(() => {});
}
