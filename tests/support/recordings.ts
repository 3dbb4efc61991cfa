import type { RecordedResponse } from "../../lib/server/play.ts";
import type { TimedText } from "../../lib/wire/text.ts";

/** Far enough that a test which waited for it would run into its limit: an hour, in µs. */
export const FAR = 3_600_000_000;

/** A response as if it had been recorded. All of it comes at once, unless its pieces say otherwise. */
export function recording(
  pieces: readonly TimedText[],
  rest: Partial<RecordedResponse> = {},
): RecordedResponse {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream" },
    headAt: 0,
    pieces,
    endAt: pieces.at(-1)?.at ?? 0,
    ...rest,
  };
}

/** The same response, and a promise of the moment when playing leaves its pieces before the last. */
export function watched(recorded: RecordedResponse): {
  recorded: RecordedResponse;
  left: Promise<void>;
} {
  const left = Promise.withResolvers<void>();
  const pieces = [...recorded.pieces];
  const walk = function* (this: readonly TimedText[]): ArrayIterator<TimedText> {
    try {
      for (let index = 0; index < recorded.pieces.length; index++) {
        yield recorded.pieces[index] as TimedText;
      }
    } finally {
      left.resolve();
    }
  };
  pieces[Symbol.iterator] = walk;
  return { recorded: { ...recorded, pieces }, left: left.promise };
}
