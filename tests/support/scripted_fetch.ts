import type { Recorder } from "../../lib/chat/complete_chat.ts";
import type { Clock } from "../../lib/base/clock.ts";
import type { Fetch } from "../../lib/wire/exchange.ts";
import type { Micros } from "../../lib/base/time.ts";

/** What arrives when, in µs since the request was sent. */
export interface Script {
  readonly headAt: Micros;
  readonly pieces: readonly (readonly [at: Micros, text: string])[];
  readonly endAt: Micros;
  readonly status?: number;
}

/**
 * A `fetch` and a clock that play a script: the clock moves only when the piece before was taken, which the
 * recorder tells. So every time comes out exactly as written.
 */
export function scripted({ headAt, pieces, endAt, status = 200 }: Script): {
  fetch: Fetch;
  clock: Clock;
  recorder: Recorder;
} {
  const sentAt = 7_000_001;
  let now = sentAt;
  let taken = Promise.withResolvers<void>();
  const moveTo = async (at: Micros): Promise<void> => {
    await taken.promise;
    taken = Promise.withResolvers<void>();
    now = sentAt + at;
  };
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      async start(controller) {
        for (const [at, text] of pieces) {
          await moveTo(at);
          controller.enqueue(Buffer.from(text));
        }
        await moveTo(endAt);
        controller.close();
      },
    });
  return {
    clock: () => now,
    fetch: async () => {
      now = sentAt + headAt;
      return new Response(body(), { status });
    },
    recorder: {
      begin() {},
      head: () => taken.resolve(),
      piece: () => taken.resolve(),
      end() {},
    },
  };
}
