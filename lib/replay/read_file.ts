import { EventTracer } from "../chat/event_tracer.ts";
import { replayChat, type ReplayOptions, type ReplayResult } from "../chat/replay_chat.ts";
import { fileUnreadable, isSystemError } from "../command/messages/files.ts";
import { monotonicClock } from "../base/clock.ts";
import { UserError } from "../base/message.ts";
import type { DefinedRequest } from "../measure/definitions/side_by_side.ts";
import type { RequestMetrics } from "../measure/metrics.ts";
import { TranscriptError } from "../transcript/format.ts";
import { TranscriptFile } from "../transcript/transcript_file.ts";
import { notATranscript, transcriptMalformed } from "./messages.ts";

/** A file as it was read. */
export interface ReadFile {
  readonly file: TranscriptFile;
  readonly result: ReplayResult;
  /** `undefined`: nobody asked for its events. */
  readonly tracer: EventTracer | undefined;
}

/**
 * Plays a file. `traced`: keep its events, for other tools' definitions.
 *
 * @throws {UserError} when the file cannot be read, or holds no stream.
 */
export async function readFile(
  path: string,
  { traced, ...options }: Omit<ReplayOptions, "clock"> & { readonly traced: boolean },
): Promise<ReadFile> {
  const file = new TranscriptFile(path);
  const tracer = traced ? new EventTracer() : undefined;
  const result = await replayChat(file, {
    ...options,
    parts: options.onArrivals !== undefined,
    clock: monotonicClock,
    onArrivals(arrivals) {
      tracer?.take(arrivals);
      options.onArrivals?.(arrivals);
    },
  }).catch((error: unknown) => {
    if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
    throw isSystemError(error) ? new UserError(fileUnreadable(path, error)) : error;
  });
  const { isCompletion, error } = result.reading.facts;
  const isHeadless = file.header === null && file.response === null;
  if (isHeadless && !isCompletion && error === null && !options.signal?.aborted) {
    throw new UserError(notATranscript(path));
  }
  return { file, result, tracer };
}

/** What other tools' definitions need of a file. Files share no clock. */
export function definedRequest(
  { file, result, tracer }: ReadFile,
  metrics: RequestMetrics,
): DefinedRequest {
  const { timeline } = result.reading;
  const trace = tracer?.trace({ timeline, endedAt: file.closing?.at ?? null });
  return { metrics, usage: timeline.usage, ...result.verdict, sent: null, trace };
}
