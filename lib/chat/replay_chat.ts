import { judge } from "../measure/outcome.ts";
import { endingOf } from "../transcript/closing.ts";
import type { TranscriptFile } from "../transcript/replay.ts";
import type { Clock } from "../wire/clock.ts";
import type { Ending } from "../wire/ending.ts";
import type { Micros } from "../wire/text.ts";
import { waitUntil } from "../wire/wait.ts";
import type { ChatResult } from "./complete_chat.ts";
import { CompletionReader } from "./reader.ts";
import type { Arrival } from "./reading.ts";

/** Options of {@linkcode replayChat}. */
export interface ReplayOptions {
  /**
   * 1, the default, is the recorded pace, 4 is four times as fast. `Infinity` does not wait. What has no time
   * comes at once.
   */
  readonly speed?: number | undefined;
  /** Aborting it ends the replay: the outcome is then `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Keep the texts in the reading. Default `true`. */
  readonly keepText?: boolean | undefined;
  readonly onArrivals?: ((arrivals: readonly Arrival[]) => void) | undefined;
  readonly clock: Clock;
}

/** What a replay gives: what the live request gave, but for what belongs to the network. */
export type ReplayResult = Pick<ChatResult, "verdict" | "reading" | "head" | "attempts">;

/**
 * Plays a transcript. The metrics do not depend on the playing: they come from the recorded times, and are equal, bit
 * for bit, to those of the live request.
 *
 * @throws {TranscriptError} when the file is no transcript; and whatever reading it throws.
 *
 * @example
 * ```ts
 * const { verdict } = await replayChat(new TranscriptFile("hello.sse"), { speed: 4, clock: monotonicClock });
 * ```
 */
export async function replayChat(
  file: TranscriptFile,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const { speed = 1, clock, signal, onArrivals } = options;
  const reader = new CompletionReader({ keepText: options.keepText ?? true });
  const began = clock();
  const until = async (at: Micros | null): Promise<void> => {
    if (at === null || speed === Infinity) return;
    await waitUntil(began + at / speed, { clock, signal });
  };
  /** Where the live request broke off: what the file still holds is not read, but its closing line is. */
  let broken: Ending | null = null;
  let begun = false;
  for await (const pieces of file.pieces()) {
    if (!begun) reader.begin(file.header?.response?.status ?? 200);
    begun = true;
    for (const piece of pieces) {
      if (reader.done || broken !== null) break;
      await until(piece.at);
      if (signal?.aborted) break;
      try {
        const arrivals = reader.push(piece);
        if (arrivals.length > 0) onArrivals?.(arrivals);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        broken = { kind: "broken", status: 200, code: null, message: error.message };
      }
    }
    if (signal?.aborted) break;
  }
  const at = file.closing?.at ?? null;
  await until(at);
  const last = reader.end(at);
  if (last.length > 0) onArrivals?.(last);
  const reading = reader.result();
  const head = headOf(file);
  const ending: Ending = signal?.aborted
    ? { kind: "interrupted" }
    : file.header === null && broken !== null
      ? broken
      : endingOf({
          status: head?.status ?? null,
          closing: file.closing,
          isPlainBody: file.header === null,
        });
  return { verdict: judge(ending, reading.facts), reading, head, attempts: 1 };
}

function headOf({ header }: TranscriptFile): ReplayResult["head"] {
  const response = header?.response ?? null;
  if (response === null) return null;
  return {
    status: response.status,
    headers: new Headers(response.headers),
    at: Math.round(response.at_ms * 1000),
  };
}
