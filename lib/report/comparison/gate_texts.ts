import type { Bilingual } from "../../base/message.ts";
import type { GateFindings } from "../../measure/comparison.ts";
import { formatLimit, LABELS } from "./numbers.ts";

/** A limit that was asked for, and what does not keep it. */
export interface Gate {
  readonly flag: "--fail-above" | "--must-be-within";
  /** A share. */
  readonly limit: number;
  readonly findings: GateFindings;
  /** `false`: the runs do not tell whether it is kept. */
  readonly isDecided: boolean;
}

/** Whether a gate is kept, in words. */
export function gateText({ flag, limit, findings, isDecided }: Gate): Bilingual {
  const gate = `${flag} ${formatLimit(limit)}`;
  if (findings.length === 0 && !isDecided) {
    return { en: `${gate}: not decided`, zh: `${gate}：无法判定` };
  }
  if (findings.length === 0) return { en: `${gate}: kept`, zh: `${gate}：满足` };
  const names = (language: "en" | "zh"): string =>
    findings.map((name) => LABELS[name][language]).join(language === "zh" ? "、" : ", ");
  return { en: `${gate}: not kept by ${names("en")}`, zh: `${gate}：不满足，${names("zh")}` };
}
