import type { Bilingual, Language, Message } from "../../base/message.ts";
import { type DepthSummary, depthSummary } from "../../measure/depth.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import { formatCount } from "../../text/amounts.ts";
import type { Styles } from "../../text/styles.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";
import { type Column, columnLines } from "./columns_table.ts";

/** What became of what stood before a prompt. */
export const PREFIX: Readonly<Record<"cached" | "read_again", Bilingual>> = {
  cached: { en: "cached", zh: "缓存" },
  read_again: { en: "read again", zh: "重新读入" },
};

/** What a run at a depth of a context says of it; `null` of any other run. */
export function depthOf({
  records,
  asked: { depth, promptTokens },
}: Pick<FinishedRun, "records" | "asked">): DepthSummary | null {
  return depth === undefined ? null : depthSummary(records, { depth, promptTokens });
}

/**
 * Prefill and decoding over the depth of a context, a line for each: `pp512` is the rate at which 512 tokens behind the
 * depth are read, `tg64` the one at which 64 are written, as llama-bench has it. No final newline.
 */
export function renderDepths(
  depths: readonly DepthSummary[],
  {
    lengths,
    language,
    styles,
  }: {
    readonly lengths: { readonly in: number; readonly out: number };
    readonly language: Language;
    readonly styles: Styles;
  },
): string {
  const columns: readonly Column<DepthSummary>[] = [
    { heading: { en: "depth", zh: "深度" }, value: ({ depth }) => formatCount(depth) },
    { heading: { en: "requests", zh: "请求" }, value: ({ requests }) => formatCount(requests) },
    { heading: same("TTFT p50"), value: ({ ttft }) => formatTime(ttft.p50) },
    {
      heading: same(`pp${lengths.in} token/s`),
      value: ({ prefillRate }) => formatRate(prefillRate.p50),
    },
    { heading: same("TPOT p50"), value: ({ tpot }) => formatTime(tpot.p50) },
    {
      heading: same(`tg${lengths.out} token/s`),
      value: ({ decodeRate }) => formatRate(decodeRate.p50),
    },
    {
      heading: { en: "prefix", zh: "前缀" },
      value: ({ prefix }) => (prefix === null ? NO_VALUE : PREFIX[prefix][language]),
    },
  ];
  return columnLines(depths, columns, { language, styles }).join("\n");
}

function same(text: string): Bilingual {
  return { en: text, zh: text };
}

/** The same of one run, for its table; `null` where it asked at no depth. */
export function depthText(run: Pick<FinishedRun, "records" | "asked">): Bilingual | null {
  const found = depthOf(run);
  if (found === null) return null;
  const [depth, fresh] = [found.depth, found.freshTokens].map((count) =>
    formatCount(count === null ? null : Math.round(count)),
  );
  const [prefill, decoding] = [found.prefillRate.p50, found.decodeRate.p50].map(formatRate);
  return {
    en: `${depth} tokens before ${fresh} that were read at ${prefill} tokens/s; written at ${decoding} tokens/s`,
    zh: `前置 ${depth} 个 token，另有 ${fresh} 个以 ${prefill} token/s 读入；输出 ${decoding} token/s`,
  };
}

/** That the lengths of prompts at a depth are not known; `null` where they are. */
export function lengthWarning(run: Pick<FinishedRun, "records" | "asked">): Message | null {
  if (depthOf(run)?.lengthAssumed !== true) return null;
  return {
    cause: {
      en: "the endpoint counts no prompt tokens: each word that was made up is taken for one, so depths and prefill rates are of words",
      zh: "服务端没有返回输入 token 数：每个合成的词按一个 token 计，深度和预填充速率都以词为单位",
    },
    step: {
      en: "Words of real text have 1.3 tokens or more each; a server that sends usage in streams tells",
      zh: "真实文本的每个词约为 1.3 个 token 或更多；在流中返回 usage 的服务端才能给出准确值",
    },
  };
}

/** What to know of the prefix of a run at a depth; `null` where it came out of the cache, as it was to. */
export function prefixWarning(run: Pick<FinishedRun, "records" | "asked">): Message | null {
  const found = depthOf(run);
  if (found === null || found.requests === 0 || found.prefix === null) return null;
  const depth = formatCount(found.depth);
  if (found.prefix === "read_again") {
    return {
      cause: {
        en: `the ${depth} tokens before each prompt did not come out of a cache: each request read them again, and the prefill rate is of all of them`,
        zh: `每个提示词之前的 ${depth} 个 token 没有来自缓存：每个请求都重新读入，预填充速率包含全部 token`,
      },
      step: {
        en: "Is the prefix cache of the server on, and large enough?",
        zh: "服务端的前缀缓存是否开启、是否够大？",
      },
    };
  }
  if (!found.assumed) return null;
  return {
    cause: {
      en: `the endpoint counts no cached tokens: that the ${depth} before each prompt were cached is told from its shorter TTFT`,
      zh: `服务端没有返回缓存的 token 数：根据更短的 TTFT 推断每个提示词之前的 ${depth} 个 token 来自缓存`,
    },
  };
}
