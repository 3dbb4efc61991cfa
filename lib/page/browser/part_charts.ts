import type { Charts } from "../page_data.ts";
import { barChart } from "./bar_chart.ts";
import { linesPlot } from "./lines_plot.ts";
import { overlayPlot, type Plot } from "./plots.ts";
import type { Words } from "./words.ts";

/** Draws the charts of a part of the page in their places; gives those that are to be drawn anew in other colours. */
export function partCharts(
  within: ParentNode,
  { lines, splits, bars }: Charts,
  words: Words,
): Plot[] {
  const place = (kind: string, name: string): HTMLElement[] => [
    ...within.querySelectorAll<HTMLElement>(`[data-chart="${kind}"][data-name="${name}"]`),
  ];
  for (const chart of bars) {
    for (const host of place("bars", chart.name)) barChart(host, chart);
  }
  return [
    ...lines.flatMap((chart) =>
      place("lines", chart.name).map((host) => linesPlot(host, chart, words)),
    ),
    ...splits.flatMap(({ name, metric, parts }) =>
      place("split", name).map((host) => overlayPlot(host, parts, metric)),
    ),
  ];
}
