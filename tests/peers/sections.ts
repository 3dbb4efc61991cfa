import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withSection } from "../support/page_section.ts";
import type { Results } from "./results.ts";
import { asTable, costTable, faultTable, longTable, markdown, shortTable } from "./tables.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The pages that show what was measured, and the section of each. */
export const PAGES: readonly {
  readonly path: string;
  readonly section: (results: Results) => string;
}[] = [
  { path: `${root}README.md`, section: readmeSection },
  { path: `${root}README.zh-CN.md`, section: chineseSection },
  { path: `${root}docs/peers.md`, section: pageSection },
];

/** Rewrites the sections of all pages, and formats them. */
export function writeSections(results: Results): void {
  for (const { path, section } of PAGES)
    writeFileSync(path, withSection(readFileSync(path, "utf8"), section(results), "peers"));
  const paths = PAGES.map(({ path }) => path);
  Bun.spawnSync([process.execPath, "fmt", "--no-script", ...paths], { cwd: root });
}

/** Whether other work than this was done meanwhile, as far as the minute before tells. */
export function isBusy({ busy, cores }: Results): boolean {
  return busy > cores / 4;
}

/** What is said then. */
export const BUSY = {
  en: ({ busy, cores }: Results): string =>
    `The machine did other work, too (load ${busy.toFixed(1)} on ${cores} cores before the first run): the times are not to be trusted.`,
  zh: ({ busy, cores }: Results): string =>
    `机器当时还在做别的事（第一次运行之前 ${cores} 个核心上的负载为 ${busy.toFixed(1)}），这些时间不可信。`,
};

function readmeSection(results: Results): string {
  const { date, machine, rounds, runs } = results;
  const table = [
    `What each says − what is true, in ms, ${rounds === 1 ? "in one round" : `the median of ${rounds} rounds`}; –: it has no such number. CPU and wall time`,
    "are those of the whole run, the start of the tool included.",
    "",
    markdown(shortTable(results, "en")),
    "",
  ];
  return [
    `${date}, ${toolsOf(results).join(", ")}, ${machine}.`,
    ...(isBusy(results) ? [BUSY.en(results)] : []),
    ...(runs.length === 0 ? [""] : table),
    faultSentence(results, "en"),
  ].join("\n");
}

function chineseSection(results: Results): string {
  const { date, machine, rounds, runs } = results;
  const table = [
    `表中是“工具报告的值 − 真实值”，单位 ms，${rounds === 1 ? "只有一轮" : `取 ${rounds} 轮的中位数`}；– 表示该工具没有这个数。CPU 和用时是整次运行的，包括工具自身的启动。`,
    "",
    markdown(shortTable(results, "zh")),
    "",
  ];
  return [
    `${date}，${toolsOf(results).join("、")}，${machine}。`,
    ...(isBusy(results) ? [BUSY.zh(results)] : []),
    ...(runs.length === 0 ? [""] : table),
    faultSentence(results, "zh"),
  ].join("\n");
}

function pageSection(results: Results): string {
  const { date, machine, rounds, absent, lost, runs } = results;
  const count = rounds === 1 ? "one round" : `${rounds} rounds`;
  return [
    `${date}, ${toolsOf(results).join(", ")}, ${machine}${runs.length === 0 ? "" : `, ${count}`}.`,
    ...(isBusy(results) ? [BUSY.en(results)] : []),
    ...absent.map(({ title, why }) => `\n${title} was not measured: ${why}.`),
    ...lost.map((words) => `\nLost: ${words.split("\n")[0]}`),
    ...(runs.length === 0 ? [] : timesOf(results)),
    "",
    "### Failures",
    "",
    `Of ${results.faults[0]?.requests ?? 0} requests over ${results.faults[0]?.streams ?? 0} streams.`,
    "",
    markdown(faultTable(results)),
  ].join("\n");
}

function timesOf(results: Results): string[] {
  return [
    "",
    "### Errors against the truth",
    "",
    markdown(longTable(results)),
    "",
    "### What a run costs",
    "",
    markdown(costTable(results)),
    "",
    "### Their own figures, and `--as`",
    "",
    "The difference is (its own − true) − (`--as` − true), since the runs were not the same streams. ✓: within 3 ms or 2 %.",
    "",
    markdown(asTable(results)),
  ];
}

function faultSentence({ faults, tools }: Results, language: "en" | "zh"): string {
  const counts = tools.flatMap(({ name, title }) =>
    faults
      .filter(({ tool }) => tool === name)
      .slice(0, 1)
      .map(({ failed, injected }) => ({
        title,
        failed,
        sum: Object.values(injected).reduce((all, one) => all + one, 0),
      })),
  );
  const requests = faults[0]?.requests ?? 0;
  if (counts.length === 0) return "";
  const shown = (of: string): string =>
    counts.map(({ title, failed, sum }) => `${title} ${failed} ${of} ${sum}`).join(", ");
  return language === "en"
    ? `Of ${requests} requests of which 5 % got a 429, 5 % an error event and 5 % a clean end in the middle, these were reported as failures: ${shown("of")}.`
    : `${requests} 个请求中，5 % 收到 429，5 % 收到错误事件，5 % 在中途正常结束；各工具报告的失败数：${shown("/").replaceAll(", ", "，")}。`;
}

function toolsOf({ tools }: Results): string[] {
  return tools.map(({ title, version }) => `${title} ${version}`);
}
