import type { Language } from "../../base/message.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import type { ServiceLevel } from "../../measure/summary.ts";
import { padColumns } from "../../text/columns.ts";
import { barOf, type Glyphs } from "../../text/glyphs.ts";
import type { Styles } from "../../text/styles.ts";
import { formatRate, formatTime } from "../../text/units.ts";

/** How {@linkcode renderLoadBars} draws. */
export interface LoadBarsOptions {
  /** What differs between the runs. */
  readonly unit: "rate" | "concurrency";
  readonly serviceLevel?: ServiceLevel | undefined;
  readonly language: Language;
  /** The columns there are. */
  readonly width: number;
  readonly styles: Styles;
  readonly glyphs: Glyphs;
}

const GAP = "  ";

/**
 * The curve of a sweep or a search: for each load, in their order, a bar for the output a second, and one each for the medians
 * of TTFT and TPOT, on which a mark shows the service level. The empty text with fewer than two loads. No final newline.
 */
export function renderLoadBars(runs: readonly FinishedRun[], options: LoadBarsOptions): string {
  const { unit, serviceLevel = {}, language, width, styles } = options;
  const rows = runs
    .flatMap(({ config, summary }) => {
      const load = config[unit];
      return typeof load === "number" ? [{ load, summary }] : [];
    })
    .toSorted((a, b) => a.load - b.load);
  if (new Set(rows.map(({ load }) => load)).size < 2) return "";
  const loads = rows.map(({ load }) => String(Number(load.toPrecision(4))));
  const heading = {
    rate: { en: "rate", zh: "速率" },
    concurrency: { en: "concurrency", zh: "并发" },
  };
  const columns = [
    column("token/s", {
      values: rows.map(({ summary }) => summary.outputRate),
      shown: formatRate,
    }),
    column("TTFT p50", {
      values: rows.map(({ summary }) => summary.ttft.p50),
      shown: formatTime,
      limit: serviceLevel.ttft,
    }),
    column("TPOT p50", {
      values: rows.map(({ summary }) => summary.tpot.p50),
      shown: formatTime,
      limit: serviceLevel.tpot,
    }),
  ];
  const name = heading[unit][language];
  const first = Math.max(Bun.stringWidth(name), ...loads.map((load) => load.length));
  const texts = columns.reduce((sum, { width: of }) => sum + of + 2 * GAP.length, first);
  const room = Math.max(4, Math.floor((width - texts - 1) / columns.length));
  const line = (lead: string, cells: readonly string[]): string =>
    [padColumns(lead, first, { align: "end" }), ...cells].join(GAP).trimEnd();
  const head = columns.map(({ title, width: of }) => padColumns(title, of + GAP.length + room));
  const lines = loads.map((load, at) =>
    line(
      load,
      columns.map((one) => cellOf(one, { at, room, glyphs: options.glyphs })),
    ),
  );
  return [styles.dim(line(name, head)), ...lines].join("\n");
}

interface Column {
  readonly title: string;
  readonly values: readonly (number | null)[];
  readonly shown: (value: number | null) => string;
  readonly limit?: number | undefined;
  /** Of the widest value, and the title. */
  readonly width: number;
}

function column(title: string, given: Omit<Column, "title" | "width">): Column {
  const widths = given.values.map((value) => given.shown(value).length);
  return { title, ...given, width: Math.max(...widths) };
}

function cellOf(
  { values, shown, limit, width }: Column,
  { at, room, glyphs }: { readonly at: number; readonly room: number; readonly glyphs: Glyphs },
): string {
  const value = values[at] ?? null;
  const known = values.filter((one) => one !== null);
  const highest = Math.max(...known, 0);
  // A limit far beyond what came would leave nothing of the bars.
  const isShown = limit !== undefined && limit <= 3 * highest;
  const scale = Math.max(highest, isShown ? limit : 0);
  const bar = [...barOf(value === null || scale === 0 ? 0 : (value / scale) * room, glyphs)];
  while (bar.length < room) bar.push(" ");
  if (isShown) bar[Math.min(room - 1, Math.floor((limit / scale) * room))] = glyphs.limit;
  return `${padColumns(shown(value), width, { align: "end" })}${GAP}${bar.join("")}`;
}
