import type uPlot from "uplot";
import { type LoadCurve, type LoadLine, WIDE } from "../page_data.ts";
import { axis, timeAxis } from "./plot_axes.ts";
import { drawLevel, scaledFont } from "./plot_marks.ts";
import { lineColors, Plot } from "./plots.ts";
import type { Theme } from "./theme.ts";
import type { Words } from "./words.ts";

type Metric = "ttft" | "tpot";

interface Point {
  readonly load: number;
  readonly x: number;
  readonly p50: number | null;
  readonly high: number | null;
}

/** Latency against throughput: a point for each run, and a line for each result that tried several loads. */
export function loadPlot(
  host: HTMLElement,
  {
    curve,
    metric,
    words,
  }: { readonly curve: LoadCurve; readonly metric: Metric; readonly words: Words },
): Plot {
  const all = curve.lines.flatMap(({ steps }) => steps);
  // Steps of few requests have no p99.
  const highName = all.every((step) => step[metric].p99 !== null) ? "p99" : "p90";
  const lines = curve.lines.map((line) => ({
    line,
    points: line.steps.flatMap((step): Point[] => {
      const { [metric]: latency, tokensPerSecond: x, load } = step;
      return x === null ? [] : [{ load, x, p50: latency.p50, high: latency[highName] }];
    }),
  }));
  const points = lines.flatMap((one) => one.points);
  const limits = curve.lines.flatMap((line) => line.limits[metric] ?? []);
  const heights = points
    .flatMap(({ p50, high }) => [p50, high])
    .filter((value) => value !== null)
    .concat(limits);
  const most = Math.max(0, ...heights);
  const least = Math.min(...heights, Infinity);
  const isLog = least > 0 && most > least * WIDE;
  const isSeveral = lines.length > 1;
  const widest = Math.max(1, ...points.map(({ x }) => x));
  return new Plot(host, (theme) => {
    const colors = lineColors(theme);
    const colorOf = (at: number): string => colors[at % colors.length] ?? theme.text;
    return {
      data: [
        points.map(({ x }) => x).toSorted((a, b) => a - b),
        ...lines.map(() => points.map(() => null)),
      ],
      options: {
        legend: { show: isSeveral, live: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [0, widest * 1.12] },
          y: isLog
            ? { distr: 3, range: () => [least / 1.5, most * 1.5] }
            : { range: () => [0, (most || 1) * 1.15] },
        },
        axes: [
          { ...axis(theme), values: (_, splits) => splits.map((rate) => `${rate}/s`) },
          { ...timeAxis(theme, { isLog }), size: 64, space: 32 },
        ],
        series: [
          {},
          ...lines.map(({ line }, at) => ({
            label: line.name ?? "",
            stroke: colorOf(at),
            points: { show: false },
          })),
        ],
        hooks: {
          draw: [
            (plot) => {
              for (const [at, { line, points: of }] of lines.entries()) {
                const own = colorOf(at);
                drawLimit(plot, line, { metric, words, color: isSeveral ? own : theme.cut });
                const high = of.map(({ x, high: y, load }) => ({ x, y, load }));
                const middle = of.map(({ x, p50: y, load }) => ({ x, y, load }));
                const path = { isJoined: line.isSeries, theme };
                const highColor = isSeveral ? own : theme.second;
                drawPath(plot, { ...path, points: high, color: highColor, name: highName });
                drawPath(plot, { ...path, points: middle, color: own, name: "p50" });
              }
            },
          ],
        },
      },
    };
  });
}

/** The service level that a result was asked for. */
function drawLimit(
  plot: uPlot,
  { limits, name }: LoadLine,
  given: { readonly metric: Metric; readonly words: Words; readonly color: string },
): void {
  const value = limits[given.metric];
  if (value === null) return;
  const text = given.words.of("limit");
  drawLevel(plot, { value, text: name === null ? text : `${text}: ${name}`, color: given.color });
}

function drawPath(
  plot: uPlot,
  path: {
    readonly points: readonly {
      readonly x: number;
      readonly y: number | null;
      readonly load: number;
    }[];
    /** By a line. */
    readonly isJoined: boolean;
    readonly color: string;
    readonly name: string;
    readonly theme: Theme;
  },
): void {
  const { ctx: context } = plot;
  const scale = devicePixelRatio || 1;
  const places = path.points.flatMap(({ x, y, load }) =>
    y === null
      ? []
      : [{ load, left: plot.valToPos(x, "x", true), top: plot.valToPos(y, "y", true) }],
  );
  context.save();
  context.strokeStyle = path.color;
  context.fillStyle = path.color;
  context.lineWidth = 2 * scale;
  context.setLineDash(path.name !== "p50" ? [6 * scale, 4 * scale] : []);
  context.beginPath();
  for (const { left, top } of path.isJoined ? places : []) context.lineTo(left, top);
  context.stroke();
  context.setLineDash([]);
  context.font = scaledFont(scale);
  context.textAlign = "center";
  context.textBaseline = "bottom";
  for (const [index, { left, top, load }] of places.entries()) {
    context.beginPath();
    context.arc(left, top, 4 * scale, 0, 2 * Math.PI);
    context.fillStyle = path.color;
    context.fill();
    context.fillStyle = path.theme.text;
    if (path.name === "p50")
      context.fillText(String(Number(load.toPrecision(3))), left, top - 6 * scale);
    if (index < places.length - 1) continue;
    context.fillStyle = path.color;
    context.textAlign = "left";
    context.fillText(path.name, left + 8 * scale, top + 6 * scale);
  }
  context.restore();
}
