import type { Flags } from "../command/flag_types.ts";

const output = { en: "Output", zh: "输出" };

/** How an answer is shown: for the scripts that show one. */
export const outputFlags = {
  reasoning: {
    type: "enum",
    options: ["show", "hide", "only"],
    group: output,
    description: {
      en: "Reasoning: show it on stderr, hide it, or print only it",
      zh: "推理过程：显示在标准错误、隐藏、或只输出推理",
    },
    shownDefault: "show",
  },
  wire: {
    type: "boolean",
    group: output,
    description: {
      en: "Show the stream itself: one line for each chunk, as it lands",
      zh: "显示流本身：每个数据块到达时输出一行",
    },
  },
  json: {
    type: "boolean",
    group: output,
    description: {
      en: "Print answer, usage and metrics as JSON",
      zh: "以 JSON 输出回答、用量和指标",
    },
  },
  stall: {
    type: "duration",
    group: output,
    description: {
      en: "Count gaps longer than this as stalls",
      zh: "超过此时长的间隔算作停顿",
    },
    shownDefault: "500ms",
  },
} as const satisfies Flags;
