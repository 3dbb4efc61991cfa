import type uPlot from "uplot";
import type { LoadCurve } from "../page_data.ts";
import { axis, timeAxis } from "./plot_axes.ts";
import { drawLevel, scaledFont } from "./plot_marks.ts";
import { Plot, WIDE } from "./plots.ts";
import type { Theme } from "./theme.ts";
import type { Words } from "./words.ts";

/** Latency against throughput: a point for each run, in the order of the loads. */
export function loadPlot(
  host: HTMLElement,
  {
    curve,
    metric,
    words,
  }: { readonly curve: LoadCurve; readonly metric: "ttft" | "tpot"; readonly words: Words },
): Plot {
  const limit = curve.limits[metric];
  const points = curve.steps.flatMap((step) =>
    step.tokensPerSecond === null
      ? []
      : [{ load: step.load, x: step.tokensPerSecond, ...step[metric] }],
  );
  // Steps of few requests have no p99.
  const high = points.every(({ p99 }) => p99 !== null) ? "p99" : "p90";
  const heights = points
    .flatMap((point) => [point.p50, point[high]])
    .filter((value) => value !== null);
  const most = Math.max(...heights, limit ?? 0);
  const least = Math.min(...heights, limit ?? Infinity);
  const isLog = least > 0 && most > least * WIDE;
  return new Plot(host, (theme) => ({
    data: [points.map(({ x }) => x).toSorted((a, b) => a - b), points.map(() => null)],
    options: {
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [0, Math.max(...points.map(({ x }) => x), 1) * 1.12] },
        y: isLog
          ? { distr: 3, range: () => [least / 1.5, most * 1.5] }
          : { range: () => [0, (most || 1) * 1.15] },
      },
      axes: [
        { ...axis(theme), values: (_, splits) => splits.map((rate) => `${rate}/s`) },
        { ...timeAxis(theme, { isLog }), size: 64, space: 32 },
      ],
      series: [{}, { show: true, points: { show: false } }],
      hooks: {
        draw: [
          (plot) => {
            if (limit !== null)
              drawLevel(plot, { value: limit, text: words.of("limit"), color: theme.cut });
            for (const [name, color] of [
              [high, theme.second],
              ["p50", theme.answer],
            ] as const) {
              const path = points.map((point) => ({
                x: point.x,
                y: point[name],
                load: point.load,
              }));
              drawPath(plot, { points: path, color, name, theme });
            }
          },
        ],
      },
    },
  }));
}

function drawPath(
  plot: uPlot,
  path: {
    readonly points: readonly {
      readonly x: number;
      readonly y: number | null;
      readonly load: number;
    }[];
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
  for (const { left, top } of places) context.lineTo(left, top);
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
