import type { Bilingual, Message } from "../../base/message.ts";
import { mean } from "../../measure/difference.ts";
import type { ErrorComparison } from "../../measure/error_share.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import type { ReportedComparison, Side, SideRun } from "./side.ts";

/** What a reader must know before the numbers. The codes are for programs and do not change. */
export interface ComparisonNote extends Message {
  readonly code:
    | "models_differ"
    | "settings_differ"
    | "machines_differ"
    | "lengths_differ"
    | "caches_differ"
    | "client_limited"
    | "cut_short"
    | "incomplete"
    | "pairs_unmatched";
}

/** Settings that say nothing of the load, or are what is compared. */
const OF_NO_MATTER = new Set(["base_url", "model", "plan_seed", "slo_ms", "stall_ms", "drain_ms"]);

/** Up to such a share, answers are of one length. */
const SAME_LENGTH = 0.02;

/** Up to such a difference, shares of the cache are the same. */
const SAME_CACHE = 0.02;

/** Up to such a share of failed requests, the others stand for all. */
const FEW = 0.05;

/** A value that is longer is cut. */
const LONGEST_VALUE = 40;

/** Everything in which the two sides differ, or are not what they should be, the most important first. */
export function comparisonNotes({ a, b, comparison }: ReportedComparison): ComparisonNote[] {
  const notes: ComparisonNote[] = [];
  const add = (code: ComparisonNote["code"], message: Message | null): void => {
    if (message !== null) notes.push({ code, ...message });
  };
  add("client_limited", clientLimited(a, b));
  add("cut_short", cutShort(a, b));
  add("incomplete", incomplete(comparison.errors));
  const models = differing(a, b, { of: ({ config }) => config, names: ["model"] });
  add("models_differ", models === null ? null : said(models, MODELS));
  const settings = differing(a, b, { of: ({ config }) => config, without: OF_NO_MATTER });
  add("settings_differ", settings === null ? null : said(settings, SETTINGS));
  add("lengths_differ", lengthsDiffer(a, b));
  add("caches_differ", cachesDiffer(a, b));
  const machines = differing(a, b, {
    of: ({ environment }) => environment,
    without: new Set(["open_files", "started_at"]),
  });
  add("machines_differ", machines === null ? null : said(machines, MACHINES));
  const havePairs = [...a.runs, ...b.runs].some(({ pair }) => pair !== null);
  const isApart = comparison.method === "welch";
  add("pairs_unmatched", havePairs && isApart ? pairsUnmatched() : null);
  return notes;
}

const MODELS: Bilingual = { en: "the models differ", zh: "模型不同" };
const SETTINGS: Bilingual = { en: "the settings differ", zh: "设置不同" };
const MACHINES: Bilingual = { en: "the measuring machines differ", zh: "测量所用的机器不同" };

function said(values: Bilingual, what: Bilingual): Message {
  return { cause: { en: `${what.en}: ${values.en}`, zh: `${what.zh}：${values.zh}` } };
}

/** The fields in which the sides differ, each with the values of A and of B; `null`: in none. */
function differing(
  a: Side,
  b: Side,
  options: {
    readonly of: (run: SideRun) => Readonly<Record<string, unknown>>;
    readonly names?: readonly string[];
    readonly without?: ReadonlySet<string>;
  },
): Bilingual | null {
  const { of, without } = options;
  const all = [...a.runs, ...b.runs].flatMap((run) => Object.keys(of(run)));
  const names = options.names ?? [...new Set(all)].filter((name) => !without?.has(name));
  const found = names.flatMap((name) => {
    const [ofA, ofB] = [a, b].map(({ runs }) => valuesOf(runs.map((run) => of(run)[name])));
    return ofA === ofB ? [] : [`${name} ${ofA} / ${ofB}`];
  });
  return found.length === 0 ? null : { en: found.join(", "), zh: found.join("，") };
}

function valuesOf(values: readonly unknown[]): string {
  const texts = values.map((value) => {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
    return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  });
  return [...new Set(texts)].toSorted().join(" ");
}

/** A side's mean of what its runs have; `null` when none has it. */
function meanOf(side: Side, value: (run: SideRun) => number | null): number | null {
  const values = side.runs.map(value).filter((found) => found !== null);
  return values.length === 0 ? null : mean(values);
}

function lengthsDiffer(a: Side, b: Side): Message | null {
  const [ofA, ofB] = [a, b].map((side) => meanOf(side, ({ outputTokens }) => outputTokens));
  if (ofA === null || ofB === null || ofA === undefined || ofB === undefined) return null;
  if (Math.abs(Math.log(ofB / ofA)) <= Math.log1p(SAME_LENGTH)) return null;
  const [one, other] = [ofA, ofB].map((tokens) => formatCount(Number(tokens.toFixed(1))));
  return {
    cause: {
      en: `the answers differ in length: ${one} / ${other} tokens on average`,
      zh: `回答长度不同：平均 ${one} / ${other} 个 token`,
    },
    step: {
      en: "E2E and tokens/s are about that, too; --synthetic or --max-tokens makes them equal",
      zh: "E2E 和 token/s 会受其影响；可用 --synthetic 或 --max-tokens 使长度一致",
    },
  };
}

function cachesDiffer(a: Side, b: Side): Message | null {
  const [ofA, ofB] = [a, b].map((side) => meanOf(side, ({ cachedShare }) => cachedShare));
  if (ofA === null || ofB === null || ofA === undefined || ofB === undefined) return null;
  if (Math.abs(ofB - ofA) <= SAME_CACHE) return null;
  const [one, other] = [formatShare(ofA), formatShare(ofB)];
  return {
    cause: {
      en: `the prompt caches differ: ${one} / ${other} of the prompt tokens were cached`,
      zh: `提示词缓存不同：命中缓存的提示 token 占 ${one} / ${other}`,
    },
    step: {
      en: "TTFT is about that, too; --cache unique keeps the cache out",
      zh: "TTFT 会受其影响；--cache unique 可避免命中缓存",
    },
  };
}

function clientLimited(a: Side, b: Side): Message | null {
  const found = countsWith(a, b, ({ isClientLimited }) => isClientLimited);
  if (found === null) return null;
  return {
    cause: {
      en: `the client was the limit in ${found.en}: the numbers are about it, too`,
      zh: `客户端成为瓶颈（${found.zh}）：数据也包含客户端的影响`,
    },
    step: {
      en: "The warnings of these runs say why; fewer streams at a time or another machine helps",
      zh: "原因见这些运行的警告；可减少并发流，或换一台机器",
    },
  };
}

function cutShort(a: Side, b: Side): Message | null {
  const found = countsWith(a, b, ({ isCutShort }) => isCutShort);
  if (found === null) return null;
  return {
    cause: {
      en: `cut short: ${found.en}`,
      zh: `被提前中断：${found.zh}`,
    },
  };
}

function incomplete({ a, b }: ErrorComparison): Message | null {
  if (Math.max(a.share ?? 0, b.share ?? 0) <= FEW) return null;
  const [one, other] = [formatShare(a.share), formatShare(b.share)];
  return {
    cause: {
      en: `${one} / ${other} of the requests failed: times and tokens/s are those of the others`,
      zh: `有 ${one} / ${other} 的请求失败：时间和 token/s 只来自其余请求`,
    },
  };
}

function countsWith(a: Side, b: Side, holds: (run: SideRun) => boolean): Bilingual | null {
  const parts = [["A", a] as const, ["B", b] as const].flatMap(([name, { runs }]) => {
    const count = runs.filter(holds).length;
    const of = runs.length;
    if (count === 0) return [];
    if (of === 1) return [{ en: `the run of ${name}`, zh: `${name} 的运行` }];
    return [
      { en: `${count} of ${of} runs of ${name}`, zh: `${name} 的 ${of} 次运行中有 ${count} 次` },
    ];
  });
  if (parts.length === 0) return null;
  return {
    en: parts.map(({ en }) => en).join(" and "),
    zh: parts.map(({ zh }) => zh).join("，"),
  };
}

function pairsUnmatched(): Message {
  return {
    cause: {
      en: "the runs were interleaved in pairs, and not every pair is whole: they are taken as independent",
      zh: "这些运行是成对交替进行的，但有的对不完整：按相互独立处理",
    },
  };
}
