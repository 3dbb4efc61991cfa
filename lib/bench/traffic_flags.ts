import type { Flags } from "../command/flag_types.ts";

/** The heading of flags that say what is asked. */
export const prompts = { en: "Prompts", zh: "提示词" };

/** Flags of traffic that was recorded, and is sent again. */
export const trafficFlags = {
  replay: {
    type: "text",
    hint: "DIR",
    group: prompts,
    description: {
      en: "Send the requests that --record kept, at their recorded times",
      zh: "按录制时的时间发送 --record 保存的请求",
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
} as const satisfies Flags;
