import { formatCount, formatShare } from "../../text/amounts.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { html } from "../markup.ts";
import { timeCell } from "../overview.ts";
import type { LineChart } from "../page_data.ts";
import type { ReportedRun } from "../page_input.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { type Cell, renderTable, type Table } from "../tables.ts";
import { reportedShare, wantedShare } from "./cache.ts";
import { kindRow, kindsTable } from "./kinds.ts";

/** What several runs say of their work, run beside run; `null` where there is one run, or none has anything of it. */
export function sideBySidePart(
  runs: readonly ReportedRun[],
  { language }: Pick<PartOptions, "language">,
): Part | null {
  if (runs.length < 2) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const charts = [
    turnsChart(runs, { name: "turns-ttft", up: "time", valueOf: ({ ttft_ms: ttft }) => ttft.p50 }),
    turnsChart(runs, { name: "turns-cached", up: "share", valueOf: (turn) => turn.cached_share }),
  ] as const;
  const tables = [
    kindsOf(runs, language),
    cacheOf(runs, language),
    serverOf(runs, language),
  ].filter((table) => table.rows.length > 0);
  if (charts.every((chart) => chart === null) && tables.length === 0) return null;
  const title = t("The work, run beside run", "各次运行的负载内容");
  const markup = renderPart({ id: "work", title, level: 2 }, [
    html`<p>
      ${t("This is shown without a verdict: what is compared are whole runs, not their turns, kinds, depths, or servers.", "此处不给出结论：比较的是整次运行，而不是其中的轮次、类别、深度或服务端数据。")}
    </p>`,
    renderFigures([
      [t("First token (TTFT) by turn, median", "各轮次的首 token (TTFT)，中位数"), charts[0]],
      [t("Prompt tokens out of the cache, by turn", "各轮次来自缓存的输入 token 占比"), charts[1]],
    ]),
    tables.map(renderTable),
  ]);
  return { markup, charts: chartsOf({ lines: charts }) };
}

type Turn = NonNullable<ReportedRun["result"]["summary"]["turns"]>[number];

/** A line for each run of conversations; `null` where there are fewer than two, or no values. */
function turnsChart(
  runs: readonly ReportedRun[],
  {
    name,
    up,
    valueOf,
  }: {
    readonly name: string;
    readonly up: LineChart["up"];
    readonly valueOf: (turn: Turn) => number | null;
  },
): LineChart | null {
  const lines = runs.flatMap(({ label, result: { summary } }) => {
    const values = summary.turns?.map(valueOf) ?? [];
    if (values.every((value) => value === null)) return [];
    const at = summary.turns?.map(({ turn }) => turn) ?? [];
    return [{ name: makeHarmless(label), at, values }];
  });
  if (lines.length < 2) return null;
  return {
    name,
    across: "turn",
    up,
    level: null,
    lines: lines.map((line, color) => Object.assign(line, { color })),
  };
}

function kindsOf(runs: readonly ReportedRun[], language: PartOptions["language"]): Table {
  const { caption, headings } = kindsTable(language);
  const rows = runs.flatMap(({ label, result: { summary } }) =>
    (summary.kinds ?? []).map((kind) => ([label] as Cell[]).concat(kindRow(kind) as Cell[])),
  );
  return { caption, headings: [{ en: "run", zh: "运行" }[language], ...headings], rows };
}

function cacheOf(runs: readonly ReportedRun[], language: PartOptions["language"]): Table {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const rows = runs.flatMap(({ label, result }): Cell[][] => {
    const { pairs } = result.summary;
    const wanted = wantedShare(result);
    if (pairs === undefined && wanted === null) return [];
    const reported = pairs === undefined ? reportedShare(result.requests) : pairs.cached_share;
    const saved = pairs?.saved_share ?? null;
    return [
      [
        label,
        { value: wanted, shown: formatShare(wanted) },
        { value: reported, shown: formatShare(reported) },
        timeCell(pairs?.cold_ttft_ms.p50 ?? null),
        timeCell(pairs?.warm_ttft_ms.p50 ?? null),
        { value: saved, shown: signedShare(saved) },
      ],
    ];
  });
  return {
    caption: t("The cache", "缓存"),
    headings: [
      t("run", "运行"),
      t("share wanted", "要求的占比"),
      t("share reported", "返回的占比"),
      t("TTFT p50, prompt is new", "TTFT p50，首次发送"),
      t("TTFT p50, sent again", "TTFT p50，再次发送"),
      t("sooner by", "提前"),
    ],
    rows,
  };
}

/** Later is less than nothing. */
function signedShare(share: number | null): string {
  return share !== null && share < 0 ? `−${formatShare(-share)}` : formatShare(share);
}

function serverOf(runs: readonly ReportedRun[], language: PartOptions["language"]): Table {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const rows = runs.flatMap(({ label, result: { server } }): Cell[][] => {
    if (server === undefined) return [];
    const { ttft_parts: parts, requests = null, prefix_cache_hit_share: hits = null } = server;
    const { running = null, waiting = null, kv_cache_usage: kvCache = null } = server;
    return [
      [
        label,
        { value: requests, shown: formatCount(requests) },
        timeCell(parts?.ttft_ms ?? null),
        timeCell(parts?.queue_ms ?? null),
        timeCell(parts?.prefill_ms ?? null),
        parts !== null && parts.rest_ms < 0
          ? { value: parts.rest_ms, shown: t("does not add up", "两者不符") }
          : timeCell(parts?.rest_ms ?? null),
        gaugeCell(running?.max ?? null),
        gaugeCell(waiting?.max ?? null),
        { value: kvCache?.max ?? null, shown: formatShare(kvCache?.max ?? null) },
        { value: hits, shown: formatShare(hits) },
      ],
    ];
  });
  return {
    caption: t("The server's side: means, and what was most", "服务端：平均值与最大值"),
    headings: [
      t("run", "运行"),
      t("requests there", "服务端请求"),
      t("TTFT here", "此处的 TTFT"),
      t("queue", "排队"),
      t("prefill", "预填充"),
      t("outside", "之外"),
      t("running, at most", "运行中（最多）"),
      t("waiting, at most", "等待中（最多）"),
      t("KV cache, at most", "KV 缓存（最多）"),
      t("prefix cache hits", "前缀缓存命中"),
    ],
    rows,
  };
}

function gaugeCell(value: number | null): Cell {
  return { value, shown: formatCount(value) };
}
