import { createHash } from "node:crypto";
import type { Micros } from "../../base/time.ts";
import { plainText } from "../../protocols/conversation.ts";
import type { ChatMessage } from "../../wire/request.ts";
import type { Follows } from "./traffic.ts";

/** A request that was recorded, as far as it tells which conversation it belongs to. */
export interface Spoken {
  readonly at: Micros;
  /** When its answer had ended; `null`: that is not known. */
  readonly end: Micros | null;
  readonly messages: readonly ChatMessage[];
  /** The text of its answer. */
  readonly answer: string;
}

/** Where a request stands: its conversation, and the request before it. */
export interface Place {
  readonly session: number;
  readonly follows: Follows | null;
}

/** Clocks that count in whole milliseconds may have an answer end so long, in µs, after the next question. */
const CLOCK_STEP: Micros = 2_000;

/**
 * Which requests belong to one conversation. A request follows an earlier one when its messages begin with those of that
 * one, and go on with an answer. Of several that fit it follows the one with the most messages; of those, one whose answer
 * it holds; of those, the last one. One that two requests follow, as when an answer is asked for again, has both behind it.
 *
 * The requests are in the order of their times, and so are the places.
 *
 * @example
 * ```ts
 * const hi = { role: "user", content: "Hi" } as const;
 * const hello = { role: "assistant", content: "Hello!" } as const;
 * const first = { at: 0, end: 1000, messages: [hi], answer: "Hello!" };
 * const second = { at: 5000, end: 7000, messages: [hi, hello, hi], answer: "" };
 * placesOf([first, second])[1]; // { session: 0, follows: { index: 0, pause: 4000, from: "end" } }
 * ```
 */
export function placesOf(requests: readonly Spoken[]): Place[] {
  const places: Place[] = [];
  /** By all of their messages. */
  const earlier = new Map<string, number[]>();
  let sessions = 0;
  for (const [index, { at, messages }] of requests.entries()) {
    const prefixes = prefixesOf(messages);
    const before = predecessor({ at, messages, prefixes }, { requests, earlier });
    const [session, follows] =
      before === null
        ? [sessions++, null]
        : [places[before]?.session ?? 0, followsOf(before, { requests, at })];
    places.push({ session, follows });
    const whole = prefixes.at(-1);
    if (whole !== undefined) earlier.set(whole, [...(earlier.get(whole) ?? []), index]);
  }
  return places;
}

/** A name for the first one, two, three … messages. */
function prefixesOf(messages: readonly ChatMessage[]): string[] {
  const hash = createHash("sha256");
  return messages.map((message) =>
    hash
      .update(`${JSON.stringify(message)}\n`)
      .copy()
      .digest("hex"),
  );
}

function predecessor(
  {
    at,
    messages,
    prefixes,
  }: Pick<Spoken, "at" | "messages"> & { readonly prefixes: readonly string[] },
  {
    requests,
    earlier,
  }: {
    readonly requests: readonly Spoken[];
    readonly earlier: ReadonlyMap<string, readonly number[]>;
  },
): number | null {
  for (let count = messages.length - 1; count > 0; count--) {
    const answer = messages[count];
    if (answer?.role !== "assistant") continue;
    const candidates = (earlier.get(prefixes[count - 1] ?? "") ?? []).filter((index) => {
      const { end, at: start } = requests[index] ?? { end: null, at };
      return (end ?? start) <= at + CLOCK_STEP;
    });
    const text = plainText(answer.content);
    const found =
      candidates.findLast((index) => requests[index]?.answer === text) ?? candidates.at(-1);
    if (found !== undefined) return found;
  }
  return null;
}

function followsOf(
  index: number,
  { requests, at }: { readonly requests: readonly Spoken[]; readonly at: Micros },
): Follows {
  const { end, at: start } = requests[index] ?? { end: null, at };
  return { index, pause: Math.max(0, at - (end ?? start)), from: end === null ? "start" : "end" };
}
