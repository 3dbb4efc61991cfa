import type { Bilingual, Message } from "../../base/message.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import { type ToolCallSummary, toolCallSummary } from "../../measure/tool_calls.ts";
import { formatCount } from "../../text/amounts.ts";

/** What the answers of a run called that was given tools; `null` of any other run. */
export function toolText({
  records,
  asked,
}: Pick<FinishedRun, "records" | "asked">): Bilingual | null {
  return callsText(asked.tools === undefined ? undefined : toolCallSummary(records));
}

/** The same of the summary of a result; `null` where there is none. */
export function callsText(summary: ToolCallSummary | undefined): Bilingual | null {
  if (summary === undefined) return null;
  const { answers, of, calls, broken } = summary;
  const [some, all, made, spoilt] = [answers, of, calls, broken].map(formatCount);
  const spoiltEn = `, ${spoilt} with arguments that are not whole JSON`;
  return {
    en: `${some} of ${all} answers called a tool: ${made} ${calls === 1 ? "call" : "calls"}${broken === 0 ? "" : spoiltEn}`,
    zh: `${all} 个回答中有 ${some} 个调用了工具，共 ${made} 次${broken === 0 ? "" : `，其中 ${spoilt} 次的参数不是完整的 JSON`}`,
  };
}

/** More than this share of answers without a call, and the numbers are about two kinds of answers. */
const FEW = 0.05;

/** Answers in words where calls were to be measured; `null` where they are few. */
export function toolsNotCalled({
  records,
  asked,
}: Pick<FinishedRun, "records" | "asked">): Message | null {
  if (asked.tools === undefined) return null;
  const { answers, of } = toolCallSummary(records);
  const without = of - answers;
  if (without <= of * FEW) return null;
  const [some, all] = [without, of].map(formatCount);
  return {
    cause: {
      en: `${some} of ${all} answers called no tool: the numbers are about words, too`,
      zh: `${all} 个回答中有 ${some} 个没有调用工具：数据也包含文字回答`,
    },
    step: {
      en: `To have every answer call one: --param 'tool_choice="required"', over Messages 'tool_choice={"type":"any"}'`,
      zh: `要让每个回答都调用工具：--param 'tool_choice="required"'，Messages 协议为 'tool_choice={"type":"any"}'`,
    },
  };
}
