import type { Micros } from "../../base/time.ts";
import type { StreamEvent } from "./stream_event.ts";

/** What the definitions have in common: gaps, counts, and times for each token. */

/** The gaps between consecutive events, in µs, those of zero kept; one fewer than the events. */
export function gapsBetween(events: readonly Pick<StreamEvent, "at">[]): Micros[] {
  return events.slice(1).map(({ at }, index) => at - (events[index]?.at ?? at));
}

/** The completion tokens of the last event with usage; `null` when none has. */
export function lastUsage(events: readonly StreamEvent[]): number | null {
  return events.findLast(({ usage }) => usage !== null)?.usage ?? null;
}

/** (to − from) / (tokens − 1), in µs; `null` when something is not known, or there are fewer than 2 tokens. */
export function perFurtherToken(
  { from, to }: { readonly from: Micros; readonly to: Micros },
  tokens: number | null,
): number | null {
  return tokens === null || tokens < 2 ? null : (to - from) / (tokens - 1);
}

/** time / tokens, in µs; `null` when something is not known, or there is no token. */
export function perToken(time: Micros | null, tokens: number | null): number | null {
  return time === null || tokens === null || tokens < 1 ? null : time / tokens;
}

/** Tokens per second; `null` when something is not known, or no time went by. */
export function perSecond(tokens: number | null, time: Micros | null): number | null {
  return tokens === null || time === null || time === 0 ? null : (tokens * 1e6) / time;
}
