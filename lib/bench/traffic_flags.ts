import type { Flags } from "../command/flag_types.ts";

/** The heading of flags that say what is asked. */
export const prompts = { en: "Prompts", zh: "提示词" };

/** Flags of traffic that was recorded, and is sent again. */
export const trafficFlags = {
  replay: {
    type: "text",
    hint: "DIR|FILE",
    group: prompts,
    description: {
      en: "Send the requests that --record kept, or those of a trace (Mooncake, Azure, BurstGPT), at their times",
      zh: "按录制时的时间发送 --record 保存的请求，或轨迹文件（Mooncake、Azure、BurstGPT）中的请求",
    },
  },
  speed: {
    type: "number",
    min: 0.001,
    max: 1000,
    hint: "N",
    group: prompts,
    description: {
      en: "Replay so many times as fast",
      zh: "重放的速度倍数",
    },
    shownDefault: "1",
  },
  "trace-lengths": {
    type: "enum",
    options: ["cumulative", "delta"],
    group: prompts,
    description: {
      en: "Whether the lengths of a trace hold what its conversations said before",
      zh: "轨迹中的长度是否包含会话先前的内容",
    },
    shownDefault: {
      en: "as its hash_ids tell; else it has to be said",
      zh: "由 hash_ids 得知，否则必须给出",
    },
  },
  "trace-block": {
    type: "number",
    integer: true,
    min: 1,
    max: 1_000_000,
    group: prompts,
    description: {
      en: "The tokens that each of the hash_ids stands for",
      zh: "每个 hash_ids 代表的 token 数",
    },
    shownDefault: "512",
  },
} as const satisfies Flags;
