import type { Message } from "../base/message.ts";

/** Messages of `serve`: what its flags got wrong, and what it does. */

export function notSplit(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be event, a number of bytes, or random:SEED, got "${text}"`,
      zh: `${flag} 必须是 event、字节数或 random:SEED，却给了 "${text}"`,
    },
  };
}

export function missingPart(flag: string, example: string): Message {
  return {
    cause: {
      en: `${flag} lacks a value; write it as in ${example}`,
      zh: `${flag} 缺少值，应写成类似 ${example}`,
    },
  };
}

export function notHeader(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} cannot send this as a header: "${text}"`,
      zh: `${flag} 无法把它作为响应头发送："${text}"`,
    },
  };
}

export function notPlace(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a number of events, a share of the body such as 50%, or arguments, got "${text}"`,
      zh: `${flag} 必须是事件个数、响应体的百分比（例如 50%），或 arguments，却给了 "${text}"`,
    },
  };
}

export function notShare(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a share of the requests such as 10%, got "${text}"`,
      zh: `${flag} 必须是请求的百分比，例如 10%，却给了 "${text}"`,
    },
  };
}

export function moreReasoningThanTokens(
  flag: string,
  { reasoning, tokens }: { readonly reasoning: number; readonly tokens: number },
): Message {
  return {
    cause: {
      en: `${flag} has ${reasoning} tokens of reasoning among ${tokens} tokens`,
      zh: `${flag} 的推理词元数为 ${reasoning}，超过了总数 ${tokens}`,
    },
  };
}
