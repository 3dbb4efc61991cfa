import type uPlot from "uplot";
import type { Spread } from "../page_data.ts";
import { FONT, type Theme } from "./theme.ts";

/** A line across, where a limit is, if that is in sight. */
export function drawLevel(
  plot: uPlot,
  level: { readonly value: number; readonly text: string; readonly color: string },
): void {
  const { ctx: context, bbox } = plot;
  const top = plot.valToPos(level.value, "y", true);
  if (!(top >= bbox.top && top <= bbox.top + bbox.height)) return;
  const scale = devicePixelRatio || 1;
  context.save();
  context.strokeStyle = level.color;
  context.fillStyle = level.color;
  context.lineWidth = 1.5 * scale;
  context.setLineDash([3 * scale, 3 * scale]);
  context.beginPath();
  context.moveTo(bbox.left, top);
  context.lineTo(bbox.left + bbox.width, top);
  context.stroke();
  context.font = scaledFont(scale);
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText(level.text, bbox.left + 4 * scale, top - 2 * scale);
  context.restore();
}

/** The percentiles, each with its name. */
export function drawMarks(plot: uPlot, { marks }: Spread, theme: Theme): void {
  const { ctx: context, bbox } = plot;
  const scale = devicePixelRatio || 1;
  context.save();
  context.font = scaledFont(scale);
  context.textBaseline = "top";
  context.textAlign = "left";
  let taken = -Infinity;
  let line = 0;
  for (const { name, value } of marks) {
    const left = plot.valToPos(value, "x", true);
    if (!(left >= bbox.left && left <= bbox.left + bbox.width)) continue;
    context.strokeStyle = theme.second;
    context.lineWidth = 1.5 * scale;
    context.setLineDash([4 * scale, 3 * scale]);
    context.beginPath();
    context.moveTo(left, bbox.top);
    context.lineTo(left, bbox.top + bbox.height);
    context.stroke();
    const width = context.measureText(name).width;
    const isAtEnd = left + width + 6 * scale > bbox.left + bbox.width;
    const start = isAtEnd ? left - width - 4 * scale : left + 4 * scale;
    // Names that would lie on each other stand below each other.
    line = start < taken ? line + 1 : 0;
    taken = Math.max(taken, start + width + 4 * scale);
    context.fillStyle = theme.text;
    context.fillText(name, start, bbox.top + line * 14 * scale);
  }
  context.restore();
}

/** The font as a canvas needs it that has several pixels for one of the page. */
export function scaledFont(scale: number): string {
  return FONT.replace(/^\d+/, (size) => String(Number(size) * scale));
}
