import { readNumber } from "../command/flag_values.ts";
import type { CustomFlag } from "../command/flag_types.ts";

/** `--speed N|max`: how many times as fast as recorded; `Infinity` for `max`. */
export const speedFlag = {
  type: "custom",
  hint: "N|max",
  group: { en: "Playing", zh: "播放" },
  description: {
    en: "Play this many times as fast; 0.2 is slow motion, max does not wait",
    zh: "播放速度的倍数；0.2 为慢放，max 不等待",
  },
  shownDefault: "1",
  read: (text, flag) => (text === "max" ? Infinity : readNumber({ flag, text }, { min: 0.001 })),
} as const satisfies CustomFlag;
