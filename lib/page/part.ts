import type { Language } from "../base/message.ts";
import { html, type Content, type Markup } from "./markup.ts";
import type { BarChart, Charts, LineChart, SplitChart } from "./page_data.ts";

/** A part of the page: what stands there, and what scripts draw in it. */
export interface Part {
  readonly markup: Markup;
  readonly charts: Charts;
}

/** What a part of a run's section needs beside the run. */
export interface PartOptions {
  /** The beginning of the ids of its headings. */
  readonly id: string;
  readonly language: Language;
}

/** The charts of a part; those that are not there count for nothing. */
export function chartsOf({
  lines = [],
  splits = [],
  bars = [],
}: {
  readonly lines?: readonly (LineChart | null)[];
  readonly splits?: readonly (SplitChart | null)[];
  readonly bars?: readonly (BarChart | null)[];
}): Charts {
  return {
    lines: lines.filter((chart) => chart !== null),
    splits: splits.filter((chart) => chart !== null),
    bars: bars.filter((chart) => chart !== null),
  };
}

/** All of these charts. */
export function joinCharts(all: readonly Charts[]): Charts {
  return {
    lines: all.flatMap(({ lines }) => lines),
    splits: all.flatMap(({ splits }) => splits),
    bars: all.flatMap(({ bars }) => bars),
  };
}

/** A section under its heading. */
export function renderPart(
  { id, title, level = 3 }: { readonly id: string; readonly title: string; readonly level?: 2 | 3 },
  content: readonly Content[],
): Markup {
  const heading =
    level === 2
      ? html`<h2 id="${id}-title">${title}</h2>`
      : html`<h3 id="${id}-title">${title}</h3>`;
  return html`<section id="${id}" aria-labelledby="${id}-title">${heading} ${content}</section>`;
}

/** The places of charts beside each other, each with what it shows; a chart that is not there has none. */
export function renderFigures(
  figures: readonly (readonly [caption: string, chart: LineChart | SplitChart | BarChart | null])[],
): Markup | false {
  const shown = figures.flatMap(([caption, chart]) => (chart === null ? [] : [{ caption, chart }]));
  if (shown.length === 0) return false;
  return html`<div class="pair">
    ${shown.map(
      ({ caption, chart }) =>
        html`<figure>
          <figcaption>${caption}</figcaption>
          <div class="chart" data-chart="${kindOf(chart)}" data-name="${chart.name}"></div>
        </figure>`,
    )}
  </div>`;
}

function kindOf(chart: LineChart | SplitChart | BarChart): "lines" | "split" | "bars" {
  if ("lines" in chart) return "lines";
  return "bars" in chart ? "bars" : "split";
}
