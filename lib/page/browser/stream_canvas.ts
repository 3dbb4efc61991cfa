import { formatTime } from "../../text/units.ts";
import type { Kind } from "../page_data.ts";
import type { RunView } from "./run_view.ts";
import { currentTheme, FONT, type Theme } from "./theme.ts";

/** What part of the time is shown, in µs. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** What is drawn. */
export interface StreamPicture {
  readonly view: RunView;
  /** The rows that are shown, in their order. */
  readonly rows: readonly number[];
  readonly window: TimeWindow;
  readonly rowHeight: number;
  /** How far it is scrolled, in px. */
  readonly scrolled: number;
  readonly width: number;
  readonly height: number;
  /** Times count from the run's start, and not from when each request was sent. */
  readonly inRun: boolean;
  readonly selected: number | null;
}

/** The height of the time axis, in px. */
export const AXIS = 24;
/** What a row may not do without for its name. */
const ROOM_FOR_NAME = 11;

/** How wide the names of the rows are, in px. */
export function nameWidth({
  rowHeight,
  width,
}: Pick<StreamPicture, "rowHeight" | "width">): number {
  return rowHeight < ROOM_FOR_NAME ? 8 : Math.min(96, Math.round(width * 0.2));
}

/** Draws the rows that can be seen. Marks that fall onto one pixel are drawn once. */
export function drawStreams(canvas: HTMLCanvasElement, picture: StreamPicture): void {
  const { width, height, rows, rowHeight, scrolled } = picture;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(scale, scale);
  context.font = FONT;
  const theme = currentTheme();
  drawAxis(context, picture, theme);
  context.save();
  context.beginPath();
  context.rect(0, AXIS, width, height - AXIS);
  context.clip();
  const first = Math.max(0, Math.floor(scrolled / rowHeight));
  const last = Math.min(rows.length, Math.ceil((scrolled + height - AXIS) / rowHeight));
  for (let place = first; place < last; place++) {
    const top = AXIS + place * rowHeight - scrolled;
    drawRow(context, picture, { row: rows[place] ?? 0, top, theme });
  }
  context.restore();
}

function drawAxis(context: CanvasRenderingContext2D, picture: StreamPicture, theme: Theme): void {
  const { window, width, height } = picture;
  const left = nameWidth(picture);
  const step = tickStep((window.to - window.from) / Math.max(2, (width - left) / 90));
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (let at = Math.ceil(window.from / step) * step; at <= window.to; at += step) {
    const x = placeOf(at, picture);
    context.fillStyle = theme.grid;
    context.fillRect(Math.round(x), AXIS - 4, 1, height);
    context.fillStyle = theme.soft;
    const label = tickLabel(at, step);
    const half = context.measureText(label).width / 2;
    if (x + half <= width && x - half >= 0) context.fillText(label, x, AXIS / 2);
  }
}

/** A round time. */
function tickStep(least: number): number {
  for (let power = 1; ; power *= 10) {
    for (const factor of [1, 2, 5]) if (factor * power >= least) return factor * power;
  }
}

function tickLabel(micros: number, step: number): string {
  if (micros === 0) return "0";
  const isSeconds = step >= 100_000;
  const value = micros / (isSeconds ? 1e6 : 1000);
  return `${Number(value.toFixed(3))} ${isSeconds ? "s" : "ms"}`;
}

/** Where a time is, in px from the left. */
export function placeOf(
  at: number,
  picture: Pick<StreamPicture, "window" | "width" | "rowHeight">,
): number {
  const left = nameWidth(picture);
  const { from, to } = picture.window;
  return left + ((at - from) / (to - from)) * (picture.width - left - 4);
}

/** The time at so many px from the left. */
export function timeAt(
  x: number,
  picture: Pick<StreamPicture, "window" | "width" | "rowHeight">,
): number {
  const left = nameWidth(picture);
  const { from, to } = picture.window;
  return from + ((x - left) / (picture.width - left - 4)) * (to - from);
}

interface Row {
  readonly row: number;
  readonly top: number;
  readonly theme: Theme;
}

function drawRow(
  context: CanvasRenderingContext2D,
  picture: StreamPicture,
  { row, top, theme }: Row,
): void {
  const { view, rowHeight, width, selected, inRun } = picture;
  const { requests, run } = view;
  const left = nameWidth(picture);
  if (row === selected) {
    context.fillStyle = theme.raised;
    context.fillRect(0, top, width, rowHeight);
    context.fillStyle = theme.accent;
    context.fillRect(0, top, 4, rowHeight);
  }
  if (rowHeight >= ROOM_FOR_NAME) {
    context.fillStyle = theme.text;
    context.textAlign = "left";
    context.fillText(
      shortened(context, requests.name[row] ?? "", left - 12),
      8,
      top + rowHeight / 2,
    );
  }
  const offset = inRun ? (requests.sent[row] ?? 0) : 0;
  const x = (at: number): number => placeOf(at + offset, picture);
  const thick = Math.max(1, Math.round(rowHeight * 0.7));
  const y = top + (rowHeight - thick) / 2;
  const thin = Math.max(1, Math.round(rowHeight * 0.2));
  const half = Math.max(1, Math.round(rowHeight * 0.45));
  context.save();
  context.beginPath();
  context.rect(left, top, width - left, rowHeight);
  context.clip();
  const bar = (from: number, to: number, color: string, isStall = false): void => {
    context.fillStyle = color;
    const start = x(from);
    const high = isStall ? half : thin;
    context.fillRect(start, top + (rowHeight - high) / 2, Math.max(1, x(to) - start), high);
  };
  const end = requests.end[row] ?? null;
  // Without times there is nothing to draw.
  if (end === null) return context.restore();
  const ttft = requests.ttft[row] ?? null;
  bar(0, ttft ?? end, theme.waiting);
  const marks = view.marks(row);
  if (marks !== null) {
    const lastAt = marks.at.at(-1) ?? 0;
    bar(ttft ?? 0, lastAt, theme.grid);
    let before = Number.NaN;
    let drawn = Number.NaN;
    const markWidth = Math.max(1, Math.min(3, rowHeight / 6));
    for (const [index, at] of marks.at.entries()) {
      if (at - before > run.stall) bar(before, at, theme.stall, true);
      before = at;
      const place = Math.round(x(at));
      if (place === drawn || place < left || place > width) continue;
      drawn = place;
      context.fillStyle = colorOf(marks.kinds?.[index] ?? "u", theme);
      context.fillRect(place, y, markWidth, thick);
    }
    if (end - lastAt > run.stall) bar(lastAt, end, theme.stall, true);
  } else if (ttft !== null) {
    bar(ttft, requests.e2e[row] ?? end, theme.unknown);
  }
  if (requests.outcome[row] !== "complete") drawCut(context, { x: x(end), top, rowHeight, theme });
  context.restore();
}

function drawCut(
  context: CanvasRenderingContext2D,
  place: {
    readonly x: number;
    readonly top: number;
    readonly rowHeight: number;
    readonly theme: Theme;
  },
): void {
  const { x, top, rowHeight, theme } = place;
  const half = Math.min(5, Math.max(1.5, rowHeight / 3));
  const middle = top + rowHeight / 2;
  context.strokeStyle = theme.cut;
  context.lineWidth = rowHeight < 6 ? 1.5 : 2;
  context.beginPath();
  context.moveTo(x - half, middle - half);
  context.lineTo(x + half, middle + half);
  context.moveTo(x - half, middle + half);
  context.lineTo(x + half, middle - half);
  context.stroke();
}

function colorOf(kind: Kind, theme: Theme): string {
  return { r: theme.reasoning, a: theme.answer, t: theme.tool, u: theme.unknown }[kind];
}

function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text.slice(0, 60);
  if (shown === text && context.measureText(shown).width <= width) return shown;
  while (shown.length > 1 && context.measureText(`${shown}…`).width > width)
    shown = shown.slice(0, -1);
  return `${shown}…`;
}

/** What there is to say of a row, in a line. */
export function rowWords(
  view: RunView,
  row: number,
  words: { outcome: string; deltas: string },
): string {
  const { requests } = view;
  const parts = [
    requests.name[row] ?? "",
    words.outcome,
    `TTFT ${formatTime(requests.ttft[row] ?? null)}`,
    `E2E ${formatTime(requests.e2e[row] ?? null)}`,
    `${requests.deltas[row] ?? 0} ${words.deltas}`,
  ];
  const error = requests.errors[requests.error[row] ?? -1];
  return [...parts, ...(error === undefined ? [] : [error])].join(" · ");
}
