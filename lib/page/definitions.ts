import type { Bilingual } from "../base/message.ts";

/** What a number is called on a page, and how it is defined. */
export interface Definition {
  readonly name: Bilingual;
  readonly formula: Bilingual;
}

/** The numbers of a page. The formulas are those of the README. */
export const DEFINITIONS = {
  ttft: {
    name: { en: "first token (TTFT)", zh: "首 token (TTFT)" },
    formula: {
      en: "First delta with text − sent. An empty first chunk does not count.",
      zh: "第一个含文本的增量 − 发送时刻。空的首个数据块不算。",
    },
  },
  ttfa: {
    name: { en: "first answer (TTFA)", zh: "首个回答 (TTFA)" },
    formula: {
      en: "First answer delta − sent: later than the first token for models that reason.",
      zh: "第一个回答增量 − 发送时刻；推理模型的这一时刻晚于首 token。",
    },
  },
  itl: {
    name: { en: "gap (ITL)", zh: "间隔 (ITL)" },
    formula: {
      en: "The gaps between consecutive deltas, gaps of zero kept. A gap between tokens only where a delta holds one token.",
      zh: "相邻增量之间的间隔，零间隔也计入。只有每个增量含一个 token 时，它才是 token 之间的间隔。",
    },
  },
  tpot: {
    name: { en: "per token (TPOT)", zh: "每 token (TPOT)" },
    formula: {
      en: "(Last delta − first delta) / (streamed tokens − tokens in the first delta). Tokens are the endpoint's own count.",
      zh: "（最后一个增量 − 第一个增量）/（流式 token 数 − 首个增量的 token 数）。token 数以服务端的计数为准。",
    },
  },
  e2e: {
    name: { en: "last token (E2E)", zh: "末 token (E2E)" },
    formula: {
      en: "Last delta − sent; so TTFT and all gaps add up to it.",
      zh: "最后一个增量 − 发送时刻；等于 TTFT 加上全部间隔。",
    },
  },
  wait: {
    name: { en: "wait to be sent", zh: "等待发送" },
    formula: {
      en: "Sent − due: how long a request waited for its turn, in an open loop.",
      zh: "发送时刻 − 计划时刻：开环负载中请求等待发送的时长。",
    },
  },
  ttftScheduled: {
    name: { en: "wait + TTFT", zh: "等待 + TTFT" },
    formula: {
      en: "First delta with text − due: what a user sees who came when the request was due.",
      zh: "第一个含文本的增量 − 计划时刻：按计划到来的用户所感受到的时长。",
    },
  },
  e2eScheduled: {
    name: { en: "wait + E2E", zh: "等待 + E2E" },
    formula: {
      en: "Last delta − due.",
      zh: "最后一个增量 − 计划时刻。",
    },
  },
  outputRate: {
    name: { en: "output tokens/s", zh: "输出 token/s" },
    formula: {
      en: "Output tokens of complete requests / time from the first send to the last close.",
      zh: "完整请求的输出 token 数 / 从首次发送到最后关闭的时长。",
    },
  },
  requestRate: {
    name: { en: "requests/s", zh: "请求/s" },
    formula: {
      en: "Complete requests / time from the first send to the last close.",
      zh: "完整请求数 / 从首次发送到最后关闭的时长。",
    },
  },
  complete: {
    name: { en: "complete", zh: "完整" },
    formula: {
      en: "Requests that ended with [DONE], or a finish_reason for every choice. Distributions hold these only.",
      zh: "以 [DONE] 结束、或每个选项都有 finish_reason 的请求。各分布只含这些请求。",
    },
  },
  goodput: {
    name: { en: "goodput", zh: "有效吞吐" },
    formula: {
      en: "Complete requests that meet every limit of the service level, per second; the share is of all that were sent.",
      zh: "每秒满足全部指标上限的完整请求数；占比以全部已发送请求为分母。",
    },
  },
  tokens: {
    name: { en: "tokens", zh: "用量" },
    formula: {
      en: "The endpoint's own counts (usage), summed up: in + out.",
      zh: "服务端自己的计数（usage）之和：输入 + 输出。",
    },
  },
  cost: {
    name: { en: "cost", zh: "费用" },
    formula: {
      en: "Tokens in and out at the price that was given, in its currency.",
      zh: "按给定单价计算的输入与输出费用，单位同单价的货币。",
    },
  },
} as const satisfies Readonly<Record<string, Definition>>;

/** Metrics of a result, and the definition of each. */
export const METRICS = {
  ttft_ms: DEFINITIONS.ttft,
  itl_ms: DEFINITIONS.itl,
  tpot_ms: DEFINITIONS.tpot,
  e2e_ms: DEFINITIONS.e2e,
  wait_ms: DEFINITIONS.wait,
  ttft_scheduled_ms: DEFINITIONS.ttftScheduled,
  e2e_scheduled_ms: DEFINITIONS.e2eScheduled,
} as const;
