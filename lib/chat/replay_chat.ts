import { judge } from "../measure/outcome.ts";
import { endingOf } from "../transcript/closing.ts";
import type { TranscriptFile } from "../transcript/transcript_file.ts";
import type { UsageCache } from "../protocols/protocol.ts";
import type { Clock } from "../base/clock.ts";
import type { Ending } from "../wire/ending.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { LimitError } from "../base/limit_error.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import type { ThinkStart } from "../wire/think_tags.ts";
import { waitUntil } from "../base/wait.ts";
import type { ChatResult } from "./complete_chat.ts";
import { recordedWith } from "./asked.ts";
import { CompletionReader } from "./completion_reader.ts";
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
  /** How prompt tokens out of a cache are counted. Default: as the file says, or as is known of the host. */
  readonly usageCache?: UsageCache | undefined;
  /** How reasoning inside the content begins. Default: as the file says, or with a tag. */
  readonly think?: ThinkStart | undefined;
  /** Give arrivals their parts. Default `true`. */
  readonly parts?: boolean | undefined;
  readonly onArrivals?: ((arrivals: readonly Arrival[]) => void) | undefined;
  readonly clock: Clock;
}

/** So much behind `[DONE]` is looked at in a file without times. */
const LATE_CHARACTERS = 64 * 1024;

/** What a replay gives: what the live request gave, but for what belongs to the network. */
export type ReplayResult = Pick<ChatResult, "verdict" | "reading" | "head" | "attempts">;

/** The part of a {@linkcode TranscriptFile} that is played. */
export type PlayedFile = Pick<TranscriptFile, "header" | "closing" | "pieces"> &
  Partial<Pick<TranscriptFile, "response">>;

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
export async function replayChat(file: PlayedFile, options: ReplayOptions): Promise<ReplayResult> {
  const { speed = 1, clock, signal, onArrivals } = options;
  const began = clock();
  const until = async (at: Micros | null): Promise<void> => {
    if (at === null || speed === Infinity) return;
    await waitUntil(began + at / speed, { clock, signal });
  };
  let begun: CompletionReader | null = null;
  /** Why the live request read no further: what the file still holds is not read either, but its closing line is. */
  let overlong: LimitError | null = null;
  let late = 0;
  batches: for await (const batch of batchesOf(file, signal)) {
    for (const piece of batch) {
      begun ??= readerOf(file, options);
      const reader = begun;
      if (reader.done || overlong !== null) {
        if (overlong === null) reader.push(piece);
        late += piece.text.length;
        // No closing line can follow a text without a time.
        if (piece.at === null && late > LATE_CHARACTERS) break batches;
        continue;
      }
      if (speed !== Infinity) await until(piece.at);
      if (signal?.aborted) break batches;
      const arrivals = pushed(reader, piece);
      if (arrivals instanceof LimitError) overlong = arrivals;
      else if (arrivals.length > 0) onArrivals?.(arrivals);
    }
  }
  const reader = begun ?? readerOf(file, options);
  await until(file.closing?.at ?? null);
  const isInterrupted = signal?.aborted === true;
  // An interrupted replay does not reach the recorded end, which may be known already.
  const last = reader.end(isInterrupted ? null : (file.closing?.at ?? null));
  if (last.length > 0) onArrivals?.(last);
  const reading = reader.result();
  const ending: Ending = isInterrupted ? { kind: "interrupted" } : recordedEnding(file, overlong);
  const { attempt = 1 } = file.header ?? {};
  return {
    verdict: judge(ending, reading.facts),
    reading,
    head: headOf(file),
    attempts: attempt,
  };
}

/** A reader for what the file holds. Its header is known once the first piece is. */
function readerOf(
  file: PlayedFile,
  { keepText = true, parts, usageCache, think }: ReplayOptions,
): CompletionReader {
  const reader = new CompletionReader({
    keepText,
    parts,
    ...recordedWith(file.header, { usageCache, think }),
  });
  reader.begin(statusOf(file) ?? 200);
  return reader;
}

/** Up to the end, or until the signal is aborted, also while a pipe lets wait. Piece by piece it would wait for each. */
async function* batchesOf(
  file: PlayedFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly TimedText[]> {
  const batches = file.pieces();
  let isLeft = false;
  try {
    for (;;) {
      const next = await nextOf(batches, signal);
      isLeft = next === null;
      if (next === null || next.done) return;
      yield next.value;
    }
  } finally {
    // Closing would wait for the read that is under way.
    const closed = batches.return(undefined).catch(() => {});
    if (!isLeft) await closed;
  }
}

/** `null` when the signal was aborted before. */
async function nextOf<Value>(
  batches: AsyncGenerator<Value>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Value> | null> {
  if (signal === undefined) return batches.next();
  return unlessAborted(batches.next(), signal).catch((error: unknown) => {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  });
}

function pushed(reader: CompletionReader, piece: TimedText): Arrival[] | LimitError {
  try {
    return reader.push(piece);
  } catch (error) {
    if (error instanceof LimitError) return error;
    throw error;
  }
}

/** `null` when no head is known. */
function statusOf({ header, response }: PlayedFile): number | null {
  return header?.response?.status ?? response?.status ?? null;
}

function recordedEnding(file: PlayedFile, overlong: LimitError | null): Ending {
  const { header, closing } = file;
  const status = statusOf(file);
  if (header === null && overlong !== null) {
    return { kind: "broken", status: status ?? 200, code: null, message: overlong.message };
  }
  return endingOf({ status, closing, isPlainBody: header === null });
}

function headOf({ header }: PlayedFile): ReplayResult["head"] {
  const response = header?.response ?? null;
  if (response === null) return null;
  return {
    status: response.status,
    headers: new Headers(response.headers),
    at: Math.round(response.at_ms * 1000),
  };
}
