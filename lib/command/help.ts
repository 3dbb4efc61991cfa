import { type Command, usageLine } from "./declaration.ts";
import type { Flag } from "./flag_types.ts";
import { durationRange, numberRange } from "./flag_values.ts";
import type { Bilingual, Language } from "../base/message.ts";
import { wrapColumns } from "../text/wrap.ts";

/** The colours of the help; picocolors' `createColors(…)` fits. */
export interface HelpColors {
  bold(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
}

export interface HelpOptions {
  readonly language: Language;
  /** Terminal columns that descriptions are wrapped to. Default 80. Examples stay whole, to be copied. */
  readonly width?: number;
  /** Absent: plain text. */
  readonly colors?: HelpColors;
}

const headings = {
  usage: { en: "Usage: ", zh: "用法：" },
  examples: { en: "Examples:", zh: "示例：" },
  notes: { en: "Notes:", zh: "说明：" },
} as const satisfies Record<string, Bilingual>;

const durationNote: Bilingual = {
  en: "DURATION is a number with a unit: 300ms, 2s, 1m, 1h.",
  zh: "DURATION 是带单位的时长：300ms、2s、1m、1h。",
};

const plain: HelpColors = { bold: (text) => text, cyan: (text) => text, dim: (text) => text };

/** The widest name that shares its line with the description. A wider one stands above it. */
const widestName = 28;

/** Below this width every name stands above its description: two columns would be too narrow to read. */
const narrow = 60;

/**
 * The help of a command: what it does, how it is called, examples, then its flags in groups with value hints,
 * defaults and ranges. Ends with a newline. The rendering is ours, see {@linkcode declareCommand}.
 *
 * A Chinese character counts two columns, and no line breaks before Chinese punctuation.
 */
export function renderHelp(
  command: Command,
  { language, width = 80, colors = plain }: HelpOptions,
): string {
  const { summary, positional } = command;
  const rows = [...flagRows(command, language)];
  if (positional !== undefined) {
    const name = positional.name[language].toUpperCase();
    rows.unshift({ heading: null, name, description: positional.description[language] });
  }
  const fitting = rows
    .map(({ name }) => Bun.stringWidth(name))
    .filter((name) => name <= widestName);
  const nameWidth = width < narrow ? 0 : Math.max(0, ...fitting);
  const lines = [
    ...wrapColumns(summary[language], width),
    "",
    `${colors.bold(headings.usage[language])}${usageLine(command)[language]}`,
    "",
    colors.bold(headings.examples[language]),
    ...exampleLines(command, { language, width, colors }),
  ];
  let heading: string | null = null;
  for (const row of rows) {
    if (row.heading === null) lines.push("");
    else if (row.heading !== heading) lines.push("", colors.bold(row.heading));
    heading = row.heading;
    lines.push(...rowLines(row, { nameWidth, width, colors }));
  }
  const notes = notesOf(command).map((note) => note[language]);
  if (notes.length > 0) lines.push("", colors.bold(headings.notes[language]));
  for (const note of notes) lines.push(...indented(wrapColumns(note, width - 2), 2));
  return `${lines.join("\n")}\n`;
}

interface Row {
  /** The group's name; `null` for the positional, which has none. */
  readonly heading: string | null;
  readonly name: string;
  readonly description: string;
}

/** The flags in the order of their groups, and a group in the order of its flags. */
function flagRows(command: Command, language: Language): readonly Row[] {
  const groups = new Map<string, Row[]>();
  for (const [name, flag] of Object.entries(command.flags)) {
    const colon = language === "zh" ? "：" : ":";
    const row = {
      heading: flag.group[language] + colon,
      name: flagName(name, { flag, hint: command.args[name]?.valueHint }),
      description: flag.description[language] + details(flag, language),
    };
    groups.set(flag.group.en, [...(groups.get(flag.group.en) ?? []), row]);
  }
  return [...groups.values()].flat();
}

function flagName(
  name: string,
  { flag, hint }: { readonly flag: Flag; readonly hint: string | undefined },
): string {
  if (flag.type === "boolean") {
    const short = flag.short === undefined ? "" : `-${flag.short}, `;
    return `${short}--${name}${flag.negatable ? `, --no-${name}` : ""}`;
  }
  const isRepeatable = flag.type === "pairs" || (flag.type === "text" && flag.repeatable);
  return `--${name} ${hint}${isRepeatable ? " ..." : ""}`;
}

/** ` (from 0 to 2; default 1)`: the range and the default where there are any. */
function details(flag: Flag, language: Language): string {
  const parts: string[] = [];
  if (flag.type === "number") parts.push(numberRange(flag)?.[language] ?? "");
  if (flag.type === "duration") parts.push(durationRange(flag)?.[language] ?? "");
  const { shownDefault } = flag;
  if (shownDefault !== undefined) {
    const value = typeof shownDefault === "string" ? shownDefault : shownDefault[language];
    parts.push(language === "zh" ? `默认：${value}` : `default: ${value}`);
  }
  const given = parts.filter((part) => part !== "");
  if (given.length === 0) return "";
  return language === "zh" ? `（${given.join("；")}）` : ` (${given.join("; ")})`;
}

interface Layout {
  readonly width: number;
  readonly colors: HelpColors;
}

function rowLines(
  { name, description }: Row,
  { nameWidth, width, colors }: Layout & { readonly nameWidth: number },
): readonly string[] {
  const indent = nameWidth === 0 ? 6 : nameWidth + 4;
  const wrapped = indented(wrapColumns(description, Math.max(20, width - indent)), indent);
  const space = nameWidth - Bun.stringWidth(name);
  if (space < 0) return [`  ${colors.cyan(name)}`, ...wrapped];
  const [first = "", ...rest] = wrapped;
  return [`  ${colors.cyan(name)}${" ".repeat(space + 2)}${first.trimStart()}`, ...rest];
}

function exampleLines(
  { name, examples }: Command,
  { language, width, colors }: Layout & { readonly language: Language },
): readonly string[] {
  return examples.flatMap(({ args, description }) => [
    ...wrapColumns(description[language], width - 4).map((line) => colors.dim(`  # ${line}`)),
    `  ${name} ${typeof args === "string" ? args : args[language]}`.trimEnd(),
  ]);
}

function notesOf({ name, flags, positional }: Command): readonly Bilingual[] {
  const notes: Bilingual[] = [];
  if (Object.values(flags).some(({ type }) => type === "duration")) notes.push(durationNote);
  if (positional?.spoken) {
    notes.push({
      en: `What follows -- is no flag: ${name} -- --help me`,
      zh: `-- 之后的内容不再是选项：${name} -- --help me`,
    });
  }
  return notes;
}

function indented(lines: readonly string[], columns: number): readonly string[] {
  return lines.map((line) => " ".repeat(columns) + line);
}
