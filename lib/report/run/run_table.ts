import type { FinishedRun } from "../../measure/finished_run.ts";
import type { Distribution } from "../../measure/distribution.ts";
import type { Outcome } from "../../measure/outcome.ts";
import { mostAtOnce } from "../../measure/most_at_once.ts";
import { unknownRequests } from "../../measure/process_death.ts";
import { ownWords } from "../own_words.ts";
import { formatCount, formatMoney, formatShare } from "../../text/amounts.ts";
import type { Warning } from "./warnings.ts";
import { padColumns } from "../../text/columns.ts";
import type { Bilingual, Language } from "../../base/message.ts";
import { type MetricRow, renderMetricTable } from "./metric_table.ts";
import { gapLabel } from "../gap_label.ts";
import { OUTCOME_WORDS } from "../outcome_words.ts";
import type { Styles } from "../../text/styles.ts";
import { depthText } from "./depth_table.ts";
import { cacheText } from "./cache_text.ts";
import { toolText } from "./tool_texts.ts";
import { renderKinds } from "./kind_table.ts";
import { renderTurns } from "./turn_table.ts";
import { replayedTexts } from "./replayed_texts.ts";
import { serverTexts } from "./server_texts.ts";
import { steadyText } from "./steady_text.ts";
import { upperBoundsTexts } from "./upper_bounds_text.ts";
import { runIncomplete } from "./process_death_texts.ts";
import { type LostStreams, lostStreams } from "./lost_streams.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatRate, formatTime } from "../../text/units.ts";

/** How {@linkcode renderRun} writes. */
export interface RunTableOptions {
  readonly language: Language;
  /** The columns there are; nothing is wider, except a single word that is. */
  readonly width: number;
  readonly styles: Styles;
  readonly warnings: readonly Warning[];
  /** Breaks a text into lines of at most so many columns. */
  readonly wrap: (text: string, width: number) => readonly string[];
  /** Default: none. */
  readonly lost?: LostStreams | undefined;
}

/** More kinds of errors than this are summed up. */
const MOST_ERRORS = 8;

const INDENT = 2;

/** What is said before all numbers, since it is about every one of them. */
const FIRST: ReadonlySet<Warning["code"]> = new Set(["replayed_apart", "client_limited"]);

/**
 * What a run says, for people: a warning about the client first, for it is about everything else; the distributions;
 * the figures of the whole run; what went wrong; and what else to know before trusting the numbers. No final newline.
 */
export function renderRun(run: FinishedRun, options: RunTableOptions): string {
  const { language, styles, warnings, wrap, width } = options;
  const client = warnings.filter(({ code }) => FIRST.has(code));
  const bounds = warnings.find(({ code }) => code === "incomplete");
  const others = warnings.filter((warning) => !client.includes(warning) && warning !== bounds);
  const table =
    run.summary.outcomes.complete === 0 ? [] : [renderMetricTable(metricRows(run), options)];
  const bound = [runIncomplete(run.deaths), bounds?.cause]
    .filter((text) => text !== null && text !== undefined)
    .flatMap((text) => wrap(text[language], width).map(styles.yellow));
  return [
    renderWarnings(client, options),
    [...table, ...bound].join("\n"),
    renderTurns(run.summary, options),
    renderKinds(run.summary, options),
    renderFigures(figuresOf(run, options), options),
    renderWarnings(others, options),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

/** Warnings, each with what to do about it. No final newline. */
function renderWarnings(
  warnings: readonly Warning[],
  { language, width, styles, wrap }: Omit<RunTableOptions, "warnings">,
): string {
  const prefix = { en: "warning: ", zh: "注意：" }[language];
  const indent = " ".repeat(INDENT);
  return warnings
    .flatMap(({ cause, step }) => [
      ...hanging(wrap(makeHarmless(prefix + cause[language]), width - INDENT)).map(styles.yellow),
      ...(step === undefined
        ? []
        : wrap(step[language], width - INDENT).map((line) => indent + line)),
    ])
    .join("\n");
}

function metricRows({ records, summary }: FinishedRun): MetricRow[] {
  const { tokensPerDelta } = summary;
  const isAnswerLater = records.some(
    ({ outcome, metrics }) => outcome === "complete" && metrics.ttfa !== metrics.ttft,
  );
  return [
    time({ en: "first token (TTFT)", zh: "首 token (TTFT)" }, summary.ttft),
    ...(summary.pairs === null
      ? []
      : [
          time({ en: "TTFT, prompt is new", zh: "TTFT，首次发送" }, summary.pairs.cold),
          time({ en: "TTFT, sent again", zh: "TTFT，再次发送" }, summary.pairs.warm),
        ]),
    ...(isAnswerLater
      ? [time({ en: "first answer (TTFA)", zh: "首个回答 (TTFA)" }, summary.ttfa)]
      : []),
    { ...gapLabel(tokensPerDelta), distribution: summary.itl, kind: "time" },
    time({ en: "per token (TPOT)", zh: "每 token (TPOT)" }, summary.tpot),
    time({ en: "last token (E2E)", zh: "末 token (E2E)" }, summary.e2e),
    ...(summary.wait.count === 0
      ? []
      : [
          time({ en: "wait to be sent", zh: "等待发送" }, summary.wait),
          time({ en: "wait + TTFT", zh: "等待 + TTFT" }, summary.ttftScheduled),
          time({ en: "wait + E2E", zh: "等待 + E2E" }, summary.e2eScheduled),
        ]),
    {
      label: { en: "tokens/s per request", zh: "单请求 token/s" },
      distribution: summary.requestOutputRate,
      kind: "rate",
    },
  ];
}

function time(label: Bilingual, distribution: Distribution): MetricRow {
  return { label, distribution, kind: "time" };
}

type Figure = readonly [label: Bilingual, values: readonly Bilingual[]];

function renderFigures(
  figures: readonly Figure[],
  { language, width, styles, wrap }: RunTableOptions,
): string {
  const labelWidth = Math.max(...figures.map(([label]) => Bun.stringWidth(label[language])));
  const column = labelWidth + INDENT;
  return figures
    .flatMap(([label, values]) =>
      values
        .flatMap((value) => hanging(wrap(value[language], width - column - INDENT)))
        .map((line, index) => {
          const name = index === 0 ? label[language] : "";
          return `${styles.dim(padColumns(name, labelWidth))}${" ".repeat(INDENT)}${line}`;
        }),
    )
    .join("\n");
}

function hanging(lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? line : " ".repeat(INDENT) + line));
}

function figuresOf(run: FinishedRun, { lost }: Pick<RunTableOptions, "lost">): Figure[] {
  const { summary } = run;
  const bounds = upperBoundsTexts(summary);
  const isLost = lost !== undefined && lost.notKept + lost.unread > 0;
  return [
    [{ en: "requests", zh: "请求" }, [isLost ? readRequests(run) : requests(run)]],
    ...(isLost ? ([[{ en: "missing", zh: "缺失" }, lostStreams(lost)]] satisfies Figure[]) : []),
    [{ en: "output", zh: "输出" }, [output(run)]],
    ...optional({ en: "when full", zh: "满载" }, steadyText(summary)),
    ...(bounds.length === 0 ? [] : [[{ en: "99% sure", zh: "上界" }, bounds] satisfies Figure]),
    [{ en: "tokens", zh: "用量" }, [tokens(run)]],
    ...optional({ en: "cache", zh: "缓存" }, cacheText(run)),
    ...optional({ en: "depth", zh: "深度" }, depthText(run)),
    ...optional({ en: "tools", zh: "工具" }, toolText(run)),
    ...several({ en: "replayed", zh: "重放" }, replayedTexts(run)),
    ...several({ en: "server", zh: "服务端" }, serverTexts(run)),
    ...optional({ en: "goodput", zh: "有效吞吐" }, goodput(run)),
    ...optional({ en: "cost", zh: "费用" }, cost(run)),
    [{ en: "connections", zh: "连接" }, [connections(run)]],
    ...(summary.errors.length === 0
      ? []
      : ([
          [{ en: "outcomes", zh: "结果" }, [outcomes(run)]],
          [{ en: "errors", zh: "错误" }, errorTexts(run)],
        ] satisfies Figure[])),
  ];
}

function several(label: Bilingual, values: readonly Bilingual[]): Figure[] {
  return values.length === 0 ? [] : [[label, values]];
}

function optional(label: Bilingual, value: Bilingual | null): Figure[] {
  return value === null ? [] : [[label, [value]]];
}

/** What was sent is more than what is left of it. */
function readRequests(run: FinishedRun): Bilingual {
  return run.records.length === 0
    ? { en: "none whose stream can be read", zh: "没有可以读取的流" }
    : requests(run);
}

function requests(run: FinishedRun): Bilingual {
  const unknown = unknownRequests(run.deaths).length;
  if (unknown === 0) return knownRequests(run);
  const count = formatCount(unknown);
  const known =
    run.records.length === 0 ? { en: "none ended", zh: "没有结束的请求" } : knownRequests(run);
  return { en: `${known.en}; ${count} unknown`, zh: `${known.zh}；结果未知 ${count} 个` };
}

function knownRequests({
  records,
  summary: { outcomes, window, requestRate },
}: FinishedRun): Bilingual {
  if (records.length === 0) return { en: "none was sent", zh: "没有发送" };
  const sent = formatCount(records.length);
  const complete = formatCount(outcomes.complete);
  const time = formatTime(window);
  const rate = formatRate(requestRate);
  return outcomes.complete === records.length
    ? {
        en: `${complete}, all complete, in ${time}: ${rate} requests/s`,
        zh: `${complete} 个，全部完整，用时 ${time}：每秒 ${rate} 个请求`,
      }
    : {
        en: `${complete} of ${sent} complete in ${time}: ${rate} requests/s`,
        zh: `${sent} 个中有 ${complete} 个完整，用时 ${time}：每秒 ${rate} 个请求`,
      };
}

function output({ summary: { outputRate, incompleteOutputRate } }: FinishedRun): Bilingual {
  const rate = formatRate(outputRate);
  if (incompleteOutputRate === null) return { en: `${rate} tokens/s`, zh: `${rate} token/s` };
  const apart = formatRate(incompleteOutputRate);
  return {
    en: `${rate} tokens/s; requests that are not complete: ${apart} more`,
    zh: `${rate} token/s；不完整的请求另有 ${apart}`,
  };
}

function tokens({ summary: { usage, cachedShare } }: FinishedRun): Bilingual {
  if (Object.values(usage).every((count) => count === null)) {
    return { en: "not reported by the endpoint", zh: "服务端没有返回" };
  }
  const prompt = formatCount(usage.promptTokens);
  const completion = formatCount(usage.completionTokens);
  const total = formatCount(usage.totalTokens);
  const share = cachedShare === null ? null : formatShare(cachedShare);
  return {
    en: `${prompt} in${share === null ? "" : ` (${share} cached)`} + ${completion} out = ${total}`,
    zh: `输入 ${prompt}${share === null ? "" : `（缓存 ${share}）`} + 输出 ${completion} = ${total}`,
  };
}

function goodput({ summary: { goodput } }: FinishedRun): Bilingual | null {
  if (goodput === null) return null;
  const rate = formatRate(goodput.requestRate);
  const share = formatShare(goodput.goodShare);
  return {
    en: `${rate} requests/s; ${share} of all sent met every limit`,
    zh: `每秒 ${rate} 个请求；占全部已发送请求的 ${share}`,
  };
}

function cost({ summary: { cost } }: FinishedRun): Bilingual | null {
  if (cost === null) return null;
  const total = formatMoney(cost.total);
  const each = formatMoney(cost.perRequest);
  return { en: `${total} in all, ${each} a request`, zh: `共 ${total}，每个请求 ${each}` };
}

function connections(run: FinishedRun): Bilingual {
  const { en, zh } = warmth(run);
  return run.instrument.proxy
    ? { en: `${en}, through a proxy`, zh: `${zh}，经过代理` }
    : { en, zh };
}

/** A warm-up that was too small opened some of them. An open loop shows only afterwards how many it needs. */
function warmth({ instrument, config, records }: FinishedRun): Bilingual {
  if (instrument.connections === "warm") {
    return { en: "warm: open before the run", zh: "已预热：测量前已建立" };
  }
  if (instrument.connections === "closed") {
    return {
      en: "one for each request: the endpoint closes it behind each stream",
      zh: "每个请求新建一个：服务端在每个流之后关闭连接",
    };
  }
  const warmup = Number(config["warmup"] ?? 0);
  if (warmup === 0) {
    return { en: "cold: opened by the measured requests", zh: "未预热：由被测请求建立" };
  }
  const most = mostAtOnce(records);
  const count = formatCount(most);
  const en = `cold in part: up to ${count} requests at a time, with fewer open before the run`;
  const zh = `未完全预热：最多同时 ${count} 个请求，测量前建立的连接不足此数`;
  if (warmup >= most) return { en, zh };
  return { en: `${en} (--warmup ${most} opens more)`, zh: `${zh}（--warmup ${most} 可建立更多）` };
}

function outcomes({ summary: { outcomes } }: FinishedRun): Bilingual {
  const present = (Object.keys(OUTCOME_WORDS) as Outcome[]).filter(
    (outcome) => outcomes[outcome] > 0,
  );
  const list = (language: Language): string =>
    present
      .map((outcome) =>
        language === "zh"
          ? `${OUTCOME_WORDS[outcome].zh} ${formatCount(outcomes[outcome])}`
          : `${formatCount(outcomes[outcome])} ${OUTCOME_WORDS[outcome].en}`,
      )
      .join(" · ");
  return { en: list("en"), zh: list("zh") };
}

/** The errors of a run, the most frequent first: `5 × 429 Too many requests`. */
export function errorTexts({ summary: { errors } }: FinishedRun): Bilingual[] {
  const shown = errors.slice(0, MOST_ERRORS).map(({ kind, message, count }) => {
    const [, status = "", said = ""] = /^(\d{3} )?([^]*)$/.exec(message) ?? [];
    const words = ownWords(message.trim() === "" ? kind : said);
    const of = (text: string): string => `${formatCount(count)} × ${status}${makeHarmless(text)}`;
    return { en: of(words.en), zh: of(words.zh) };
  });
  const rest = errors.slice(MOST_ERRORS);
  if (rest.length === 0) return shown;
  const count = formatCount(rest.reduce((sum, error) => sum + error.count, 0));
  return [
    ...shown,
    {
      en: `${count} × ${formatCount(rest.length)} other kinds`,
      zh: `${count} × 其他 ${formatCount(rest.length)} 种`,
    },
  ];
}
