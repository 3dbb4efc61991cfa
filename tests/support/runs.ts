/** How many times more than in the gate: `bun run properties` sets it. */
const TIMES = Number(process.env["FUZZ"] ?? 1);

/** Whether this is a long search, not the gate. */
export const isLongSearch = TIMES > 1;

/** How many random inputs a property is tried with: this many in the gate, many times more in a long search. */
export function runs(count: number): number {
  return count * TIMES;
}
