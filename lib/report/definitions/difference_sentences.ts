import type { Bilingual } from "../../base/message.ts";
import { formatCount } from "../../text/amounts.ts";

/** What a sentence about a difference has to tell. */
export interface Told {
  readonly titles: readonly string[];
  /** Of each of the tools, as it is printed. */
  readonly values: readonly string[];
  readonly counts: readonly number[];
  readonly ours: string;
  readonly oursCount: number;
  /** There is one stream; of several the values are means. */
  readonly isAlone: boolean;
}

function listEn(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function listZh(words: readonly string[]): string {
  return words.join("、");
}

/** Tools with the same value share it. */
function valuesOf({ values }: Told): readonly string[] {
  return new Set(values).size === 1 ? values.slice(0, 1) : values;
}

/** A sentence of the form "TOOLS do something: METRIC x instead of y". */
function compared(
  told: Told,
  { metric, one, several, zh }: { metric: string; one: string; several: string; zh: string },
): Bilingual {
  const { titles, ours, isAlone } = told;
  const values = valuesOf(told);
  const mean = isAlone ? { en: "", zh: "" } : { en: " on average", zh: "平均" };
  return {
    en: `${listEn(titles)} ${titles.length === 1 ? one : several}: ${metric} ${listEn(values)}${mean.en} instead of ${ours}`,
    zh: `${listZh(titles)} ${zh}：${metric} ${mean.zh}为 ${listZh(values)}，而不是 ${ours}`,
  };
}

/** The same of gaps, with how many there are. */
function comparedGaps(told: Told, words: { one: string; several: string; zh: string }): Bilingual {
  const { titles, values, counts, ours, oursCount } = told;
  const pairs = values.map((value, index) => ({ value, count: counts[index] ?? 0 }));
  const isSame = pairs.every(({ value, count }) => value === values[0] && count === counts[0]);
  const shown = isSame ? pairs.slice(0, 1) : pairs;
  const en = shown.map(({ value, count }) => `${formatCount(count)} of ${value} on average`);
  const zh = shown.map(({ value, count }) => `${formatCount(count)} 个、平均 ${value}`);
  return {
    en: `${listEn(titles)} ${titles.length === 1 ? words.one : words.several}: ${listEn(en)}, instead of ${formatCount(oursCount)} of ${ours}`,
    zh: `${listZh(titles)} ${words.zh}：${zh.join("，")}，而不是 ${formatCount(oursCount)} 个、平均 ${ours}`,
  };
}

export function startsAtChoices(told: Told): Bilingual {
  return compared(told, {
    metric: "TTFT",
    one: "starts at the first chunk with choices, also one without text",
    several: "start at the first chunk with choices, also one without text",
    zh: "从第一个带 choices 的数据块算起，即使其中没有文本",
  });
}

export function startsAtAnyChunk(told: Told): Bilingual {
  return compared(told, {
    metric: "TTFT",
    one: "starts at the first chunk of any kind",
    several: "start at the first chunk of any kind",
    zh: "从第一个数据块算起，不论内容",
  });
}

export function startsWithoutToolCalls(told: Told): Bilingual {
  return compared(told, {
    metric: "TTFT",
    one: "starts at the first text, and takes no tool call for one",
    several: "start at the first text, and take no tool call for one",
    zh: "从第一段文本算起，不计工具调用",
  });
}

export function startsAtAnswer(told: Told): Bilingual {
  return compared(told, {
    metric: "TTFT",
    one: "starts at the first answer text, without reasoning and tool calls",
    several: "start at the first answer text, without reasoning and tool calls",
    zh: "从第一段回答文本算起，不计推理和工具调用",
  });
}

export function gapsBetweenChoices(told: Told): Bilingual {
  return comparedGaps(told, {
    one: "counts the gaps of chunks without text into ITL",
    several: "count the gaps of chunks without text into ITL",
    zh: "的 ITL 计入没有文本的数据块的间隔",
  });
}

export function gapsWithoutToolCalls(told: Told): Bilingual {
  return comparedGaps(told, {
    one: "counts no gaps of tool calls into ITL",
    several: "count no gaps of tool calls into ITL",
    zh: "的 ITL 不计工具调用的间隔",
  });
}

export function oneItlForEachRequest(told: Told): Bilingual {
  const { titles, ours } = told;
  const values = valuesOf(told);
  return {
    en: `${listEn(titles)} ${titles.length === 1 ? "has" : "have"} one ITL for each request, (last − first) / (tokens − 1): ${listEn(values)} on average instead of ${ours}`,
    zh: `${listZh(titles)} 的 ITL 每个请求只有一个值，即（末 − 首）/（token 数 − 1）：平均 ${listZh(values)}，而不是 ${ours}`,
  };
}

export function gapsBetweenAnyChunks(told: Told): Bilingual {
  return comparedGaps(told, {
    one: "counts the gaps between chunks of any kind (ICL)",
    several: "count the gaps between chunks of any kind (ICL)",
    zh: "计入所有数据块之间的间隔（ICL）",
  });
}

export function tpotByOwnEnds(told: Told): Bilingual {
  return compared(told, {
    metric: "TPOT",
    one: "divides its own E2E − TTFT by tokens − 1",
    several: "divide their own E2E − TTFT by tokens − 1",
    zh: "用自己的 E2E − TTFT 除以 token 数 − 1",
  });
}

export function tpotWithTtft(told: Told): Bilingual {
  return compared(told, {
    metric: "TPOT",
    one: "divides the time to the last token, TTFT included, by all tokens",
    several: "divide the time to the last token, TTFT included, by all tokens",
    zh: "用到末 token 为止的时间（含 TTFT）除以全部 token 数",
  });
}

export function tpotOfAnswerText(told: Told): Bilingual {
  return compared(told, {
    metric: "TPOT",
    one: "divides the time from the first to the last answer text by all tokens − 1",
    several: "divide the time from the first to the last answer text by all tokens − 1",
    zh: "用首末两段回答文本之间的时间除以全部 token 数 − 1",
  });
}

export function endsAtChoices(told: Told): Bilingual {
  return compared(told, {
    metric: "E2E",
    one: "ends at the last chunk with choices, also one without text",
    several: "end at the last chunk with choices, also one without text",
    zh: "以最后一个带 choices 的数据块为止，即使其中没有文本",
  });
}

export function endsAtLastEvent(told: Told): Bilingual {
  return compared(told, {
    metric: "E2E",
    one: "ends at the last event before [DONE]",
    several: "end at the last event before [DONE]",
    zh: "以 [DONE] 之前的最后一个事件为止",
  });
}

export function endsAtDone(told: Told): Bilingual {
  return compared(told, {
    metric: "E2E",
    one: "ends at [DONE]",
    several: "end at [DONE]",
    zh: "以 [DONE] 为止",
  });
}

export function endsWithBody(told: Told): Bilingual {
  return compared(told, {
    metric: "E2E",
    one: "ends with the body",
    several: "end with the body",
    zh: "以响应体结束为止",
  });
}

export function tpotOfOneToken(): Bilingual {
  return {
    en: "evalscope gives answers of one token a TPOT of 0, and averages it",
    zh: "evalscope 把只有一个 token 的回答的 TPOT 记为 0，并计入平均",
  };
}

export function countsChunks(titles: readonly string[]): Bilingual {
  return {
    en: `${listEn(titles)} ${titles.length === 1 ? "counts" : "count"} chunks as tokens where there is no usage`,
    zh: `没有用量时，${listZh(titles)} 把数据块数当作 token 数`,
  };
}

export function nearestRank(titles: readonly string[]): Bilingual {
  return {
    en: `${listEn(titles)} ${titles.length === 1 ? "takes" : "take"} a sample for a percentile, where the others interpolate between two`,
    zh: `${listZh(titles)} 的百分位取某个样本的值，其他工具则在两个样本之间插值`,
  };
}

export function takesCutStreams(
  titles: readonly string[],
  {
    theirs,
    ours,
    withErrors,
  }: { readonly theirs: number; readonly ours: number; readonly withErrors: boolean },
): Bilingual {
  const takes = titles.length === 1 ? "takes" : "take";
  const which = withErrors ? "were cut, or said an error," : "were cut";
  return {
    en: `${listEn(titles)} ${takes} streams that ${which} for complete: ${theirs} streams instead of ${ours}`,
    zh: `${listZh(titles)} 把被截断${withErrors ? "或报错" : ""}的流也算作完整：${theirs} 个流，而不是 ${ours} 个`,
  };
}

export function p99OfFew(titles: readonly string[], requests: number): Bilingual {
  return {
    en: `${listEn(titles)} ${titles.length === 1 ? "gives" : "give"} a p99 of ${requests} requests, too, which is nearly the slowest one; Streamgauge gives none below 100`,
    zh: `${listZh(titles)} 对 ${requests} 个请求也给出 p99，它几乎就是最慢的那个；少于 100 个时 Streamgauge 不给出`,
  };
}

export function vllmNeedsTokenizer(): Bilingual {
  return {
    en: "? cannot be given: vLLM's Python client takes usage from a chunk without choices alone, and where none comes it counts with the model's tokenizer, which a recording does not have (its Rust client takes usage from any chunk)",
    zh: "? 无法给出：vLLM 的 Python 客户端只读取不带 choices 的数据块中的用量，没有时用模型的分词器计数，而录制中没有分词器（其 Rust 客户端读取任何数据块中的用量）",
  };
}

export function needsTokenizer(title: string): Bilingual {
  return {
    en: `? cannot be given: ${title} counts with the model's tokenizer where there is no usage, which a recording does not have`,
    zh: `? 无法给出：没有用量时 ${title} 用模型的分词器计数，而录制中没有分词器`,
  };
}

export function takesAskedLength(): Bilingual {
  return {
    en: "? cannot be given: SGLang takes the length that was asked for as the count where there is no usage",
    zh: "? 无法给出：没有用量时 SGLang 把请求的长度当作 token 数",
  };
}

export function aiperfVariant({ needsCount }: { readonly needsCount: boolean }): Bilingual {
  return needsCount
    ? {
        en: "? cannot be given: AIPerf counts with the model's tokenizer; with --use-server-token-count it has no count where there is no usage",
        zh: "? 无法给出：AIPerf 用模型的分词器计数；加了 --use-server-token-count 后，没有用量就没有 token 数",
      }
    : {
        en: "AIPerf is given with --use-server-token-count; by default it counts with the model's tokenizer, which a recording does not have",
        zh: "AIPerf 的数值按 --use-server-token-count 给出；默认用模型的分词器计数，而录制中没有分词器",
      };
}

export function inferencePerfVariant({ needsCount }: { readonly needsCount: boolean }): Bilingual {
  return needsCount
    ? {
        en: "? cannot be given: inference-perf counts with the model's tokenizer where there is no usage, also with use_server_output_tokens",
        zh: "? 无法给出：没有用量时，即使开启 use_server_output_tokens，inference-perf 也用模型的分词器计数",
      }
    : {
        en: "inference-perf is given with use_server_output_tokens; its ITL (?) cannot be given, since it counts the tokens of each chunk with the model's tokenizer",
        zh: "inference-perf 的数值按 use_server_output_tokens 给出；其 ITL（?）无法给出，因为它用模型的分词器计算每个数据块的 token 数",
      };
}

export function needsTwoTokens(): Bilingual {
  return {
    en: "inference-perf gives TTFT and TPOT of two tokens or more; how many a single chunk holds is not known",
    zh: "inference-perf 只对两个以上的 token 给出 TTFT 和 TPOT；单个数据块中有几个 token 无从得知",
  };
}
