import uPlot from "uplot";
import { overlayOf } from "../overlay.ts";
import { type PageRun, type Spread, WIDE } from "../page_data.ts";
import { countAxis, shareAxis, timeAxis, timeScale } from "./plot_axes.ts";
import { drawLevel, drawMarks } from "./plot_marks.ts";
import { currentTheme, type Theme } from "./theme.ts";
import type { Words } from "./words.ts";

const HEIGHT = 220;

type Made = {
  readonly options: Partial<uPlot.Options> & Pick<uPlot.Options, "series">;
  readonly data: uPlot.AlignedData;
};

/** A chart in its place: as wide as that is, in the colours of the moment. */
export class Plot {
  readonly #host: HTMLElement;
  readonly #make: (theme: Theme) => Made;
  readonly #observer: ResizeObserver;
  #plot: uPlot | null = null;
  #width = 0;

  constructor(host: HTMLElement, make: (theme: Theme) => Made) {
    this.#host = host;
    this.#make = make;
    host.setAttribute("role", "img");
    const caption = host.closest("figure")?.querySelector("figcaption")?.textContent;
    host.setAttribute("aria-label", caption ?? host.getAttribute("aria-label") ?? "");
    this.#observer = new ResizeObserver(() => {
      if (host.clientWidth === this.#width || host.clientWidth === 0) return;
      this.#width = host.clientWidth;
      if (this.#plot === null) this.draw();
      else this.#plot.setSize({ width: this.#width, height: HEIGHT });
    });
    this.#observer.observe(host);
    this.#width = host.clientWidth;
    this.draw();
  }

  /** Draws it anew, as when the colours have changed. */
  draw(): void {
    if (this.#width === 0) return;
    this.#plot?.destroy();
    const { options, data } = this.#make(currentTheme());
    this.#plot = new uPlot({ width: this.#width, height: HEIGHT, ...options }, data, this.#host);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }
}

/** How many samples lie where. */
export function histogramPlot(host: HTMLElement, spread: Spread, words: Words): Plot {
  const { bars, isLog } = spread;
  return new Plot(host, (theme) => ({
    data: [
      bars.map(({ from, to }) => (isLog ? Math.sqrt(from * to) : (from + to) / 2)),
      bars.map(({ count }) => count),
    ],
    options: {
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { ...timeScale(isLog), range: () => [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 1] },
        y: { range: (_, __, max) => [0, max * 1.15] },
      },
      axes: [timeAxis(theme, { isLog }), countAxis(theme)],
      series: [
        {},
        {
          label: words.of("samples"),
          fill: `${theme.answer}aa`,
          paths: (plot) => ({ fill: barsPath(plot, bars) }),
          points: { show: false },
        },
      ],
      hooks: { draw: [(plot) => drawMarks(plot, spread, theme)] },
    },
  }));
}

function barsPath(plot: uPlot, bars: Spread["bars"]): Path2D {
  const path = new Path2D();
  const base = plot.valToPos(0, "y", true);
  for (const { from, to, count } of bars) {
    if (count === 0) continue;
    const left = plot.valToPos(from, "x", true);
    const right = plot.valToPos(to, "x", true);
    const top = Math.min(base - 1, plot.valToPos(count, "y", true));
    path.rect(left, top, Math.max(1, right - left - 1), base - top);
  }
  return path;
}

/** The share of samples up to each time. */
export function curvePlot(host: HTMLElement, spread: Spread, words: Words): Plot {
  const { curve, isLog } = spread;
  const values = isLog
    ? curve.value.map((value) => Math.max(value, spread.bars[0]?.from ?? 1e-3))
    : [...curve.value];
  return new Plot(host, (theme) => ({
    data: [values, [...curve.share]],
    options: {
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: {
          ...timeScale(isLog),
          range: () => [spread.bars[0]?.from ?? 0, spread.bars.at(-1)?.to ?? 1],
        },
        y: { range: () => [0, 1.05] },
      },
      axes: [timeAxis(theme, { isLog }), shareAxis(theme)],
      series: [{}, line(words.of("shareUpTo"), theme.answer, { stepped: true })],
      hooks: { draw: [(plot) => drawMarks(plot, spread, theme)] },
    },
  }));
}

/** The curves of several runs in one chart. */
export function overlayPlot(
  host: HTMLElement,
  runs: readonly Pick<PageRun, "label" | "spreads">[],
  metric: string,
): Plot {
  const { isLog, curves } = overlayOf(runs, metric);
  return new Plot(host, (theme) => {
    const colors = lineColors(theme);
    const tables = curves.map(
      ({ curve }) => [[...curve.value], [...curve.share]] as uPlot.AlignedData,
    );
    return {
      data: tables.length === 0 ? [[], []] : uPlot.join(tables),
      options: {
        legend: { show: true, live: false },
        cursor: { show: false },
        scales: { x: { ...timeScale(isLog) }, y: { range: () => [0, 1.05] } },
        axes: [timeAxis(theme, { isLog }), shareAxis(theme)],
        series: [
          {},
          ...curves.map(({ label }, index) => {
            const color = colors[index % colors.length] ?? theme.text;
            return line(label, color, {
              dash: index < colors.length ? [] : [6, 4],
              spanGaps: true,
            });
          }),
        ],
      },
    };
  });
}

/** A colour for each of several results. */
export function lineColors(theme: Theme): readonly string[] {
  return [
    theme.answer,
    theme.stall,
    theme.tool,
    theme.reasoning,
    theme.cut,
    theme.text,
    theme.soft,
    theme.waiting,
  ];
}

/** The gaps of one request, each where it ended. */
export function gapPlot(
  host: HTMLElement,
  {
    gaps,
    first,
    stall,
    words,
  }: {
    readonly gaps: Float64Array;
    readonly first: number;
    readonly stall: number;
    readonly words: Words;
  },
): Plot {
  let at = first;
  const times = [...gaps].map((gap) => (at += gap) / 1000);
  const values = [...gaps].map((gap) => gap / 1000);
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const isLog = median > 0 && (sorted.at(-1) ?? 0) > median * WIDE;
  host.setAttribute("aria-label", words.of("gaps"));
  // Chunks that came together have one time, and a chart wants times that grow.
  const [x, y] = [times, values.map((gap) => (isLog ? Math.max(gap, 0.001) : gap))];
  return new Plot(host, (theme) => ({
    data: [x, y],
    options: {
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false } },
      scales: {
        x: { time: false },
        y: isLog ? { distr: 3 } : { range: (_, __, max) => [0, max * 1.1 || 1] },
      },
      axes: [timeAxis(theme), { ...timeAxis(theme, { isLog }), size: 64, space: 32 }],
      series: [
        {},
        {
          stroke: theme.answer,
          width: 1,
          points: { show: gaps.length < 400, size: 4, fill: theme.answer },
        },
      ],
      hooks: {
        draw: [
          (plot) =>
            drawLevel(plot, { value: stall / 1000, text: words.of("stall"), color: theme.stall }),
        ],
      },
    },
  }));
}

function line(
  label: string,
  color: string,
  { stepped = false, ...more }: { readonly stepped?: boolean } & uPlot.Series = {},
): uPlot.Series {
  const paths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label,
    stroke: color,
    width: 2,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
    ...more,
  };
}
