import type { Reply, ReplySource, TimedBytes } from "../../lib/server/reply/reply.ts";
import type { JsonObject } from "../../lib/base/json.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

/** Far enough that a test which waited for it would run into its limit: an hour, in µs. */
export const FAR = 3_600_000_000;

/** An answer as if it had been recorded. All of it comes at once, unless its pieces say otherwise. */
export function recording(
  pieces: readonly TimedText[],
  rest: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly headAt?: number;
    readonly endAt?: number;
  } = {},
): Reply {
  const { status = 200, headers = { "content-type": "text/event-stream" }, headAt = 0 } = rest;
  return {
    head: { status, headers, at: headAt },
    pieces: pieces.map(({ text, at }) => ({ bytes: new TextEncoder().encode(text), at: at ?? 0 })),
    end: { kind: "end", at: rest.endAt ?? 0 },
    from: "test",
  };
}

/** A source that answers so. */
export function answering(
  answer: (body: JsonObject) => Reply,
  models: readonly string[] = ["demo"],
): ReplySource {
  return { models, answer };
}

/** The same answer, and a promise of the moment when playing leaves its pieces before the last. */
export function watched(answer: Reply): { answer: Reply; left: Promise<void> } {
  const left = Promise.withResolvers<void>();
  const pieces = [...answer.pieces];
  const walk = function* (): Generator<TimedBytes> {
    try {
      yield* pieces;
    } finally {
      left.resolve();
    }
  };
  return { answer: { ...answer, pieces: { [Symbol.iterator]: walk } }, left: left.promise };
}
