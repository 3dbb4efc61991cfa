import type { Message } from "../../base/message.ts";
import { formatShare } from "../../text/amounts.ts";

export function cacheHits(share: number): Message {
  return {
    cause: {
      en: `${formatShare(share)} of the prompt tokens came out of the endpoint's cache: TTFT is shorter than without it`,
      zh: `${formatShare(share)} 的输入 token 来自服务端缓存：TTFT 比没有缓存时短`,
    },
    step: {
      en: "Shorten --system; where it is the chat template that comes again, ask longer prompts",
      zh: "请缩短 --system；如果重复的是对话模板，请使用更长的提示词",
    },
  };
}

/** Nothing but the times tells of a cache. */
export function repeatedSooner(by: number): Message {
  return {
    cause: {
      en: `prompts that came round again were answered ${formatShare(by)} sooner than the first time: a cache seems to know them, despite their marks`,
      zh: `重复的提示词比第一次快 ${formatShare(by)}：尽管有唯一标记，似乎仍命中了某种缓存`,
    },
    step: {
      en: "Give as many prompts as requests, or measure the cache itself: --cache pairs",
      zh: "请提供与请求数一样多的提示词，或直接测量缓存：--cache pairs",
    },
  };
}

export function cacheShareMissed(
  reported: number,
  { wanted }: { readonly wanted: number },
): Message {
  return {
    cause: {
      en: `${formatShare(reported)} of the prompt tokens came out of the cache, not ${formatShare(wanted)} as asked for`,
      zh: `${formatShare(reported)} 的输入 token 来自缓存，而不是要求的 ${formatShare(wanted)}`,
    },
    step:
      reported < wanted
        ? {
            en: "Is the prefix cache on, and large enough? Fewer groups need less of it: --cache share=…,groups=1",
            zh: "前缀缓存是否开启、是否够大？减少组数可降低占用：--cache share=…,groups=1",
          }
        : {
            en: "Something besides the shared beginnings is cached, such as --system",
            zh: "除共用的开头外，还有内容被缓存，例如 --system",
          },
  };
}

export function cacheNotCounted(): Message {
  return {
    cause: {
      en: "the endpoint counts no cached tokens, so whether the cache was used is not known",
      zh: "服务端没有返回缓存的 token 数，无法得知是否用到了缓存",
    },
    step: {
      en: "--cache pairs sends each prompt twice and compares the times to first token",
      zh: "--cache pairs 把每个提示词发两次，比较首 token 时间",
    },
  };
}
