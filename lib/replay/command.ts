import { commonFlags, declareCommand } from "../command/declaration.ts";
import { readingFlags } from "../target/endpoint_flags.ts";
import { asFlag } from "../report/definitions/as_flag.ts";
import { outputFlags } from "./output_flags.ts";
import { speedFlag } from "./speed_flag.ts";

export const replayCommand = declareCommand({
  verb: "replay",
  summary: {
    en: "Play a saved stream at its own pace, then show how it streamed",
    zh: "按原有节奏回放保存的流，然后显示流式指标",
  },
  examples: [
    {
      args: "hello.sse",
      description: { en: "play it as it came", zh: "按录制时的节奏回放" },
    },
    {
      args: "hello.sse --wire --speed 0.2",
      description: { en: "watch it in slow motion", zh: "慢放，观察每个数据块" },
    },
    {
      args: "--report runs/",
      description: { en: "sum up a folder, without playing", zh: "不播放，汇总一个文件夹" },
    },
  ],
  positional: {
    name: { en: "file", zh: "文件" },
    description: {
      en: "A transcript; with --report or --json also several, or a folder",
      zh: "转录文件；配合 --report 或 --json 可给多个文件或文件夹",
    },
    min: 1,
    max: Infinity,
  },
  flags: {
    speed: speedFlag,
    report: {
      type: "boolean",
      group: { en: "Output", zh: "输出" },
      description: { en: "Show the numbers without playing", zh: "不播放，只显示指标" },
    },
    ...asFlag,
    strict: {
      type: "boolean",
      group: { en: "Output", zh: "输出" },
      description: {
        en: "Exit with the code of the recorded outcome, not with 0",
        zh: "以所录结果的退出码退出，而不是 0",
      },
    },
    ...outputFlags,
    ...readingFlags({ en: "Output", zh: "输出" }),
    ...commonFlags,
  },
  exclusive: [
    ["report", "json", "wire"],
    ["report", "speed"],
    ["json", "speed"],
  ],
});
