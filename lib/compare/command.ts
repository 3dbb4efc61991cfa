import { commonFlags, declareCommand } from "../command/declaration.ts";
import { readMargin, readPercentage } from "./flag_values.ts";

const sides = { en: "Sides", zh: "比较双方" };
const judging = { en: "Judging", zh: "判断" };
const output = { en: "Output", zh: "输出" };

export const compareCommand = declareCommand({
  verb: "compare",
  summary: {
    en: "Say whether one set of runs is slower or faster than another, and how sure that is",
    zh: "判断一组运行比另一组快还是慢，以及有多大把握",
  },
  examples: [
    {
      args: "before.json --against after.json",
      description: {
        en: "what has changed from before to after",
        zh: "从 before 到 after 有什么变化",
      },
    },
    {
      args: "main.json --against branch.json --fail-above 5%",
      description: {
        en: "in CI: exit with 7 if the branch is slower",
        zh: "在 CI 中：分支变慢则以 7 退出",
      },
    },
    {
      args: "one/ --against other/ --margin 3% --markdown",
      description: {
        en: "recorded runs, as a table for a pull request",
        zh: "比较录制的运行，输出可贴到 PR 的表格",
      },
    },
  ],
  positional: {
    name: { en: "result", zh: "结果" },
    description: {
      en: "A, where the differences count from: files of bench --out, or folders of bench --record",
      zh: "A，差异以它为基准：bench --out 的文件，或 bench --record 的文件夹",
    },
    min: 1,
    max: Infinity,
  },
  flags: {
    against: {
      type: "text",
      repeatable: true,
      words: true,
      hint: "RESULT",
      group: sides,
      description: { en: "B, what is judged: the same", zh: "B，被判断的一方：同上" },
    },
    margin: {
      type: "custom",
      hint: "SHARE%",
      group: judging,
      description: {
        en: "So small a difference is none; more runs are needed for a smaller one",
        zh: "不超过它的差异视为没有；越小，所需运行越多",
      },
      shownDefault: "5%",
      read: readMargin,
    },
    "fail-above": {
      type: "custom",
      hint: "SHARE%",
      group: judging,
      description: {
        en: "Exit with 7 if B is certainly worse, and its estimate is above this",
        zh: "B 确实更差且估计值超过该幅度时以 7 退出",
      },
      read: readPercentage,
    },
    "must-be-within": {
      type: "custom",
      hint: "SHARE%",
      group: judging,
      description: {
        en: "Exit with 7 unless B is certainly no further from A than this",
        zh: "除非 B 与 A 的差异确实不超过该幅度，否则以 7 退出",
      },
      read: readMargin,
    },
    json: {
      type: "boolean",
      group: output,
      description: { en: "Print one JSON object", zh: "输出一个 JSON 对象" },
    },
    markdown: {
      type: "boolean",
      group: output,
      description: {
        en: "Print a table in Markdown, for a pull request",
        zh: "输出 Markdown 表格，便于贴到 PR",
      },
    },
    ...commonFlags,
  },
  exclusive: [["json", "markdown"]],
});
