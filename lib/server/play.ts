import type { ServerResponse } from "node:http";
import type { TimedText } from "../wire/text.ts";

/** A response as it was once received: head, pieces and end, with their times in µs since the request. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly headAt: number;
  readonly pieces: readonly TimedText[];
  readonly endAt: number;
}

/** How {@linkcode playResponse} plays. */
export interface PlayOptions {
  /** 2 is twice as fast. `Infinity`: no waiting at all. */
  readonly speed: number;
  /** Milliseconds on a monotonic clock; as timers count. */
  readonly now?: (() => number) | undefined;
  /** Aborted when the client went away or the server closes. */
  readonly signal: AbortSignal;
}

/**
 * Plays a recorded response: the head, each piece and the end at its own time. Every wait is counted from the
 * request, not from the piece before: timers are cut to whole milliseconds, and relative waits would add up to a
 * drift of several percent.
 */
export async function playResponse(
  response: ServerResponse,
  recorded: RecordedResponse,
  options: PlayOptions,
): Promise<void> {
  const now = options.now ?? (() => performance.now());
  const began = now();
  const until = (at: number): Promise<void> =>
    waitUntil(began + at / 1000 / options.speed, { now, signal: options.signal });
  await until(recorded.headAt);
  if (options.signal.aborted) return;
  response.writeHead(recorded.status, recorded.headers);
  // Without this the head would wait for the first piece.
  response.flushHeaders();
  for (const { text, at } of recorded.pieces) {
    await until(at ?? 0);
    if (options.signal.aborted) return;
    response.write(text);
  }
  await until(recorded.endAt);
  if (!options.signal.aborted) response.end();
}

/** Waits for a moment on the given clock; returns at once when it has passed or the signal is aborted. */
async function waitUntil(
  moment: number,
  { now, signal }: { now: () => number; signal: AbortSignal },
): Promise<void> {
  const remaining = moment - now();
  if (!(remaining > 0) || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.ceil(remaining));
  const wake = (): void => resolve();
  signal.addEventListener("abort", wake);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", wake);
}
