import { invocation } from "../../command/invocation.ts";
import type { Bilingual } from "../../base/message.ts";
import { formatCount } from "../../text/amounts.ts";
import type { Comparison } from "../../measure/comparison.ts";
import { MOST_RUNS } from "../../measure/difference.ts";
import type { ErrorComparison } from "../../measure/error_share.ts";
import type { Interval, MetricComparison } from "../../measure/metric_comparison.ts";
import { isPrimary } from "../../measure/comparison.ts";
import { formatLimit, formatPercent, formatPoints, LABELS } from "./numbers.ts";

/** What a verdict means for B. */
export type Tone = "better" | "worse" | "neutral";

/** A verdict in words. */
export interface VerdictText {
  readonly text: Bilingual;
  readonly tone: Tone;
}

/** What can be said of a metric; `null` where nothing is to be said, as of what is not judged. */
export function verdictText(compared: MetricComparison, margin: number): VerdictText | null {
  const { verdict, difference, interval } = compared;
  const within = formatLimit(margin);
  switch (verdict.kind) {
    case "single":
    case "unjudged":
      return null;
    case "absent":
      return {
        tone: "neutral",
        text:
          verdict.in === "all"
            ? { en: "not compared: no run has it", zh: "未比较：所有运行都没有该值" }
            : { en: "not compared: some runs lack it", zh: "未比较：部分运行没有该值" },
      };
    case "same":
      return {
        tone: "neutral",
        text: { en: `the same, within ${within}`, zh: `相同，相差不超过 ${within}` },
      };
    case "unknown":
      return { tone: "neutral", text: cannotTell(verdict.runsNeeded) };
    case "higher":
    case "lower": {
      const isRate = compared.metric === "output_rate";
      const words = isRate ? RATE_WORDS : TIME_WORDS;
      const amount = amountText(difference ?? 0, { interval, format: formatPercent });
      const { en, zh } = words[verdict.kind](amount);
      const small = verdict.withinMargin;
      return {
        tone: (verdict.kind === "higher") === isRate ? "better" : "worse",
        text: {
          en: small ? `${en}, within ${within}` : en,
          zh: small ? `${zh}，但不超过 ${within}` : zh,
        },
      };
    }
  }
}

type Words = Readonly<Record<"higher" | "lower", (amount: Bilingual) => Bilingual>>;

const TIME_WORDS: Words = {
  higher: ({ en, zh }) => ({ en: `B is slower by ${en}`, zh: `B 慢 ${zh}` }),
  lower: ({ en, zh }) => ({ en: `B is faster by ${en}`, zh: `B 快 ${zh}` }),
};

const RATE_WORDS: Words = {
  higher: ({ en, zh }) => ({ en: `B gives more, by ${en}`, zh: `B 输出更多，多 ${zh}` }),
  lower: ({ en, zh }) => ({ en: `B gives fewer, by ${en}`, zh: `B 输出更少，少 ${zh}` }),
};

function cannotTell(runs: number): Bilingual {
  const count = formatCount(runs);
  return runs >= MOST_RUNS
    ? {
        en: `cannot tell: even ${count} runs a side would not`,
        zh: `无法判断：每侧 ${count} 次运行也不够`,
      }
    : {
        en: `cannot tell: about ${count} runs a side would`,
        zh: `无法判断：每侧约需 ${count} 次运行`,
      };
}

/** An amount without sign, with its interval from the smaller end to the larger: `8.0% (3.0% to 13%)`. */
function amountText(
  difference: number,
  {
    interval,
    format,
  }: {
    readonly interval: Pick<Interval, "low" | "high"> | null;
    readonly format: (share: number) => string;
  },
): Bilingual {
  const amount = format(difference);
  if (interval === null) return { en: amount, zh: amount };
  const ends = [interval.low, interval.high].toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const [small = "", large = ""] = ends.map(format);
  return { en: `${amount} (${small} to ${large})`, zh: `${amount}（${small} 至 ${large}）` };
}

/** What can be said of the failures; `null` with one run a side. */
export function errorText(errors: ErrorComparison, margin: number): VerdictText | null {
  const { difference, verdict } = errors;
  const amount = amountText(difference?.estimate ?? 0, {
    interval: difference,
    format: formatPoints,
  });
  const within = formatLimit(margin).replace("%", "");
  switch (verdict) {
    case "single":
      return null;
    case "none":
      return {
        tone: "neutral",
        text: { en: "no request, on either side", zh: "两侧都没有失败的请求" },
      };
    case "absent":
      return {
        tone: "neutral",
        text: { en: "not compared: a run has no requests", zh: "未比较：有的运行没有请求" },
      };
    case "more":
      return {
        tone: "worse",
        text: {
          en: `more of B's requests, by ${amount.en} points`,
          zh: `B 失败更多，多 ${amount.zh}个百分点`,
        },
      };
    case "fewer":
      return {
        tone: "better",
        text: {
          en: `fewer of B's requests, by ${amount.en} points`,
          zh: `B 失败更少，少 ${amount.zh}个百分点`,
        },
      };
    case "same":
      return {
        tone: "neutral",
        text: {
          en: `as many, within ${within} points`,
          zh: `相同，相差不超过 ${within} 个百分点`,
        },
      };
    case "unknown":
      return {
        tone: "neutral",
        text: { en: "cannot tell: more runs would", zh: "无法判断：需要更多次运行" },
      };
  }
}

/** What stands below a comparison of one run a side, in place of verdicts. */
export function onlyTwoRuns(): readonly Bilingual[] {
  return [
    {
      en: "That is so in these two runs: what of it is chance cannot be told",
      zh: "这只是两次运行的结果：无法判断其中有多少出于偶然",
    },
    {
      en: `Measure each side several times: ${invocation("bench")} --repeat 5 --out FILE.json`,
      zh: `请把每一侧多测几次：${invocation("bench")} --repeat 5 --out FILE.json`,
    },
  ];
}

/** What the runs could have shown; `null` without intervals. */
export function smallestShownText({ metrics }: Comparison): Bilingual | null {
  const shown = metrics.flatMap(({ metric, interval }) =>
    interval === null || !isPrimary(metric)
      ? []
      : [[LABELS[metric], formatPercent(interval.smallestShown)] as const],
  );
  if (shown.length === 0) return null;
  const list = (language: "en" | "zh"): string =>
    shown
      .map(([label, amount]) => `${label[language]} ${amount}`)
      .join(language === "zh" ? "，" : ", ");
  return {
    en: `The smallest difference that these runs show 4 times in 5: ${list("en")}`,
    zh: `这些运行在 5 次中有 4 次能测出的最小差异：${list("zh")}`,
  };
}

/** How the intervals came about; `null` without them. */
export function methodText({ method, runs, metrics }: Comparison): Bilingual | null {
  if (method === "single") return null;
  const hasFurther = metrics.some(({ verdict }) => verdict.kind === "unjudged");
  const further = hasFurther
    ? {
        en: "; p90 and p99 have plain 95% intervals and no verdict",
        zh: "；p90 和 p99 只给出 95% 区间，不作判断",
      }
    : { en: "", zh: "" };
  return method === "paired"
    ? {
        en: `Intervals: paired t over ${runs.a} pairs of runs, 95% for the four together (Holm)${further.en}`,
        zh: `区间：对 ${runs.a} 对运行作配对 t 检验，四项合计 95%（Holm）${further.zh}`,
      }
    : {
        en: `Intervals: Welch's t over ${runs.a} and ${runs.b} runs, 95% for the four together (Holm)${further.en}`,
        zh: `区间：对 ${runs.a} 次和 ${runs.b} 次运行作 Welch t 检验，四项合计 95%（Holm）${further.zh}`,
      };
}
