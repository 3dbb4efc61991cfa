import { CompletionReader, type ReaderOptions } from "../../lib/chat/completion_reader.ts";
import type { Arrival } from "../../lib/chat/reading.ts";
import { judge } from "../../lib/measure/outcome.ts";
import type { ReportedResult } from "../../lib/report/request/result_json.ts";
import type { Ending } from "../../lib/wire/ending.ts";
import type { Micros } from "../../lib/base/time.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

/** How a response that a test makes up differs from a 200 that ends in order. */
export interface MadeUp {
  readonly endAt?: Micros | null;
  readonly ending?: Ending;
  readonly headers?: Record<string, string>;
  /** The protocol that was asked, and what is known of its counts. */
  readonly asked?: Pick<ReaderOptions, "api" | "usageCache" | "think" | "choices">;
}

/** An event of the stream. */
export function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A chunk with one delta, as the rest of its fields say. */
export function chunk(delta: unknown, rest: Record<string, unknown> = {}): string {
  const { finish_reason = null, ...around } = rest;
  return event({ model: "m", choices: [{ index: 0, delta, finish_reason }], ...around });
}

export const DONE = "data: [DONE]\n\n";

/** An answer of two deltas, `a` and `b`, with its usage: two tokens. */
export const ANSWER =
  chunk({ content: "a" }) +
  chunk({ content: "b" }, { finish_reason: "stop" }) +
  chunk({}, { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }) +
  DONE;

/** Reads pieces as a live request does, and returns what arrived and what became of the request. */
export function readPieces(
  pieces: readonly TimedText[],
  { endAt = pieces.at(-1)?.at ?? null, ending, headers, asked }: MadeUp = {},
): { arrivals: Arrival[]; result: ReportedResult } {
  const reader = new CompletionReader(asked);
  const how = ending ?? { kind: "ended", status: 200 };
  const status = "status" in how ? how.status : null;
  if (status !== null) reader.begin(status);
  const arrivals = pieces.flatMap((piece) => reader.push(piece));
  arrivals.push(...reader.end(endAt));
  const reading = reader.result();
  const head = status === null ? null : { status, headers: new Headers(headers), at: 0 };
  return { arrivals, result: { verdict: judge(how, reading.facts), reading, head, attempts: 1 } };
}

/** Pieces of one text each. Times in milliseconds. */
export function timed(...pieces: readonly (readonly [at: number | null, text: string])[]) {
  return pieces.map(([at, text]) => ({ at: at === null ? null : Math.round(at * 1000), text }));
}
