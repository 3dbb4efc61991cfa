import type { RequestRecord } from "./request_record.ts";

/**
 * How many of these requests were under way at the busiest moment. One that ends as another is sent makes room for it.
 *
 * @example
 * ```ts
 * mostAtOnce([{ sent: 0, ended: 10 }, { sent: 10, ended: 20 }]); // 1
 * ```
 */
export function mostAtOnce(records: readonly Pick<RequestRecord, "sent" | "ended">[]): number {
  const ends = records.map(({ ended }) => ended).toSorted((a, b) => a - b);
  const starts = records.map(({ sent }) => sent).toSorted((a, b) => a - b);
  let most = 0;
  let ended = 0;
  for (const [index, start] of starts.entries()) {
    while (ended < ends.length && (ends[ended] ?? Infinity) <= start) ended++;
    most = Math.max(most, index + 1 - ended);
  }
  return most;
}
