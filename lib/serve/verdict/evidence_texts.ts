import type { Bilingual } from "../../base/message.ts";
import { formatTime } from "../../text/units.ts";
import type { Evidence, FaultEvidence } from "./seen.ts";

/** The verdicts, as the table, the JSON and docs/verdict.md have them. */
export const VERDICTS: Readonly<Record<FaultEvidence["verdict"], Bilingual>> = {
  noticed: { en: "noticed", zh: "已察觉" },
  missed: { en: "did not notice", zh: "未察觉" },
  unknown: { en: "cannot tell", zh: "无法判断" },
};

/** What a client did, in words that go on after "it". A tool's name is as the client gave it. */
export function evidenceText(evidence: Evidence): Bilingual {
  switch (evidence.kind) {
    case "asked_again": {
      const { after, retryAfter } = evidence;
      const [later, asked] = [formatTime(after), formatTime(retryAfter)];
      if (retryAfter === null)
        return { en: `asked again ${later} later`, zh: `${later} 后重新请求` };
      return {
        en: `asked again ${later} later, when the ${asked} of Retry-After were over`,
        zh: `${later} 后重新请求，已过 Retry-After 要求的 ${asked}`,
      };
    }
    case "asked_too_early": {
      const [later, asked] = [formatTime(evidence.after), formatTime(evidence.retryAfter)];
      return {
        en: `asked again ${later} later, though Retry-After said ${asked}`,
        zh: `${later} 后就重新请求，而 Retry-After 要求等待 ${asked}`,
      };
    }
    case "kept_part":
      return {
        en: "sent the part on as if it were the whole answer",
        zh: "把这部分内容当作完整回答，继续发送",
      };
    case "called_tool":
      return {
        en: `went on with the tool call that was cut: ${evidence.name}`,
        zh: `继续执行了被截断的工具调用：${evidence.name}`,
      };
    case "resumed":
      return { en: "asked for the rest of the answer", zh: "请求续写剩余的回答" };
    case "closed": {
      if (evidence.after === null) return { en: "closed the connection", zh: "关闭了连接" };
      const silence = formatTime(evidence.after);
      return {
        en: `closed the connection after ${silence} of silence`,
        zh: `静默 ${silence} 后关闭了连接`,
      };
    }
    case "waited": {
      const silence = formatTime(evidence.after);
      return { en: `still waiting after ${silence} of silence`, zh: `静默 ${silence} 后仍在等待` };
    }
    case "short_silence":
      return {
        en: "the silence was over before --patience was",
        zh: "静默在 --patience 到期之前就结束了",
      };
    case "exit":
      return evidence.code === 0
        ? { en: "exited with 0, as if all were well", zh: "以 0 退出，仿佛一切正常" }
        : { en: `exited with ${evidence.code}`, zh: `以 ${evidence.code} 退出` };
    case "complained":
      return {
        en: "exited with 0, but complained on stderr",
        zh: "以 0 退出，但在标准错误输出中有抱怨",
      };
    case "signal":
      return { en: `ended by ${evidence.signal}`, zh: `因 ${evidence.signal} 结束` };
    case "idle": {
      const idle = formatTime(evidence.after);
      return {
        en: `neither asked again nor ended within ${idle}`,
        zh: `${idle} 内既没有重新请求，也没有结束`,
      };
    }
    case "left_before":
      return { en: "closed the connection before the fault", zh: "在故障之前就关闭了连接" };
    case "nothing_lost":
      return { en: "nothing of the answer was missing", zh: "回答没有缺失任何内容" };
    case "not_struck":
      return { en: "no answer had a place for it", zh: "没有回答可以放入该故障" };
    case "nothing_followed":
      return { en: "sent nothing more that would tell", zh: "之后没有发送可供判断的内容" };
  }
}

/** What the columns are called. */
export const HEADINGS: readonly [fault: Bilingual, verdict: Bilingual, evidence: Bilingual] = [
  { en: "fault", zh: "故障" },
  { en: "verdict", zh: "结论" },
  { en: "what the client did", zh: "客户端的行为" },
];

/** The sum, over all clients. */
export function sumText(counts: Readonly<Record<FaultEvidence["verdict"], number>>): Bilingual {
  const { noticed, missed, unknown } = counts;
  return {
    en: `noticed ${noticed}, did not notice ${missed}, cannot tell ${unknown}`,
    zh: `已察觉 ${noticed}，未察觉 ${missed}，无法判断 ${unknown}`,
  };
}

export const NOBODY_CAME: Bilingual = {
  en: "No client met a fault: there is nothing to judge",
  zh: "没有客户端遇到故障：没有可判断的内容",
};
