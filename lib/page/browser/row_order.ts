import type { RequestColumns } from "../page_data.ts";

/** By what rows are ordered. */
export type Order = "start" | "ttft" | "length" | "stalls";

/** Which rows are shown. */
export type Filter = "all" | "complete" | "not_complete" | "stalls";

/**
 * The rows to show, in their order: from the first sent on, or from the longest on; what has no value comes last.
 *
 * @example
 * ```ts
 * rowsOf(requests, { order: "ttft", filter: "complete" })[0]; // the row of the slowest first token
 * ```
 */
export function rowsOf(
  requests: RequestColumns,
  { order, filter }: { readonly order: Order; readonly filter: Filter },
): number[] {
  const { sent, ttft, e2e, end, stalls } = requests;
  const value = {
    start: (row: number) => -(sent[row] ?? 0),
    ttft: (row: number) => ttft[row] ?? -1,
    length: (row: number) => e2e[row] ?? end[row] ?? -1,
    stalls: (row: number) => stalls[row] ?? -1,
  }[order];
  return sent
    .map((_, row) => row)
    .filter((row) => isShown(requests, { row, filter }))
    .toSorted((a, b) => value(b) - value(a) || (sent[a] ?? 0) - (sent[b] ?? 0) || a - b);
}

function isShown(
  { outcome, stalls }: RequestColumns,
  { row, filter }: { readonly row: number; readonly filter: Filter },
): boolean {
  switch (filter) {
    case "all":
      return true;
    case "complete":
      return outcome[row] === "complete";
    case "not_complete":
      return outcome[row] !== "complete";
    case "stalls":
      return (stalls[row] ?? 0) > 0;
  }
}
