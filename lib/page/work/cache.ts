import { pairOf } from "../../measure/cache_pairs.ts";
import { cachedShareText, pairsText } from "../../report/run/cache_text.ts";
import type { ResultPairs, ResultRequest, ResultRun } from "../../report/run/result.ts";
import { formatShare } from "../../text/amounts.ts";
import { inTime } from "../cards.ts";
import { html } from "../markup.ts";
import type { LineChart, SplitChart } from "../page_data.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { spreadsOf } from "../spreads.ts";
import { statisticsHeadings, statisticsRow } from "../statistics_rows.ts";
import { stepRows } from "../step_rows.ts";
import { renderNumbers, renderTable } from "../tables.ts";
import { coarser, inSteps, stepStarts, type TimeFrame } from "../time_frame.ts";

/** What a run asked of the cache, and what came of it; `null` of a run that asked nothing of it. */
export function cachePart(
  run: ResultRun,
  options: PartOptions & { readonly frame: TimeFrame | null },
): Part | null {
  const { pairs } = run.summary;
  if (pairs !== undefined) return pairsPart(run, { ...options, pairs });
  const wanted = wantedShare(run);
  return wanted === null ? null : sharePart(run, { ...options, wanted });
}

/** The share of prompt tokens that was to come out of the cache; `null`: none was asked for. */
export function wantedShare({ config }: Pick<ResultRun, "config">): number | null {
  const { cache } = config;
  const [, share] = typeof cache === "string" ? (/^share=([\d.e-]+),/.exec(cache) ?? []) : [];
  return share === undefined ? null : Number(share);
}

/** Cached prompt tokens / prompt tokens, of the requests that gave both; `null` where none did. */
export function reportedShare(requests: readonly ResultRequest[]): number | null {
  let [cached, prompt] = [0, 0];
  for (const { usage } of requests) {
    const { cached_tokens: found = null, prompt_tokens: all = null } = usage ?? {};
    if (found === null || all === null || all === 0) continue;
    cached += found;
    prompt += all;
  }
  return prompt === 0 ? null : cached / prompt;
}

function sharePart(
  run: ResultRun,
  {
    id,
    language,
    frame,
    wanted,
  }: PartOptions & { readonly frame: TimeFrame | null; readonly wanted: number },
): Part {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const reported = reportedShare(run.requests);
  const chart = frame === null ? null : shareOverTime(run, { frame, wanted, language });
  const caption = t(
    "Prompt tokens out of the cache, of the requests sent in each step",
    "各时段发送的请求中来自缓存的输入 token 占比",
  );
  const markup = renderPart({ id: `${id}-cache`, title: t("The cache", "缓存") }, [
    html`<p>${cachedShareText({ wanted, reported })[language]}</p>`,
    renderFigures([[caption, chart]]),
    chart !== null &&
      renderNumbers(
        {
          caption,
          headings: [t("from", "从"), t("cached", "缓存")],
          rows: stepRows(chart, formatShare),
        },
        language,
      ),
  ]);
  return { markup, charts: chartsOf({ lines: [chart] }) };
}

/** `null` where the endpoint counts no cached tokens. */
function shareOverTime(
  { requests }: ResultRun,
  {
    frame,
    wanted,
    language,
  }: Pick<PartOptions, "language"> & { readonly frame: TimeFrame; readonly wanted: number },
): LineChart | null {
  const steps = coarser(frame);
  const starts = stepStarts(steps);
  const shares = inSteps(requests, steps, ({ sent_ms: sent }) => sent).map(reportedShare);
  const known = starts.flatMap((at, index) => {
    const share = shares[index] ?? null;
    return share === null ? [] : [{ at, share }];
  });
  if (known.length === 0) return null;
  const names = { reported: { en: "reported", zh: "返回" }, wanted: { en: "wanted", zh: "要求" } };
  return {
    name: "cached-share",
    across: "time",
    up: "share",
    level: { name: names.wanted[language], value: wanted },
    end: frame.end,
    lines: [
      {
        name: names.reported[language],
        at: known.map(({ at }) => at),
        values: known.map(({ share }) => share),
        color: 0,
      },
    ],
  };
}

function pairsPart(
  { requests }: ResultRun,
  { id, language, pairs }: PartOptions & { readonly pairs: ResultPairs },
): Part {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const names = [t("prompt is new", "首次发送"), t("sent again", "再次发送")] as const;
  const whole = wholePairs(requests);
  const ofHalf = (half: "cold" | "warm"): SplitChart["parts"][number] => ({
    label: half === "cold" ? names[0] : names[1],
    spreads: spreadsOf({ requests: whole.filter(({ pair }) => pair === half) }).filter(
      ({ metric }) => metric === "ttft_ms",
    ),
  });
  const parts = [ofHalf("cold"), ofHalf("warm")];
  const isEmpty = parts.every(({ spreads }) => spreads.length === 0);
  const chart = isEmpty ? null : { name: "pairs-ttft", metric: "ttft_ms", parts };
  const { count, saved_share: saved, cached_share: cachedShare } = pairs;
  const markup = renderPart({ id: `${id}-cache`, title: t("The cache", "缓存") }, [
    html`<p>${pairsText({ count, saved, cachedShare })[language]}</p>`,
    renderFigures([
      [
        t("First token (TTFT), share of requests up to each time", "首 token (TTFT) 的累积分布"),
        chart,
      ],
    ]),
    renderTable({
      caption: t("TTFT of whole pairs", "完整的对的 TTFT"),
      headings: statisticsHeadings(language),
      rows: [
        statisticsRow(names[0], { statistics: pairs.cold_ttft_ms, shown: inTime }),
        statisticsRow(names[1], { statistics: pairs.warm_ttft_ms, shown: inTime }),
      ],
    }),
  ]);
  return { markup, charts: chartsOf({ splits: [chart] }) };
}

/** Those both of whose requests are complete, as the statistics of pairs have it. */
function wholePairs(requests: readonly ResultRequest[]): ResultRequest[] {
  const complete = requests.filter(
    ({ pair, outcome }) => pair !== undefined && outcome === "complete",
  );
  const pairs = Map.groupBy(complete, ({ index }) => pairOf(index));
  return complete.filter(({ index }) => pairs.get(pairOf(index))?.length === 2);
}
