import uPlot from "uplot";
import { type ChartLine, type LineChart, WIDE } from "../page_data.ts";
import { axis, countAxis, shareAxis, timeAxis, timeLabel, wholeAxis } from "./plot_axes.ts";
import { drawLevel } from "./plot_marks.ts";
import { lineColors, Plot } from "./plots.ts";
import type { Theme } from "./theme.ts";
import type { Words } from "./words.ts";

/** With so many places or fewer, each value has a mark. */
const FEW = 60;

/** Lines over turns, over tokens of context, or over the time of a run. */
export function linesPlot(host: HTMLElement, chart: LineChart, words: Words): Plot {
  const { lines, across, up, level } = chart;
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const heights = [...values, ...(level === null ? [] : [level.value])];
  const most = Math.max(0, ...heights);
  const least = Math.min(...heights, Infinity);
  const isLog = up === "time" && least > 0 && most > least * WIDE;
  const last = Math.max(0, ...lines.map(({ at }) => at.at(-1) ?? 0));
  const ends = across === "time" ? [0, Math.max(last, chart.end ?? 0)] : [];
  return new Plot(host, (theme) => {
    return {
      data: joined(chart, ends),
      options: {
        legend: { show: lines.length > 1 || level !== null, live: true },
        cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
        scales: {
          x: { time: false },
          y: isLog
            ? { distr: 3, range: () => [least / 1.5, most * 1.5] }
            : { range: () => [0, topOf(up, most)] },
        },
        axes: [acrossAxis(across, theme), upAxis(up, theme, { isLog })],
        series: [
          { label: words.of(ACROSS[across]), value: (_, at) => acrossText(across, at) },
          ...lines.map((line) => seriesOf(line, { up, theme })),
        ],
        hooks: {
          draw: [
            (plot) => {
              if (level === null) return;
              const text = `${level.name} ${upText(up, level.value)}`;
              drawLevel(plot, { value: level.value, text, color: theme.second });
            },
          ],
        },
      },
    };
  });
}

function seriesOf(
  { name, color, isDashed = false, holds, at }: ChartLine,
  { up, theme }: { readonly up: LineChart["up"]; readonly theme: Theme },
): uPlot.Series {
  const colors = lineColors(theme);
  const series: uPlot.Series = {
    label: name,
    stroke: colors[color % colors.length] ?? theme.text,
    width: 2,
    dash: isDashed || color >= colors.length ? [6, 4] : [],
    points: { show: holds === undefined && at.length <= FEW, size: 6 },
    value: (_, value) => upText(up, value),
  };
  const paths = holds === undefined ? undefined : stepped(holds);
  return paths === undefined ? series : { ...series, paths };
}

const ACROSS = { turn: "turn", tokens: "depth", time: "timeAxis" } as const;

/** Each line at its own places. The ends have no values, so that charts of one run have one axis. */
function joined({ lines }: LineChart, ends: readonly number[]): uPlot.AlignedData {
  const tables = lines.map(({ at, values }): uPlot.AlignedData => [[...at], [...values]]);
  if (ends.length > 0) tables.unshift([[...ends], ends.map(() => undefined)]);
  if (tables.length === 1) return tables[0] as uPlot.AlignedData;
  const all = uPlot.join(tables);
  return (ends.length > 0 ? [all[0], ...all.slice(2)] : all) as uPlot.AlignedData;
}

function stepped(holds: "on" | "before"): uPlot.Series.PathBuilder | undefined {
  return uPlot.paths.stepped?.({ align: holds === "on" ? 1 : -1 });
}

function topOf(up: LineChart["up"], most: number): number {
  if (up === "share") return Math.max(1, most) * 1.02;
  return (up === "count" ? Math.max(1, most) : most || 1) * 1.15;
}

function acrossAxis(across: LineChart["across"], theme: Theme): uPlot.Axis {
  if (across === "time") {
    return { ...axis(theme), values: (_, splits) => splits.map((at) => `${at} s`) };
  }
  return { ...wholeAxis(theme), space: across === "turn" ? 32 : 72 };
}

function upAxis(
  up: LineChart["up"],
  theme: Theme,
  { isLog }: { readonly isLog: boolean },
): uPlot.Axis {
  if (up === "share") return shareAxis(theme);
  if (up === "time") return { ...timeAxis(theme, { isLog }), size: 64, space: 32 };
  if (up === "count") return countAxis(theme);
  return {
    ...axis(theme),
    size: 64,
    values: (_, splits) => splits.map((rate) => rate.toLocaleString("en-US")),
  };
}

function acrossText(across: LineChart["across"], at: number | null): string {
  if (at === null) return "–";
  return across === "time" ? `${at} s` : at.toLocaleString("en-US");
}

function upText(up: LineChart["up"], value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (up === "share") return `${Number((value * 100).toPrecision(3))}%`;
  if (up === "time") return timeLabel(Number(value.toPrecision(3)));
  return Number(value.toPrecision(4)).toLocaleString("en-US");
}
