import type uPlot from "uplot";
import { FONT, type Theme } from "./theme.ts";

/** Of times in ms. */
export function timeScale(isLog: boolean): uPlot.Scale {
  return isLog ? { time: false, distr: 3 } : { time: false };
}

/** What all axes have. */
export function axis(theme: Theme): uPlot.Axis {
  const rule = { stroke: theme.grid, width: 1 };
  return { stroke: theme.soft, font: FONT, grid: rule, ticks: rule };
}

/** Times in ms. */
export function timeAxis(theme: Theme, { isLog = false } = {}): uPlot.Axis {
  return {
    ...axis(theme),
    space: 64,
    values: (_, splits) =>
      splits.map((ms) => (ms === null || (isLog && !isRound(ms)) ? "" : timeLabel(ms))),
  };
}

/** 1, 2 or 5 of a power of ten. */
function isRound(value: number): boolean {
  return /^[125](?:\.?0*)(?:e|$)/.test(value.toExponential(6));
}

/** A time in ms, as axes have it. */
export function timeLabel(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toPrecision(4))} s`;
  return `${Number(ms.toPrecision(4))} ms`;
}

/** There is no half of a request. */
const WHOLE = Array.from({ length: 10 }, (_, power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power),
).flat();

/** Of whole numbers. */
export function wholeAxis(theme: Theme): uPlot.Axis {
  return {
    ...axis(theme),
    incrs: WHOLE,
    values: (_, splits) => splits.map((count) => count.toLocaleString("en-US")),
  };
}

/** The same at the side. */
export function countAxis(theme: Theme): uPlot.Axis {
  return { ...wholeAxis(theme), size: 56 };
}

/** From nothing to all. */
export function shareAxis(theme: Theme): uPlot.Axis {
  return {
    ...axis(theme),
    size: 56,
    values: (_, splits) => splits.map((share) => `${Math.round(share * 100)}%`),
  };
}
