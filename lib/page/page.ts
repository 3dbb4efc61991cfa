import { createHash } from "node:crypto";
import type { JsonObject } from "../base/json.ts";
import type { Bilingual, Language } from "../base/message.ts";
import { formatCount } from "../text/amounts.ts";
import { makeHarmless } from "../text/terminal_text.ts";
import { loadOf } from "./load_words.ts";
import { loadCurve } from "./load_curve.ts";
import { html, jsonForScript, Markup } from "./markup.ts";
import { runOverTime } from "./over_time.ts";
import { renderLoadCurve } from "./load_section.ts";
import { renderOverview } from "./overview.ts";
import type { PageBundle } from "./page_bundle.ts";
import { renderPageTable } from "./page_table.ts";
import type { PageData, PageRun } from "./page_data.ts";
import { joinCharts } from "./part.ts";
import type { ReportedRun, ReportInput } from "./page_input.ts";
import { type Columns, MOST_GAPS_ON_PAGE, requestColumns } from "./request_columns.ts";
import { renderRunSection } from "./run_section.ts";
import { spreadsOf } from "./spreads.ts";
import { depthPart } from "./work/depth.ts";
import { sideBySidePart } from "./work/side_by_side.ts";
import { type WorkParts, workParts } from "./work/work_parts.ts";

/** Of so many runs the page has everything; of the others it has their line in the table. */
const MOST_RUNS = 50;

/**
 * A page about runs: one file that needs nothing else, and asks nobody. What models and endpoints said stands in it as data:
 * a Content-Security-Policy lets only the page's own script and style work, by their hashes, and no request out.
 *
 * @example
 * ```ts
 * await Bun.write("report.html", renderPage(input, await pageBundle()));
 * ```
 */
export function renderPage(input: ReportInput, { script, style }: PageBundle): string {
  const { language, searches, tables } = input;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const shown = input.runs.slice(0, MOST_RUNS);
  const most = Math.floor(MOST_GAPS_ON_PAGE / Math.max(1, shown.length));
  const parts = shown.map((run, at) => pageRun(run, { most, at, language }));
  const curve = loadCurve(input.runs, searches);
  const ofSeveral = [
    depthPart(input.runs, { language }),
    sideBySidePart(input.runs, { language }),
  ].filter((part) => part !== null);
  const data: PageData = {
    language,
    runs: parts.map(({ page }) => page),
    loadCurve: curve,
    charts: joinCharts(ofSeveral.map(({ charts }) => charts)),
  };
  const title = titleOf(input.runs)[language];
  const isOnly = input.runs.length === 1;
  const notes = [...input.notes, ...runsLeftOut(input.runs.length)];
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const page = html`<!doctype html>
    <html lang="${t("en", "zh-CN")}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="Streamgauge" />
        <title>${titleInTab(input.runs, title)[language]}</title>
        ${verbatim("style", style)}
      </head>
      <body>
        <header>
          <h1><bdi>${title}</bdi></h1>
          ${notes.map((note) => html`<p class="left-out">${note[language]}</p>`)}
        </header>
        <main>
          ${!isOnly && renderOverview(input.runs, language)}
          ${curve !== null && renderLoadCurve(curve, { runs: input.runs, searches, language })}
          ${ofSeveral.map(({ markup }) => markup)}
          ${tables.map((table) => renderPageTable(table, { language }))}
          ${!isOnly && renderPicker(shown, language)}
          ${shown.map((run, at) =>
            renderRunSection(run, {
              at,
              page: (parts[at] as (typeof parts)[number]).page,
              leftOut: (parts[at] as (typeof parts)[number]).leftOut,
              work: (parts[at] as (typeof parts)[number]).work,
              isOnly,
              language,
            }),
          )}
        </main>
        <footer><p>Streamgauge</p></footer>
        ${verbatim('script type="application/json" id="data"', jsonForScript(data))}
        ${verbatim('script type="module"', script)}
      </body>
    </html> `;
  return page.text;
}

/** An element whose text is just this, to the last blank: its hash is. `tag` may have attributes. */
function verbatim(tag: string, text: string): Markup {
  const [name = ""] = tag.split(" ");
  return new Markup(`<${tag}>${text}</${name}>`);
}

function pageRun(
  run: ReportedRun,
  {
    most,
    at,
    language,
  }: { readonly most: number; readonly at: number; readonly language: Language },
): { readonly page: PageRun; readonly work: WorkParts; readonly leftOut: Bilingual[] } {
  const { requests, withoutGaps, withoutText } = requestColumns(run, { most });
  const { stall_ms: stall } = run.result.config;
  const overTime = run.kind === "run" ? runOverTime(run.result) : null;
  const work = workParts(run.result, { id: `run-${at}`, language, overTime });
  const page: PageRun = {
    label: makeHarmless(run.label),
    stall: typeof stall === "number" ? stall * 1000 : 500_000,
    requests,
    spreads: spreadsOf(run.result),
    overTime,
    end: work.frame?.end ?? 0,
    charts: joinCharts([...work.before, ...work.behind].map(({ charts }) => charts)),
  };
  return { page, work, leftOut: leftOutOf(run, { withoutGaps, withoutText }) };
}

function leftOutOf(
  { result, streams }: ReportedRun,
  { withoutGaps, withoutText }: Pick<Columns, "withoutGaps" | "withoutText">,
): Bilingual[] {
  const unknown = result.requests.filter(
    ({ itl_us: gaps, deltas }) => gaps === undefined && deltas > 1,
  ).length;
  const untimed = result.requests.filter(
    ({ deltas, ttft_ms: ttft }) => deltas > 0 && ttft === null,
  ).length;
  const isKindless = streams === null && result.requests.some(({ deltas }) => deltas > 0);
  return [
    ...(isKindless
      ? [
          {
            en: "Whether a delta is reasoning, answer or tool call is known only of recorded streams (bench --record): here all deltas have one colour, and texts are not known.",
            zh: "只有录制的流（bench --record）才知道增量是推理、回答还是工具调用：这里所有增量同色，也没有文本。",
          },
        ]
      : []),
    ...(withoutGaps > 0
      ? [
          {
            en: `The marks of ${formatCount(withoutGaps)} of ${formatCount(result.requests.length)} requests were left out, spread evenly, since a page holds ${formatCount(MOST_GAPS_ON_PAGE)} gaps: of those the chart shows the first token and the last. The distributions hold all.`,
            zh: `一个页面最多容纳 ${formatCount(MOST_GAPS_ON_PAGE)} 个间隔，因此 ${formatCount(result.requests.length)} 个请求中均匀省略了 ${formatCount(withoutGaps)} 个的标记，图中只显示它们的首个和末个 token。各分布仍包含全部数据。`,
          },
        ]
      : []),
    ...(unknown > 0
      ? [
          {
            en: `The gaps of ${formatCount(unknown)} requests are not in the result, since there are too many: the chart shows their first token and their last, and there is no distribution of gaps. --record keeps every stream.`,
            zh: `结果中没有 ${formatCount(unknown)} 个请求的间隔，因为数量太多：图中只显示它们的首个和末个 token，也没有间隔的分布。--record 可保存每个流。`,
          },
        ]
      : []),
    ...(untimed > 0
      ? [
          {
            en:
              untimed === 1
                ? "1 stream has no times: it is in the table alone."
                : `${formatCount(untimed)} streams have no times: they are in the table alone.`,
            zh: `${formatCount(untimed)} 个流没有时间信息，只出现在表格中。`,
          },
        ]
      : []),
    ...(withoutText > 0
      ? [
          {
            en:
              withoutText === 1
                ? "The text of 1 request was shortened."
                : `The texts of ${formatCount(withoutText)} requests were shortened.`,
            zh: `${formatCount(withoutText)} 个请求的文本被截短。`,
          },
        ]
      : []),
  ];
}

function runsLeftOut(count: number): Bilingual[] {
  if (count <= MOST_RUNS) return [];
  const left = formatCount(count - MOST_RUNS);
  return [
    {
      en: `Of ${left} more runs there is no more than their line in the table.`,
      zh: `另有 ${left} 次运行只列在表格中。`,
    },
  ];
}

function renderPicker(runs: readonly ReportedRun[], language: Language): Markup {
  const label = { en: "Show the run", zh: "显示运行" }[language];
  return html`<p class="picker">
    <label
      >${label}
      <select id="picker">
        ${runs.map(({ label: name }, at) => html`<option value="${at}">${name}</option>`)}
      </select></label
    >
  </p>`;
}

function titleOf(runs: readonly ReportedRun[]): Bilingual {
  const models = [...new Set(runs.flatMap(({ result }) => modelOf(result.config["model"])))];
  const names = models.length > 3 ? `${models.slice(0, 3).join(", ")} …` : models.join(", ");
  return names === ""
    ? { en: "How it streamed", zh: "流式表现" }
    : { en: `How ${names} streamed`, zh: `${names} 的流式表现` };
}

/** What tells the page from others in a row of tabs: also the load, and the day. */
function titleInTab(runs: readonly ReportedRun[], title: string): Bilingual {
  const loads = [
    ...new Map(
      runs
        .filter(({ kind, result: { config } }) => kind === "run" && hasLoad(config))
        .map(({ result }) => loadOf(result.config))
        .map((load) => [load.en, load]),
    ).values(),
  ];
  const [load] = loads;
  const [day] = runs
    .flatMap(({ result }) => result.environment["started_at"] ?? [])
    .flatMap((moment) => (typeof moment === "string" ? moment.slice(0, 10) : []))
    .toSorted();
  const parts = (language: Language): string =>
    [
      title,
      ...(load === undefined
        ? []
        : [
            loads.length === 1
              ? load[language]
              : { en: `${loads.length} loads`, zh: `${loads.length} 个负载` }[language],
          ]),
      ...(day === undefined ? [] : [day]),
    ].join(" · ");
  return { en: parts("en"), zh: parts("zh") };
}

function hasLoad({ rate, concurrency }: JsonObject): boolean {
  return typeof rate === "number" || typeof concurrency === "number";
}

function modelOf(value: unknown): string[] {
  return typeof value === "string" && value !== "" ? [value.slice(0, 200)] : [];
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
