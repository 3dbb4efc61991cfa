import type { LineChart } from "./page_data.ts";
import type { Cell } from "./tables.ts";

/** The numbers of a chart over time whose lines have the same places: a row each. `shown`: a value as people read it. */
export function stepRows({ lines }: LineChart, shown: (value: number | null) => string): Cell[][] {
  return (lines[0]?.at ?? []).map((at, index) => {
    const cells: Cell[] = lines.map(({ values }) => {
      const value = values[index] ?? null;
      return { value, shown: shown(value) };
    });
    cells.unshift(`${at} s`);
    return cells;
  });
}
