import type { Message } from "../../base/message.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import type { SearchResult } from "../../measure/search_result.ts";
import { formatCount } from "../../text/amounts.ts";

/** What a reader must know before trusting what a search found. The codes are for programs and do not change. */
export interface SearchWarning extends Message {
  readonly code: "few_requests";
}

/** Of fewer requests a single one is more than the 1 % that may miss. */
const REQUESTS_FOR_SHARE = 100;

/** What is to be said about the steps of a search, whose runs come first among these. */
export function searchWarnings(
  { steps }: Pick<SearchResult, "steps">,
  runs: readonly Pick<FinishedRun, "records" | "summary">[],
): SearchWarning[] {
  const few = runs
    .slice(0, steps.length)
    .filter(({ records }) => records.length < REQUESTS_FOR_SHARE);
  if (few.length === 0) return [];
  const counts = few.map(({ records }) => records.length);
  const durations = few.map(({ records, summary }) =>
    Math.ceil((summary.window * REQUESTS_FOR_SHARE) / Math.max(1, records.length) / 1e6),
  );
  return [
    {
      code: "few_requests",
      ...fewRequests(
        { few: few.length, steps: steps.length },
        { fewest: Math.min(...counts), seconds: Math.max(...durations) },
      ),
    },
  ];
}

function fewRequests(
  count: { readonly few: number; readonly steps: number },
  { fewest, seconds }: { readonly fewest: number; readonly seconds: number },
): Message {
  const needed = REQUESTS_FOR_SHARE;
  const steps = count.steps === 1 ? "step" : "steps";
  const isOne = count.few === 1;
  return {
    cause: {
      en: `${count.few} of ${count.steps} ${steps} ${isOne ? "was" : "were"} judged by fewer than ${needed} requests, the fewest by ${formatCount(fewest)}: that does not tell 99 % from somewhat less, and a single late one decides`,
      zh: `${count.steps} 步中有 ${count.few} 步的请求不足 ${needed} 个（最少 ${formatCount(fewest)} 个）：无法区分 99% 与稍低的比例，一个慢请求就会改变结论`,
    },
    step: {
      en: `Give every step ${needed} requests or more: --requests ${needed}, or --duration ${seconds}s, which the slowest of them would have needed`,
      zh: `请让每步至少有 ${needed} 个请求：--requests ${needed}，或 --duration ${seconds}s（其中最慢的一步所需）`,
    },
  };
}
