import type { ServerResponse } from "node:http";
import { type Clock, monotonicClock } from "../wire/clock.ts";
import type { Micros, TimedText } from "../wire/text.ts";
import { waitUntil } from "../wire/wait.ts";

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
  readonly clock?: Clock | undefined;
  /** Aborted when the connection is closed, by the client or by the server. */
  readonly signal: AbortSignal;
}

/**
 * Plays a recorded response: the head, each piece and the end at its own time. Every wait is counted from the
 * request, not from the piece before.
 */
export async function playResponse(
  response: ServerResponse,
  recorded: RecordedResponse,
  options: PlayOptions,
): Promise<void> {
  const { clock = monotonicClock, signal } = options;
  const began = clock();
  const until = (at: Micros): Promise<void> =>
    waitUntil(began + at / options.speed, { clock, signal });
  await until(recorded.headAt);
  if (signal.aborted) return;
  response.writeHead(recorded.status, recorded.headers);
  // Without this the head would wait for the first piece.
  response.flushHeaders();
  for (const { text, at } of recorded.pieces) {
    await until(at ?? 0);
    if (signal.aborted) return;
    response.write(text);
  }
  await until(recorded.endAt);
  if (!signal.aborted) response.end();
}
