import type { Language } from "../../base/message.ts";
import { overTime, type TimedRequest } from "../../measure/over_time.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { padColumns } from "../../text/columns.ts";
import type { Glyphs } from "../../text/glyphs.ts";
import type { Styles } from "../../text/styles.ts";
import { formatRate } from "../../text/units.ts";

/** How {@linkcode renderRunCurve} draws. */
export interface RunCurveOptions {
  readonly language: Language;
  /** The columns there are. */
  readonly width: number;
  readonly styles: Styles;
  readonly glyphs: Glyphs;
}

const LINES = 3;
/** Fewer steps than this show no course. */
const FEWEST_STEPS = 4;

/**
 * Output a second over the run, in a few lines: the highest column is as high as the number before it. The empty text where a
 * run is too short to have a course. No final newline.
 */
export function renderRunCurve(
  records: readonly RequestRecord[],
  { language, width, styles, glyphs }: RunCurveOptions,
): string {
  const room = Math.max(10, width - 12);
  const over = overTime(records.map(timed), { mostSteps: room });
  const highest = Math.max(0, ...(over?.tokens ?? []));
  if (over === null || over.tokens.length < FEWEST_STEPS || highest === 0) return "";
  const times = Math.max(1, Math.floor(room / over.tokens.length));
  const top = formatRate(highest);
  const labels = [top, "", "0"];
  const { levels } = glyphs;
  const lines = Array.from({ length: LINES }, (_, line) => {
    const below = (LINES - 1 - line) * levels.length;
    const cells = over.tokens.map((rate) => {
      const height = Math.ceil((rate / highest) * LINES * levels.length);
      const level = Math.min(levels.length, height - below);
      return (level <= 0 ? " " : (levels[level - 1] ?? " ")).repeat(times);
    });
    const label = padColumns(labels[line] ?? "", top.length, { align: "end" });
    return `  ${styles.dim(label)} ${cells.join("").trimEnd()}`;
  });
  const columns = over.tokens.length * times;
  const end = `${Number((over.step * over.tokens.length).toPrecision(6))} s`;
  const axis = `0 s${padColumns(end, Math.max(end.length, columns - 3), { align: "end" })}`;
  const title =
    over.unit === "tokens"
      ? { en: "output tokens/s over the run", zh: "运行过程中的输出 token/s" }
      : { en: "deltas/s over the run", zh: "运行过程中的增量/s" };
  const foot = `  ${" ".repeat(top.length)} ${styles.dim(axis)}`;
  return [styles.bold(title[language]), ...lines, foot].join("\n");
}

function timed({ sent, ended, scheduled, outcome, metrics, usage }: RequestRecord): TimedRequest {
  const { ttft, e2e, deltas, itl: gaps } = metrics;
  return {
    sent,
    ended,
    scheduled,
    outcome,
    ttft,
    e2e,
    deltas,
    gaps,
    tokens: usage?.completionTokens ?? null,
  };
}
