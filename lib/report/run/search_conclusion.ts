import type { Bilingual } from "../../base/message.ts";
import type { SearchResult } from "../../measure/search_result.ts";
import { formatCount } from "../../text/amounts.ts";
import { formatRate } from "../../text/units.ts";

/**
 * What a search found, in a sentence: the highest value only where it had closed in on it, else what is known of it.
 *
 * @example
 * ```ts
 * const stopped = { best: 2, missed: null, end: "stopped", steps: [{ value: 2, met: true }] } as const;
 * searchConclusion(stopped, { isRate: false }).en; // "The search did not finish: the service level was met at 2, and the highest concurrency may be higher"
 * ```
 */
export function searchConclusion(
  { best, missed, end, steps }: SearchResult,
  { isRate }: { readonly isRate: boolean },
): Bilingual {
  const flag = isRate ? "--rate" : "--concurrency";
  const name = isRate ? { en: "rate", zh: "速率" } : { en: "concurrency", zh: "并发数" };
  const at = (value: number): Bilingual =>
    isRate
      ? { en: `${formatRate(value)} requests/s`, zh: ` ${formatRate(value)} 请求/秒` }
      : { en: formatCount(value), zh: ` ${formatCount(value)}` };
  const known = knownOf({ best, missed }, { name, at });
  switch (end) {
    case "closed_in":
      if (best === null) break;
      return {
        en: `The highest ${name.en} that met the service level: ${at(best).en}`,
        zh: `满足要求的最高${name.zh}：${at(best).zh.trim()}`,
      };
    case "lowest":
      return {
        en: `No step met the service level, down to the lowest ${name.en} there is: loosen --slo`,
        zh: `直到最低的${name.zh}，也没有任何一步满足要求：请放宽 --slo`,
      };
    case "highest":
      return {
        en: `The search ended at the highest ${name.en} that bench tries: ${known.en}`,
        zh: `搜索已到达 bench 所能尝试的最高${name.zh}：${known.zh}`,
      };
    case "most_steps":
      return {
        en: `The search ended after ${steps.length} steps, before it had closed in: ${known.en}; start nearer with ${flag}`,
        zh: `搜索在 ${steps.length} 步后结束，尚未逼近上限：${known.zh}；请用 ${flag} 从更接近处开始`,
      };
    case "stopped":
  }
  return { en: `The search did not finish: ${known.en}`, zh: `搜索没有完成：${known.zh}` };
}

function knownOf(
  { best, missed }: Pick<SearchResult, "best" | "missed">,
  { name, at }: { readonly name: Bilingual; readonly at: (value: number) => Bilingual },
): Bilingual {
  if (best !== null && missed !== null) {
    return {
      en: `the service level was met at ${at(best).en} and missed at ${at(missed).en}, and the highest ${name.en} lies between`,
      zh: `在${at(best).zh} 时满足要求，在${at(missed).zh} 时不满足，最高${name.zh}在两者之间`,
    };
  }
  if (best !== null) {
    return {
      en: `the service level was met at ${at(best).en}, and the highest ${name.en} may be higher`,
      zh: `在${at(best).zh} 时满足要求，最高${name.zh}可能更高`,
    };
  }
  if (missed !== null) {
    return {
      en: `no step has met the service level, down to ${at(missed).en}`,
      zh: `还没有任何一步满足要求，最低试到${at(missed).zh}`,
    };
  }
  return { en: "no step came to its end", zh: "没有任何一步完成" };
}
