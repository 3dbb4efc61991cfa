import type { ReportedResult } from "./json.ts";
import type { Bilingual, Language } from "./message.ts";
import { percentile } from "../measure/distribution.ts";
import type { RequestMetrics } from "../measure/metrics.ts";
import { padColumns } from "./columns.ts";
import { formatRate, formatTime, NO_VALUE } from "./units.ts";

/** How {@linkcode renderStats} writes. */
export interface StatsOptions {
  readonly language: Language;
  /** The threshold of stalls, in microseconds. */
  readonly stall: number;
  /** Makes labels stand back; the identity where there is no colour. */
  readonly dim?: ((text: string) => string) | undefined;
}

/** The block that `--stats` prints: one line for each thing worth knowing. No final newline. */
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
  const { reading, verdict } = result;
  const { usage } = reading.timeline;
  const reasons = reading.choices.map((choice) => choice.finishReason ?? NO_VALUE).join(", ");
  const outcome = reasons === "" ? verdict.outcome : `${verdict.outcome} (${reasons})`;
  const rows: Row[] = [];
  if (reading.timeline.streamed) {
    rows.push(
      [{ en: "first byte", zh: "首字节" }, same(formatTime(metrics.ttfb))],
      [{ en: "first token", zh: "首 token" }, same(formatTime(metrics.ttft))],
    );
    if (metrics.ttfa !== metrics.ttft) {
      rows.push([{ en: "first answer", zh: "首个回答" }, same(formatTime(metrics.ttfa))]);
    }
    rows.push(
      [gapLabel(metrics), gaps(metrics)],
      [{ en: "stalls", zh: "停顿" }, stalls(metrics, options.stall)],
      [{ en: "last token", zh: "末 token" }, same(formatTime(metrics.e2e))],
    );
  }
  rows.push([{ en: "closed", zh: "结束" }, same(formatTime(metrics.closed))]);
  if (reading.timeline.streamed) rows.push([{ en: "speed", zh: "速度" }, speed(metrics)]);
  rows.push([{ en: "tokens", zh: "用量" }, tokens(result)]);
  if (metrics.deltas > 0) rows.push([{ en: "deltas", zh: "增量" }, deltas(metrics)]);
  rows.push(
    [{ en: "model", zh: "模型" }, same(reading.models.join(", ") || NO_VALUE)],
    [{ en: "outcome", zh: "结果" }, same(outcome)],
  );
  return usage === null && metrics.deltas === 0 && result.head === null ? rows.slice(-1) : rows;
}

function same(text: string): Bilingual {
  return { en: text, zh: text };
}

/** Where deltas hold more than one token, the gaps between them are no inter-token latencies. */
function gapLabel({ tokensPerDelta }: RequestMetrics): Bilingual {
  if (tokensPerDelta === null || tokensPerDelta <= 1.05) {
    return { en: "gap between tokens", zh: "token 间隔" };
  }
  const each = tokensPerDelta.toFixed(1);
  return { en: `gap between chunks (${each} tokens each)`, zh: `数据块间隔（每块 ${each} token）` };
}

function gaps({ itl }: RequestMetrics): Bilingual {
  if (itl.length === 0) return same(NO_VALUE);
  const sorted = itl.toSorted((a, b) => a - b);
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

function speed({ decodeRate, tpot, outputRate }: RequestMetrics): Bilingual {
  const decode = formatRate(decodeRate);
  const overall = formatRate(outputRate);
  const each = formatTime(tpot);
  return {
    en: `${decode} tokens/s after the first (${each} per token) · ${overall} tokens/s overall`,
    zh: `首 token 后 ${decode} token/s（每 token ${each}） · 全程 ${overall} token/s`,
  };
}

function tokens({ reading }: ReportedResult): Bilingual {
  const { usage } = reading.timeline;
  if (usage === null) {
    return { en: "not reported by the endpoint", zh: "服务端没有返回" };
  }
  const prompt = usage.promptTokens ?? NO_VALUE;
  const completion = usage.completionTokens ?? NO_VALUE;
  const total = usage.totalTokens ?? NO_VALUE;
  const { cachedTokens: cached, reasoningTokens: reasoning } = usage;
  return {
    en:
      `${prompt} in${cached ? ` (${cached} cached)` : ""} + ` +
      `${completion} out${reasoning ? ` (${reasoning} reasoning)` : ""} = ${total}`,
    zh:
      `输入 ${prompt}${cached ? `（缓存 ${cached}）` : ""} + ` +
      `输出 ${completion}${reasoning ? `（推理 ${reasoning}）` : ""} = ${total}`,
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
