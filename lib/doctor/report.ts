import { padColumns } from "../text/columns.ts";
import type { Bilingual, Language } from "../base/message.ts";
import { makeHarmless } from "../text/terminal_text.ts";
import { formatTime, toMilliseconds } from "../text/units.ts";
import { type Check, type CheckStatus, exitCodeOf } from "./check.ts";
import { LABELS } from "./messages/labels.ts";

type Paint = (text: string) => string;

/** How a report is drawn. */
export interface ReportStyle {
  readonly language: Language;
  /** For terminals that show nothing but ASCII. */
  readonly ascii: boolean;
  readonly colors: {
    readonly green: Paint;
    readonly red: Paint;
    readonly yellow: Paint;
    readonly dim: Paint;
  };
}

const MARKS = {
  ok: { mark: "✓", ascii: "+", color: "green" },
  error: { mark: "✗", ascii: "x", color: "red" },
  warning: { mark: "!", ascii: "!", color: "yellow" },
  skipped: { mark: "–", ascii: "-", color: "dim" },
} as const satisfies Record<CheckStatus, unknown>;

/**
 * One check as a line: a mark, what was checked, the finding, and the time it took. For an error or a warning the step
 * follows on a line of its own. No final newline.
 */
export function renderCheck(check: Check, { language, ascii, colors }: ReportStyle): string {
  const { cause, step } = check.message;
  const style = MARKS[check.status];
  const mark = colors[style.color](ascii ? style.ascii : style.mark);
  const time = check.took === null ? "" : ` ${colors.dim(`(${formatTime(check.took)})`)}`;
  const line = `${mark} ${padColumns(LABELS[check.id][language], labelWidth(language))}  `;
  const finding = `${line}${makeHarmless(cause[language])}${time}`;
  const hasStep = step !== undefined && (check.status === "error" || check.status === "warning");
  if (!hasStep) return finding;
  const arrow = ascii ? "->" : "→";
  return `${finding}\n${" ".repeat(labelWidth(language) + 4)}${arrow} ${makeHarmless(step[language])}`;
}

function labelWidth(language: Language): number {
  return Math.max(...Object.values(LABELS).map((label) => Bun.stringWidth(label[language])));
}

/** The last line: all is well, or how much is not. `online`: requests were sent. */
export function renderSummary(
  checks: readonly Check[],
  { language, online }: { readonly language: Language; readonly online: boolean },
): string {
  const count = (status: CheckStatus): number =>
    checks.filter((check) => check.status === status).length;
  return summary({ errors: count("error"), warnings: count("warning"), online })[language];
}

function summary(counts: { errors: number; warnings: number; online: boolean }): Bilingual {
  const { errors, warnings, online } = counts;
  const hint = online
    ? { en: "", zh: "" }
    : {
        en: ". Nothing was sent; --online tries the endpoint, with a request of one token",
        zh: "。没有发送任何请求；--online 会实际测试接口，请求一个 token",
      };
  const en = [counted(errors, "problem"), counted(warnings, "warning")].flatMap(
    (part) => part ?? [],
  );
  const zh = [
    ...(errors > 0 ? [`${errors} 个问题`] : []),
    ...(warnings > 0 ? [`${warnings} 个警告`] : []),
  ];
  if (errors > 0) return { en: en.join(", "), zh: zh.join("，") };
  if (warnings > 0) {
    return {
      en: `No problem, ${en.join(", ")}${hint.en}`,
      zh: `没有问题，${zh.join("")}${hint.zh}`,
    };
  }
  return { en: `All is well${hint.en}`, zh: `一切正常${hint.zh}` };
}

function counted(count: number, noun: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The value that `--json` prints. `ok`: all was checked, and there is no error. What does not exist is `null`. */
export function checksJson(
  checks: readonly Check[],
  { language, interrupted }: { readonly language: Language; readonly interrupted: boolean },
): { ok: boolean; checks: Record<string, unknown>[] } {
  return {
    ok: !interrupted && exitCodeOf(checks) === 0,
    checks: checks.map(({ id, status, message, took }) => ({
      id,
      status,
      message: message.cause[language],
      step: message.step?.[language] ?? null,
      took_ms: toMilliseconds(took),
    })),
  };
}
