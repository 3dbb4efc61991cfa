import type { Bilingual } from "../../base/message.ts";
import type { OverTime } from "../../measure/over_time.ts";
import type { ServerSide, TtftParts } from "../../measure/server_side.ts";
import type { ResultRun, ResultServer, ResultServerMoment } from "../../report/run/result.ts";
import { ENGINE_TITLES, serverFigureTexts } from "../../report/run/server_texts.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { inTime } from "../cards.ts";
import { html } from "../markup.ts";
import type { ChartLine, LineChart } from "../page_data.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { type Cell, renderNumbers } from "../tables.ts";
import { partBars, partsTable } from "./ttft_parts.ts";
import { stepStarts, type TimeFrame } from "../time_frame.ts";

interface ServerPartOptions extends PartOptions {
  /** `null`: nothing took any time. */
  readonly time: { readonly frame: TimeFrame; readonly overTime: OverTime } | null;
}

/** The server's side of a run beside the client's; `null` where nothing is known of it. */
export function serverPart(run: ResultRun, options: ServerPartOptions): Part | null {
  const { server } = run;
  if (server === undefined) return null;
  const { id, language, time } = options;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const title =
    server.engine === undefined
      ? t("The server's side", "服务端")
      : t(
          `The server's side: ${ENGINE_TITLES[server.engine]}`,
          `服务端：${ENGINE_TITLES[server.engine]}`,
        );
  const bars = partBars(server, language);
  const moments = server.over_time ?? [];
  const lines = time === null ? [] : serverLines(moments, { ...options, time });
  const caption = t("The server over the run", "运行过程中的服务端");
  const texts = serverFigureTexts({
    parts: partsOf(server),
    server: sideOf(server),
    here: { ttft: micros(run.summary.ttft_ms.mean), tpot: micros(run.summary.tpot_ms.mean) },
  });
  const markup = renderPart({ id: `${id}-server`, title }, [
    html`<ul class="notes">
      ${texts.map((words) => html`<li>${words[language]}</li>`)}
    </ul>`,
    renderFigures([[t("The mean TTFT in its parts", "平均 TTFT 的构成"), bars]]),
    bars !== null && renderNumbers(partsTable(server, language), language),
    renderFigures(lines.map((chart) => [captionOf(chart)[language], chart] as const)),
    time !== null &&
      lines.length > 0 &&
      renderNumbers(
        { caption, ...momentsTable(moments, { language, frame: time.frame }) },
        language,
      ),
  ]);
  return { markup, charts: chartsOf({ lines, bars: [bars] }) };
}

type LineName = "server-requests" | "server-times" | "server-shares";

/** What a chart shows, by what the server tells. */
function captionOf({ name, lines }: LineChart): Bilingual {
  const names = lines.map((line) => line.name);
  switch (name as LineName) {
    case "server-requests":
      return {
        en: "requests at the server: running and waiting; in flight here",
        zh: "服务端的请求：运行中和等待中；此处进行中",
      };
    case "server-times":
      return {
        en: `${names.join(" and ")}, means between readings`,
        zh: `${names.join("与")}，两次读数之间的平均值`,
      };
    case "server-shares":
      return { en: names.join("; "), zh: names.join("；") };
  }
}

/** The charts that there are values for. */
function serverLines(
  moments: readonly ResultServerMoment[],
  {
    language,
    time: { frame, overTime },
  }: ServerPartOptions & { readonly time: NonNullable<ServerPartOptions["time"]> },
): LineChart[] {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const at = moments.map(({ at_ms: ms }) => since(ms, frame));
  const line = (
    name: string,
    values: readonly (number | null)[],
    more: Pick<ChartLine, "color" | "holds">,
  ): ChartLine[] => {
    if (values.every((value) => value === null)) return [];
    if (more.holds !== "before") return [{ name, at, values, ...more }];
    // The first one is about the time since the run's start.
    return [{ name, at: [0, ...at], values: [values[0] ?? null, ...values], ...more }];
  };
  const chart = (name: LineName, up: LineChart["up"], lines: readonly ChartLine[]): LineChart[] =>
    lines.length === 0 ? [] : [{ name, across: "time", up, level: null, end: frame.end, lines }];
  const requests = [
    ...line(
      t("running", "运行中"),
      moments.map(({ running }) => running),
      { color: 0 },
    ),
    ...line(
      t("waiting", "等待中"),
      moments.map(({ waiting }) => waiting),
      { color: 1 },
    ),
  ];
  const here: ChartLine = {
    name: t("in flight here", "此处进行中"),
    at: stepStarts(frame),
    values: overTime.inFlight,
    color: 6,
    holds: "on",
  };
  return [
    ...chart("server-requests", "count", requests.length === 0 ? [] : [here, ...requests]),
    ...chart("server-times", "time", [
      ...line(
        t("queue", "排队"),
        moments.map((one) => one.queue_ms),
        { color: 1, holds: "before" },
      ),
      ...line(
        t("prefill", "预填充"),
        moments.map((one) => one.prefill_ms),
        {
          color: 0,
          holds: "before",
        },
      ),
    ]),
    ...chart("server-shares", "share", [
      ...line(
        t("KV cache in use", "KV 缓存占用"),
        moments.map((one) => one.kv_cache_usage),
        { color: 0 },
      ),
      ...line(
        t("prefix cache hits", "前缀缓存命中"),
        moments.map((one) => one.prefix_cache_hit_share),
        {
          color: 2,
          holds: "before",
        },
      ),
    ]),
  ];
}

function momentsTable(
  moments: readonly ResultServerMoment[],
  { language, frame }: Pick<PartOptions, "language"> & { readonly frame: TimeFrame },
): { readonly headings: readonly string[]; readonly rows: readonly (readonly Cell[])[] } {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const columns = [
    [t("running", "运行中"), "running", formatCount],
    [t("waiting", "等待中"), "waiting", formatCount],
    [t("KV cache", "KV 缓存"), "kv_cache_usage", formatShare],
    [t("queue", "排队"), "queue_ms", inTime],
    [t("prefill", "预填充"), "prefill_ms", inTime],
    [t("prefix cache hits", "前缀缓存命中"), "prefix_cache_hit_share", formatShare],
  ] as const;
  const shown = columns.filter(([, name]) => moments.some((moment) => moment[name] !== null));
  return {
    headings: [t("at", "时刻"), ...shown.map(([heading]) => heading)],
    rows: moments.map((moment) => [
      `${since(moment.at_ms, frame)} s`,
      ...shown.map(([, name, format]): Cell => ({
        value: moment[name],
        shown: format(moment[name]),
      })),
    ]),
  };
}

/** In s since the first request, as all charts of the run have it. */
function since(ms: number, { first }: TimeFrame): number {
  return Math.max(0, Number((ms / 1000 - first).toFixed(2)));
}

function partsOf({ ttft_parts: parts }: ResultServer): TtftParts | null {
  if (parts === null) return null;
  return {
    ttft: Math.round(parts.ttft_ms * 1000),
    queue: micros(parts.queue_ms),
    prefill: micros(parts.prefill_ms),
    rest: Math.round(parts.rest_ms * 1000),
  };
}

function sideOf(server: ResultServer): ServerSide | undefined {
  if (server.engine === undefined) return undefined;
  const { engine, url, reads, problem, requests } = server;
  return {
    engine,
    url,
    reads,
    failedReads: server.failed_reads,
    problem,
    requests,
    queue: micros(server.queue_ms),
    prefill: micros(server.prefill_ms),
    ttft: micros(server.ttft_ms),
    tpot: micros(server.tpot_ms),
    running: server.running,
    waiting: server.waiting,
    kvCache: server.kv_cache_usage,
    prefixHits: server.prefix_cache_hit_share,
  };
}

function micros(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000);
}
