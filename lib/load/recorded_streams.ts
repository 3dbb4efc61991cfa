import { join } from "node:path";
import { monotonicClock } from "../base/clock.ts";
import { DeltaKinds } from "../chat/delta_kinds.ts";
import { EventTracer } from "../chat/event_tracer.ts";
import type { Reading } from "../chat/reading.ts";
import { replayChat, type ReplayResult } from "../chat/replay_chat.ts";
import type { RecordedStream } from "../page/page_input.ts";
import { TranscriptFile } from "../transcript/transcript_file.ts";

/** A transcript, read for a report. */
export interface PlayedTranscript {
  readonly file: TranscriptFile;
  readonly result: ReplayResult;
  readonly stream: RecordedStream;
  /** `undefined`: nobody asked for its events. */
  readonly tracer: EventTracer | undefined;
}

/** How transcripts are read for a report. */
export interface PlayOptions {
  /** Whether the texts are wanted. */
  readonly withText: boolean;
  /** Keep the events, for other tools' definitions. Default `false`. */
  readonly traced?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a transcript with what a report shows of it beyond its numbers: of what kind each delta is, and its texts.
 *
 * @throws {TranscriptError} when the file is no transcript; and whatever reading it throws.
 */
export async function playForReport(
  path: string,
  { withText, traced = false, signal }: PlayOptions,
): Promise<PlayedTranscript> {
  const file = new TranscriptFile(path);
  const kinds = new DeltaKinds();
  const tracer = traced ? new EventTracer() : undefined;
  const result = await replayChat(file, {
    speed: Infinity,
    keepText: withText,
    clock: monotonicClock,
    signal,
    onArrivals(arrivals) {
      kinds.push(arrivals);
      tracer?.take(arrivals);
    },
  });
  const text = withText ? textOf(result.reading) : null;
  return { file, result, stream: { kinds: kinds.text(), text }, tracer };
}

/** The streams of a recorded run, by the place of their requests. `null` for one that is not there or cannot be read. */
export async function recordedStreams(
  folder: string,
  { files, ...options }: PlayOptions & { readonly files: readonly (string | null)[] },
): Promise<(RecordedStream | null)[]> {
  const streams: (RecordedStream | null)[] = [];
  for (const file of files) {
    options.signal?.throwIfAborted();
    const played = file === null ? null : playForReport(join(folder, file), options);
    // What cannot be read is told by whoever reads the run.
    streams.push((await played?.catch(() => null))?.stream ?? null);
  }
  return streams;
}

function textOf({ choices }: Reading): RecordedStream["text"] {
  return {
    answer: choices.map(({ content }) => content).join("\n\n"),
    reasoning: choices
      .map(({ reasoning }) => reasoning)
      .filter((reasoning) => reasoning !== "")
      .join("\n\n"),
    tools: choices.flatMap(({ toolCalls }) =>
      toolCalls.map(({ name, arguments: given }) => `${name ?? "?"}(${given})`),
    ),
    leftOut: 0,
  };
}
