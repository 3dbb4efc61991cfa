import { asFlag } from "../report/definitions/as_flag.ts";
import { commonFlags, declareCommand } from "../command/declaration.ts";

const output = { en: "Output", zh: "输出" };

export const reportCommand = declareCommand({
  verb: "report",
  summary: {
    en: "Show results and saved streams as a page, or for other programs",
    zh: "将结果和保存的流生成为网页，或供其他程序使用",
  },
  examples: [
    {
      args: "result.json --html report.html",
      description: {
        en: "a page about a run, to open in a browser",
        zh: "生成一次运行的网页，用浏览器打开",
      },
    },
    {
      args: "monday.json friday.json --html both.html",
      description: { en: "two results side by side", zh: "并排对比两份结果" },
    },
    {
      args: "recorded/ --html streams.html",
      description: {
        en: "a folder of bench --record: with the texts, and what each delta is",
        zh: "bench --record 的文件夹：包含文本和每个增量的类型",
      },
    },
    {
      args: "result.json --csv requests.csv",
      description: {
        en: "a row for each request, for a spreadsheet",
        zh: "每个请求一行的表格文件",
      },
    },
  ],
  positional: {
    name: { en: "result", zh: "结果" },
    description: {
      en: "Result files of bench --out, folders of bench --record, transcripts, or folders of them",
      zh: "bench --out 的结果文件、bench --record 的文件夹、转录文件，或存放它们的文件夹",
    },
    min: 1,
    max: Infinity,
  },
  flags: {
    html: {
      type: "text",
      hint: "FILE.html",
      group: output,
      description: {
        en: "Write a page there: one file, which needs no network",
        zh: "写入网页：单个文件，无需网络",
      },
    },
    csv: {
      type: "text",
      hint: "FILE.csv",
      group: output,
      description: {
        en: "Write a row for each request there, for spreadsheets; - is stdout",
        zh: "写入表格文件，每个请求一行；- 为标准输出",
      },
    },
    markdown: {
      type: "boolean",
      group: output,
      description: {
        en: "Print the figures as Markdown, for a pull request",
        zh: "以 Markdown 输出指标，可用于合并请求",
      },
    },
    openmetrics: {
      type: "text",
      hint: "FILE.prom",
      group: output,
      description: {
        en: "Write the figures there for Prometheus: its node exporter reads them",
        zh: "写入 Prometheus 指标，可由 node exporter 读取",
      },
    },
    text: {
      type: "boolean",
      negatable: true,
      group: output,
      description: {
        en: "Put the texts of recorded streams into the page, or do not",
        zh: "网页是否包含录制的文本",
      },
      shownDefault: { en: "they are in it", zh: "包含" },
    },
    force: {
      type: "boolean",
      group: output,
      description: { en: "Overwrite what is there", zh: "覆盖已有文件" },
    },
    ...asFlag,
    stall: {
      type: "duration",
      group: output,
      description: {
        en: "Count gaps longer than this as stalls, in transcripts that belong to no run",
        zh: "对不属于任何运行的转录文件，超过此时长的间隔算作停顿",
      },
      shownDefault: "500ms",
    },
    ...commonFlags,
  },
});
