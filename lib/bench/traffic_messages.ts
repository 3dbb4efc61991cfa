import type { Bilingual, Message } from "../base/message.ts";
import type { LeftOutReason, TraceLengths } from "../load/traffic/traffic.ts";
import type { Micros } from "../base/time.ts";
import { formatCount } from "../text/amounts.ts";
import { formatTime } from "../text/units.ts";

/** Messages about traffic that is replayed. */

const LEFT_OUT: Readonly<Record<LeftOutReason, Bilingual>> = {
  unreadable: { en: "unreadable", zh: "无法读取" },
  no_request: { en: "without a request for a completion", zh: "不含补全请求" },
  warmup: { en: "of a warm-up", zh: "为预热请求" },
  several_choices: { en: "for several choices", zh: "要求多个候选回答" },
  no_answer: { en: "without an answer", zh: "没有回答" },
  stored_answer: {
    en: "after an answer that the endpoint had stored",
    zh: "依赖接口当时保存的回答",
  },
};

/** What a source of traffic holds. Sums of tokens are `null` where nothing was counted. */
export interface FoundTraffic {
  readonly requests: number;
  readonly sessions: number;
  readonly span: Micros;
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
  /** How the lengths of a trace are meant; `null` where there is no question. */
  readonly lengths: TraceLengths | null;
}

export function trafficFound(path: string, found: FoundTraffic): Message {
  const { requests, sessions, span, promptTokens, outputTokens, lengths } = found;
  const [sent, talks] = [formatCount(requests), formatCount(sessions)];
  const isCounted = promptTokens !== null || outputTokens !== null;
  const [tokensIn, tokensOut] = [formatCount(promptTokens), formatCount(outputTokens)];
  return {
    cause: {
      en: `Replaying "${path}": ${sent} ${requests === 1 ? "request" : "requests"} in ${talks} ${sessions === 1 ? "session" : "sessions"} over ${formatTime(span)}, ${isCounted ? `${tokensIn} tokens in, ${tokensOut} out` : "tokens not counted"}${lengths === null ? "" : `; its lengths are ${lengths}`}`,
      zh: `重放 "${path}"：${talks} 个会话，${sent} 个请求，历时 ${formatTime(span)}，${isCounted ? `输入 ${tokensIn} 个 token，输出 ${tokensOut} 个` : "没有 token 计数"}${lengths === null ? "" : `；长度为 ${lengths}`}`,
    },
  };
}

export function trafficLeftOut(
  path: string,
  leftOut: readonly (readonly [reason: LeftOutReason, count: number])[],
): Message {
  const list = (words: (reason: LeftOutReason, count: number) => string, comma: string): string =>
    leftOut.map(([reason, count]) => words(reason, count)).join(comma);
  return {
    cause: {
      en: `Not sent of "${path}": ${list((reason, count) => `${formatCount(count)} ${LEFT_OUT[reason].en}`, ", ")}`,
      zh: `"${path}" 中以下内容不发送：${list((reason, count) => `${formatCount(count)} 个${LEFT_OUT[reason].zh}`, "，")}`,
    },
  };
}

export function noTraffic(path: string): Message {
  return {
    cause: {
      en: `Cannot replay "${path}": it holds no request that can be sent again`,
      zh: `无法重放 "${path}"：其中没有可以重新发送的请求`,
    },
    step: {
      en: "Name a folder that serve --upstream --record, or bench --record, has written; of several runs, one of its folders",
      zh: "请给出 serve --upstream --record 或 bench --record 写出的文件夹；若含多次运行，请给出其中一个子文件夹",
    },
  };
}

export function trafficTooShort(
  path: string,
  { asked, found }: { readonly asked: number; readonly found: number },
): Message {
  return {
    cause: {
      en: `--requests ${asked} is more than the ${found} in "${path}"`,
      zh: `--requests ${asked} 多于 "${path}" 中的 ${found} 个请求`,
    },
  };
}

/** Over another protocol than the recorded one. */
export function toolsStayBehind(count: number): Message {
  return {
    cause: {
      en: `${formatCount(count)} of the requests ${count === 1 ? "has" : "have"} tools, which are not sent over another protocol`,
      zh: `有 ${formatCount(count)} 个请求带有工具，换用其他协议时不会发送`,
    },
    step: {
      en: "Without --api each goes over the protocol that it was recorded over",
      zh: "不给出 --api 时，每个请求使用录制时的协议",
    },
  };
}
