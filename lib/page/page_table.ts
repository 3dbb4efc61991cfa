import { asObject } from "../base/json.ts";
import type { Bilingual, Language } from "../base/message.ts";
import { DEFINITIONS } from "../measure/definitions/definitions.ts";
import { METRIC_WORDS, OURS } from "../report/definitions/metric_words.ts";
import { UNKNOWN } from "../report/definitions/definition_rows.ts";
import type { ResultDefinitions } from "../report/run/result.ts";
import { formatRate, NO_VALUE } from "../text/units.ts";
import { inTime } from "./cards.ts";
import { html, type Markup } from "./markup.ts";
import type { PageTable } from "./page_input.ts";
import { renderTable } from "./tables.ts";
import { renderWarningList } from "./warning_list.ts";

/** A table that was made elsewhere, under its title. `level` is that of the title. */
export function renderPageTable(
  table: PageTable,
  { language, level = 2 }: { readonly language: Language; readonly level?: 2 | 3 },
): Markup {
  const title = table.title[language];
  return html`<section>
    ${level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}
    ${renderWarningList(table.warnings ?? [], language)}
    ${
      table.rows.length > 0 &&
      renderTable({
        caption: title,
        isTitled: true,
        headings: table.headings.map((heading) => heading[language]),
        rows: table.rows,
      })
    }
    <ul class="notes">
      ${table.notes.map((note) => html`<li>${note[language]}</li>`)}
    </ul>
  </section>`;
}

/** The metrics as a result names them, with what they are called, and whether they are times. */
const METRICS = [
  ["ttft_ms", METRIC_WORDS.ttft, true],
  ["ttfa_ms", METRIC_WORDS.firstAnswer, true],
  ["itl_ms", METRIC_WORDS.itl, true],
  ["icl_ms", METRIC_WORDS.icl, true],
  ["tpot_ms", METRIC_WORDS.tpot, true],
  ["ntpot_ms", METRIC_WORDS.ntpot, true],
  ["e2e_ms", METRIC_WORDS.e2e, true],
  ["output_tokens", METRIC_WORDS.tokens, false],
  ["output_tokens_per_second", METRIC_WORDS.rate, false],
  ["run_output_tokens_per_second", METRIC_WORDS.runRate, false],
] as const;

/** The numbers of a run as several tools would have them: a row for each statistic, a column for each tool, ours first. */
export function definitionsTable(
  { tools, differences }: ResultDefinitions,
  language: Language,
): PageTable {
  const columns = Object.entries(tools);
  const rows = METRICS.flatMap(([metric, label, isTime]) =>
    statisticsOf(metric).flatMap((statistic) => {
      const cells = columns.map(([, tool]) => cellOf(tool, { metric, statistic, isTime }));
      if (cells.every((cell) => cell === NO_VALUE)) return [];
      return [[`${label[language]} ${wordOf(statistic)[language]}`.trim(), ...cells]];
    }),
  );
  const versions = columns.flatMap(([, { version }]) =>
    typeof version === "string" ? [version] : [],
  );
  return {
    title: { en: "As other tools define it", zh: "按其他工具的定义" },
    headings: [{ en: "", zh: "" }, ...columns.map(([name]) => titleOf(name))],
    rows,
    notes: [...differences.map(({ message }) => message), ...versions].map((words) => ({
      en: words,
      zh: words,
    })),
  };
}

function statisticsOf(metric: string): readonly string[] {
  return metric === "run_output_tokens_per_second" ? [""] : ["mean", "p50", "p99"];
}

function wordOf(statistic: string): Bilingual {
  return { en: statistic, zh: statistic === "mean" ? "平均" : statistic };
}

function titleOf(name: string): Bilingual {
  const known = DEFINITIONS.find((definition) => definition.name === name)?.title;
  const title = known ?? (name === "streamgauge" ? OURS : name);
  return { en: title, zh: title };
}

function cellOf(
  tool: Readonly<Record<string, unknown>>,
  cell: { readonly metric: string; readonly statistic: string; readonly isTime: boolean },
): string {
  const { metric, statistic, isTime } = cell;
  const unknown = tool["cannot_be_given"];
  if (Array.isArray(unknown) && unknown.includes(metric)) return UNKNOWN;
  const value = statistic === "" ? tool[metric] : asObject(tool[metric])?.[statistic];
  if (typeof value !== "number") return NO_VALUE;
  return isTime ? inTime(value) : formatRate(value);
}
