import type { Bilingual, Language } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { padColumns } from "../../text/columns.ts";
import type { Glyphs } from "../../text/glyphs.ts";
import type { Styles } from "../../text/styles.ts";
import { formatTime } from "../../text/units.ts";
import { type DrawnStream, highestGap, streamLine } from "./stream_line.ts";

/** How {@linkcode renderRunStreams} draws. */
export interface RunStreamsOptions {
  readonly language: Language;
  /** The columns there are. */
  readonly width: number;
  readonly styles: Styles;
  readonly glyphs: Glyphs;
  readonly stall: Micros;
}

const GAP = "  ";

/**
 * A few streams of a run, each as one line over the same time: the median by E2E, the slowest, and the first that was cut or
 * failed. The empty text where no stream has times. No final newline.
 */
export function renderRunStreams(
  records: readonly RequestRecord[],
  { language, width, styles, glyphs, stall }: RunStreamsOptions,
): string {
  const rows = chosen(records);
  if (rows.length === 0) return "";
  const streams = rows.map(([, record]) => drawnStream(record));
  const span = Math.max(...streams.map(({ end }) => end));
  const highest = highestGap(streams, { stall });
  const labelWidth = Math.max(...rows.map(([label]) => Bun.stringWidth(label[language])));
  const times = streams.map(({ end }) => formatTime(end));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const columns = Math.max(10, width - labelWidth - timeWidth - 3 * GAP.length);
  const lines = rows.map(([label], at) => {
    const stream = streams[at];
    const line = stream && streamLine(stream, { columns, span, stall, highest, glyphs });
    const name = padColumns(label[language], labelWidth);
    const time = padColumns(times[at] ?? "", timeWidth, { align: "end" });
    return `${GAP}${styles.dim(`${name}${GAP}${time}`)}${GAP}${line}`;
  });
  const title = { en: "streams ", zh: "流" }[language];
  const key = keyOf(streams, { highest, stall, glyphs })[language];
  return [styles.bold(title) + key, ...lines].join("\n");
}

/** What the glyphs mean, as far as they are there. */
function keyOf(
  streams: readonly DrawnStream[],
  options: Pick<RunStreamsOptions, "glyphs" | "stall"> & { readonly highest: Micros },
): Bilingual {
  const { highest, stall, glyphs } = options;
  const levels = `${glyphs.levels[0]}${glyphs.levels.at(-1)}`;
  const hasStall = streams.some(({ gaps }) => gaps.some((gap) => gap > stall));
  const isCut = streams.some(({ isWhole }) => !isWhole);
  const to = formatTime(highest);
  const parts = [
    { en: `${glyphs.waiting} waiting`, zh: `${glyphs.waiting} 等待` },
    { en: `${levels} gaps up to ${to}`, zh: `${levels} 间隔，最长 ${to}` },
    ...(hasStall ? [{ en: `${glyphs.stall} stall`, zh: `${glyphs.stall} 停顿` }] : []),
    ...(isCut ? [{ en: `${glyphs.cut} cut or failed`, zh: `${glyphs.cut} 被截断或失败` }] : []),
  ];
  return {
    en: `(${parts.map(({ en }) => en).join(", ")})`,
    zh: `（${parts.map(({ zh }) => zh).join("，")}）`,
  };
}

type Row = readonly [label: Bilingual, record: RequestRecord];

function chosen(records: readonly RequestRecord[]): Row[] {
  const timed = records.filter(({ metrics }) => metrics.ttft !== null && metrics.e2e !== null);
  const complete = timed
    .filter(({ outcome }) => outcome === "complete")
    .toSorted((a, b) => (a.metrics.e2e ?? 0) - (b.metrics.e2e ?? 0));
  const median = complete[Math.floor((complete.length - 1) / 2)];
  const slowest = complete.length > 1 ? complete.at(-1) : undefined;
  const cut = timed.find(({ outcome }) => outcome !== "complete");
  return [
    ...row({ en: "median", zh: "中位" }, median),
    ...row({ en: "slowest", zh: "最慢" }, slowest),
    ...row({ en: "first cut", zh: "首个截断" }, cut),
  ];
}

function row(label: Bilingual, record: RequestRecord | undefined): Row[] {
  return record === undefined ? [] : [[label, record]];
}

function drawnStream({ metrics, sent, ended, outcome }: RequestRecord): DrawnStream {
  const { ttft, itl: gaps, e2e } = metrics;
  const isWhole = outcome === "complete";
  // What comes behind the last delta of a whole stream is no part of it.
  return { ttft, gaps, end: isWhole ? (e2e ?? 0) : ended - sent, isWhole };
}
