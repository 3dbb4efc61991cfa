import type { ReportedResult } from "./result_json.ts";
import type { Bilingual, Language } from "../../base/message.ts";
import { inOrder, percentile } from "../../measure/distribution.ts";
import type { RequestMetrics } from "../../measure/metrics.ts";
import { padColumns } from "../../text/columns.ts";
import type { Glyphs } from "../../text/glyphs.ts";
import { highestGap, streamLine } from "../picture/stream_line.ts";
import { gapLabel } from "../gap_label.ts";
import { OUTCOME_WORDS } from "../outcome_words.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";

/** How {@linkcode renderStats} writes. */
export interface StatsOptions {
  readonly language: Language;
  /** The threshold of stalls, in microseconds. */
  readonly stall: number;
  /** Makes labels stand back; the identity where there is no colour. */
  readonly dim?: ((text: string) => string) | undefined;
  /** Also draw the stream as a line. Default: do not. */
  readonly drawn?: { readonly glyphs: Glyphs; readonly width: number } | undefined;
}

/**
 * The block that `--stats` prints: one line for each thing worth knowing. What cannot be there, such as the times of
 * a stream that brought no text, has no line; `–` is a value that could be there and is not. No final newline.
 */
export function renderStats(
  result: ReportedResult,
  metrics: RequestMetrics,
  options: StatsOptions,
): string {
  const { language, dim = (text: string) => text } = options;
  const rows = statsRows(result, metrics, options).map(
    ([label, value]) => [label[language], value[language]] as const,
  );
  const width = Math.max(...rows.map(([label]) => Bun.stringWidth(label)));
  return rows.map(([label, value]) => `${dim(padColumns(label, width))}  ${value}`).join("\n");
}

type Row = readonly [label: Bilingual, value: Bilingual];

function statsRows(result: ReportedResult, metrics: RequestMetrics, options: StatsOptions): Row[] {
  const { reading, head } = result;
  const { streamed, usage } = reading.timeline;
  const outcome: Row = [{ en: "outcome", zh: "结果" }, outcomeText(result)];
  if (head === null && metrics.deltas === 0 && usage === null) return [outcome];

  const rows: Row[] = [];
  if (metrics.ttfb !== null) {
    rows.push([{ en: "first byte (TTFB)", zh: "首字节 (TTFB)" }, same(formatTime(metrics.ttfb))]);
  }
  if (metrics.accepted !== null) {
    rows.push([{ en: "accepted", zh: "已受理" }, same(formatTime(metrics.accepted))]);
  }
  if (metrics.deltas > 0) {
    rows.push(...(metrics.e2e === null ? [UNTIMED] : deltaTimes(metrics, options)));
    const labels = rows.map(([label]) => Bun.stringWidth(label[options.language]));
    rows.push(...drawnRow(result, { metrics, options, before: Math.max(...labels) }));
  }
  if (metrics.closed !== null) {
    rows.push([{ en: "closed", zh: "结束" }, same(formatTime(metrics.closed))]);
  }
  if (metrics.e2e !== null) {
    rows.push(
      [{ en: "decode rate", zh: "解码速度" }, decodeRate(metrics)],
      [{ en: "request rate", zh: "全程速度" }, requestRate(metrics)],
    );
  }
  if (metrics.deltas > 0 || !streamed || usage !== null) {
    rows.push([{ en: "tokens", zh: "用量" }, tokens(result)]);
  }
  if (metrics.deltas > 0) rows.push([{ en: "deltas", zh: "增量" }, deltas(metrics)]);
  if (reading.models.length > 0) {
    rows.push([{ en: "model", zh: "模型" }, same(makeHarmless(reading.models.join(", ")))]);
  }
  return [...rows, outcome];
}

/** A longer line says no more. */
const LONGEST_LINE = 60;

/** The stream over time; nothing where its deltas have no times, or there are too few to draw. */
function drawnRow(
  { verdict }: ReportedResult,
  given: {
    readonly metrics: RequestMetrics;
    readonly options: StatsOptions;
    /** So wide are the labels, in columns. */
    readonly before: number;
  },
): Row[] {
  const { drawn, stall } = given.options;
  const { ttft, e2e, closed, itl: gaps } = given.metrics;
  if (drawn === undefined || ttft === null || e2e === null || gaps.length === 0) return [];
  const isWhole = verdict.outcome === "complete";
  const stream = { ttft, gaps, end: isWhole ? e2e : (closed ?? e2e), isWhole };
  const { glyphs, width } = drawn;
  const columns = Math.max(10, Math.min(LONGEST_LINE, width - given.before - 3));
  const highest = highestGap([stream], { stall });
  const line = streamLine(stream, { columns, span: stream.end, stall, highest, glyphs });
  return [[{ en: "gaps over time", zh: "间隔变化" }, same(line)]];
}

const UNTIMED: Row = [
  { en: "times", zh: "时间" },
  { en: "none were recorded", zh: "没有记录" },
];

/** The times of a stream whose deltas have them. */
function deltaTimes(metrics: RequestMetrics, { stall }: StatsOptions): Row[] {
  const { ttft, ttfa, e2e } = metrics;
  return [
    [{ en: "first token (TTFT)", zh: "首 token (TTFT)" }, same(formatTime(ttft))],
    ...(ttfa === ttft
      ? []
      : [[{ en: "first answer (TTFA)", zh: "首个回答 (TTFA)" }, same(formatTime(ttfa))] as const]),
    [gapLine(metrics), gaps(metrics)],
    [{ en: "stalls", zh: "停顿" }, stalls(metrics, stall)],
    [{ en: "last token (E2E)", zh: "末 token (E2E)" }, same(formatTime(e2e))],
  ];
}

/** The outcome, with the finish reason of each choice. */
function outcomeText({ verdict, reading }: ReportedResult): Bilingual {
  const { en, zh } = OUTCOME_WORDS[verdict.outcome];
  if (reading.choices.every(({ finishReason }) => finishReason === null)) return { en, zh };
  const reasons = reading.choices.map(({ finishReason }) => finishReason ?? NO_VALUE).join(", ");
  return { en: `${en} (${makeHarmless(reasons)})`, zh: `${zh} (${makeHarmless(reasons)})` };
}

function same(text: string): Bilingual {
  return { en: text, zh: text };
}

/** The label of the gaps, with its remark on the same line. */
function gapLine(metrics: RequestMetrics): Bilingual {
  const { label, remark } = gapLabel(metrics.tokensPerDelta);
  if (remark === undefined) return label;
  return { en: `${label.en} ${remark.en}`, zh: `${label.zh}${remark.zh}` };
}

function gaps({ itl }: RequestMetrics): Bilingual {
  if (itl.length === 0) return same(NO_VALUE);
  const sorted = inOrder(itl);
  const p50 = formatTime(percentile(sorted, 50));
  const p99 = formatTime(percentile(sorted, 99));
  const max = formatTime(sorted.at(-1) ?? null);
  return {
    en: `p50 ${p50} · p99 ${p99} · max ${max}`,
    zh: `p50 ${p50} · p99 ${p99} · 最大 ${max}`,
  };
}

function stalls({ stalls: { count, longest, total } }: RequestMetrics, above: number): Bilingual {
  if (count === null) return same(NO_VALUE);
  const limit = formatTime(above);
  if (count === 0) return { en: `none above ${limit}`, zh: `没有超过 ${limit} 的` };
  return {
    en: `${count} above ${limit}, longest ${formatTime(longest)}, ${formatTime(total)} in all`,
    zh: `${count} 次超过 ${limit}，最长 ${formatTime(longest)}，共 ${formatTime(total)}`,
  };
}

function decodeRate({ decodeRate, tpot }: RequestMetrics): Bilingual {
  if (decodeRate === null) return same(NO_VALUE);
  const rate = formatRate(decodeRate);
  const each = formatTime(tpot);
  return {
    en: `${rate} tokens/s (${each} per token)`,
    zh: `${rate} token/s（每 token ${each}）`,
  };
}

function requestRate({ outputRate }: RequestMetrics): Bilingual {
  if (outputRate === null) return same(NO_VALUE);
  const rate = formatRate(outputRate);
  return {
    en: `${rate} tokens/s (counted from sending)`,
    zh: `${rate} token/s（从发送时算起）`,
  };
}

function tokens({ reading }: ReportedResult): Bilingual {
  const { usage, hasReasoningDelta, streamed } = reading.timeline;
  if (usage === null) {
    return { en: "not reported by the endpoint", zh: "服务端没有返回" };
  }
  const prompt = usage.promptTokens ?? NO_VALUE;
  const completion = usage.completionTokens ?? NO_VALUE;
  const total = usage.totalTokens ?? NO_VALUE;
  const { cachedTokens: cached, reasoningTokens: reasoning } = usage;
  const isHidden = streamed && !hasReasoningDelta;
  return {
    en:
      `${prompt} in${cached ? ` (${cached} cached)` : ""} + ` +
      `${completion} out${reasoning ? ` (${reasoning} ${isHidden ? "hidden " : ""}reasoning)` : ""} = ${total}`,
    zh:
      `输入 ${prompt}${cached ? `（缓存 ${cached}）` : ""} + ` +
      `输出 ${completion}${reasoning ? `（${isHidden ? "隐藏" : ""}推理 ${reasoning}）` : ""} = ${total}`,
  };
}

function deltas({ deltas, tokensPerDelta, tokensPerDeltaSource }: RequestMetrics): Bilingual {
  if (tokensPerDelta === null) return same(String(deltas));
  const each = tokensPerDelta.toFixed(2);
  return tokensPerDeltaSource === "usage"
    ? {
        en: `${deltas}, ${each} tokens each (counted by usage)`,
        zh: `${deltas}，每个 ${each} token（按用量计数）`,
      }
    : {
        en: `${deltas}, ${each} tokens each (average)`,
        zh: `${deltas}，每个 ${each} token（平均）`,
      };
}
