import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import { declareCommand } from "../../lib/command/declaration.ts";
import { renderHelp } from "../../lib/command/help.ts";
import { sampleCommand } from "../support/sample_command.ts";

test("help in English at 80 columns", () => {
  expect(renderHelp(sampleCommand, { language: "en", width: 80 }))
    .toBe(`Ask one question and show the answer as it streams

Usage: bun scripts/ask.ts [FLAGS] [QUESTION]

Examples:
  # one question
  bun scripts/ask.ts "Why is the sky blue?"
  # see the stream itself, without a key
  bun scripts/ask.ts --demo --wire
  # any other field of the request
  bun scripts/ask.ts "Hi" --param "response_format={type:'json_object'}"

  QUESTION                    What to ask; - reads it from stdin

Question:
  --prompt TEXT               The question, as a flag
  --system TEXT               System message

Endpoint:
  --provider NAME             A provider from the table (default: siliconflow)
  --demo                      Ask the embedded endpoint: needs no key and no
                              network
  --idle-timeout DURATION     Give up when nothing has arrived for this long
                              since the last piece (default: 60s)
  --drain DURATION            Read on after the end (from 0ms to 2s)
  --header K=V ...            An HTTP header of the request
  --param K=JSON ...          A field of the request body

Sampling:
  --temperature N             Sampling temperature (from 0 to 2)
  --max-tokens N              Most tokens of the answer (at least 1)
  --seed N                    Sampling seed
  --stop TEXT ...             Stop at this text

Output:
  --reasoning show|hide|only  What to do with the reasoning (default: show)
  --speed N|max               Pace of the replay
  --json                      Print one JSON object

General:
  -h, --help                  Show this help
  --version                   Show the version
  --lang zh|en                Language of the messages (default: that of the
                              system)
  --color, --no-color         Use colors or do not (default: only on a terminal)
  --verbose                   Say more about what is done

Notes:
  DURATION is a number with a unit: 300ms, 2s, 1m, 1h.
  What follows -- is no flag: bun scripts/ask.ts -- --help me
`);
});

test("help in English at 40 columns", () => {
  expect(renderHelp(sampleCommand, { language: "en", width: 40 }))
    .toBe(`Ask one question and show the answer as
it streams

Usage: bun scripts/ask.ts [FLAGS] [QUESTION]

Examples:
  # one question
  bun scripts/ask.ts "Why is the sky blue?"
  # see the stream itself, without a key
  bun scripts/ask.ts --demo --wire
  # any other field of the request
  bun scripts/ask.ts "Hi" --param "response_format={type:'json_object'}"

  QUESTION
      What to ask; - reads it from stdin

Question:
  --prompt TEXT
      The question, as a flag
  --system TEXT
      System message

Endpoint:
  --provider NAME
      A provider from the table
      (default: siliconflow)
  --demo
      Ask the embedded endpoint: needs
      no key and no network
  --idle-timeout DURATION
      Give up when nothing has arrived
      for this long since the last piece
      (default: 60s)
  --drain DURATION
      Read on after the end (from 0ms to
      2s)
  --header K=V ...
      An HTTP header of the request
  --param K=JSON ...
      A field of the request body

Sampling:
  --temperature N
      Sampling temperature (from 0 to 2)
  --max-tokens N
      Most tokens of the answer (at
      least 1)
  --seed N
      Sampling seed
  --stop TEXT ...
      Stop at this text

Output:
  --reasoning show|hide|only
      What to do with the reasoning
      (default: show)
  --speed N|max
      Pace of the replay
  --json
      Print one JSON object

General:
  -h, --help
      Show this help
  --version
      Show the version
  --lang zh|en
      Language of the messages (default:
      that of the system)
  --color, --no-color
      Use colors or do not (default:
      only on a terminal)
  --verbose
      Say more about what is done

Notes:
  DURATION is a number with a unit:
  300ms, 2s, 1m, 1h.
  What follows -- is no flag: bun
  scripts/ask.ts -- --help me
`);
});

test("help in Chinese at 80 columns", () => {
  expect(renderHelp(sampleCommand, { language: "zh", width: 80 }))
    .toBe(`提一个问题，边接收边显示回答

用法：bun scripts/ask.ts [选项] [问题]

示例：
  # 提一个问题
  bun scripts/ask.ts "天空为什么是蓝的？"
  # 不需要密钥，查看流本身
  bun scripts/ask.ts --demo --wire
  # 请求中的任意其他字段
  bun scripts/ask.ts "Hi" --param "response_format={type:'json_object'}"

  问题                        要问的内容；- 表示从标准输入读取

提问：
  --prompt TEXT               以选项形式给出问题
  --system TEXT               系统消息

服务端：
  --provider NAME             内置服务商（默认：siliconflow）
  --demo                      使用内置的演示服务，不需要密钥，也不需要网络
  --idle-timeout DURATION     距离上一段数据超过这个时间仍没有新数据，就放弃（默
                              认：60s）
  --drain DURATION            结束后继续读取（在 0ms 到 2s 之间）
  --header K=V ...            附加的 HTTP 请求头
  --param K=JSON ...          请求体中的字段

采样：
  --temperature N             采样温度（在 0 到 2 之间）
  --max-tokens N              回答的最大词元数（不小于 1）
  --seed N                    随机种子
  --stop TEXT ...             遇到这段文本就停止

输出：
  --reasoning show|hide|only  如何处理推理内容（默认：show）
  --speed N|max               回放速度
  --json                      输出一个 JSON 对象

通用：
  -h, --help                  显示本帮助
  --version                   显示版本号
  --lang zh|en                提示信息的语言（默认：系统语言）
  --color, --no-color         是否使用颜色（默认：仅在终端中使用）
  --verbose                   输出更多过程信息

说明：
  DURATION 是带单位的时长：300ms、2s、1m、1h。
  -- 之后的内容不再是选项：bun scripts/ask.ts -- --help me
`);
});

test("help in Chinese at 40 columns", () => {
  expect(renderHelp(sampleCommand, { language: "zh", width: 40 }))
    .toBe(`提一个问题，边接收边显示回答

用法：bun scripts/ask.ts [选项] [问题]

示例：
  # 提一个问题
  bun scripts/ask.ts "天空为什么是蓝的？"
  # 不需要密钥，查看流本身
  bun scripts/ask.ts --demo --wire
  # 请求中的任意其他字段
  bun scripts/ask.ts "Hi" --param "response_format={type:'json_object'}"

  问题
      要问的内容；- 表示从标准输入读取

提问：
  --prompt TEXT
      以选项形式给出问题
  --system TEXT
      系统消息

服务端：
  --provider NAME
      内置服务商（默认：siliconflow）
  --demo
      使用内置的演示服务，不需要密钥，也
      不需要网络
  --idle-timeout DURATION
      距离上一段数据超过这个时间仍没有新
      数据，就放弃（默认：60s）
  --drain DURATION
      结束后继续读取（在 0ms 到 2s 之
      间）
  --header K=V ...
      附加的 HTTP 请求头
  --param K=JSON ...
      请求体中的字段

采样：
  --temperature N
      采样温度（在 0 到 2 之间）
  --max-tokens N
      回答的最大词元数（不小于 1）
  --seed N
      随机种子
  --stop TEXT ...
      遇到这段文本就停止

输出：
  --reasoning show|hide|only
      如何处理推理内容（默认：show）
  --speed N|max
      回放速度
  --json
      输出一个 JSON 对象

通用：
  -h, --help
      显示本帮助
  --version
      显示版本号
  --lang zh|en
      提示信息的语言（默认：系统语言）
  --color, --no-color
      是否使用颜色（默认：仅在终端中使
      用）
  --verbose
      输出更多过程信息

说明：
  DURATION 是带单位的时长：300ms、2s、
  1m、1h。
  -- 之后的内容不再是选项：bun
  scripts/ask.ts -- --help me
`);
});

test("help is 80 columns wide unless told otherwise", () => {
  expect(renderHelp(sampleCommand, { language: "en" })).toBe(
    renderHelp(sampleCommand, { language: "en", width: 80 }),
  );
});

test("help fills no line beyond its width, except what is to be copied", () => {
  for (const language of ["en", "zh"] as const) {
    for (let width = 40; width <= 120; width++) {
      const lines = renderHelp(sampleCommand, { language, width }).split("\n");
      const wide = lines.filter((line) => Bun.stringWidth(line) > width);
      expect(wide.filter((line) => !line.includes("bun scripts/ask.ts"))).toEqual([]);
    }
  }
});

test("help in color has the same text", () => {
  const colored = renderHelp(sampleCommand, { language: "zh", colors: createColors(true) });
  expect(colored).toContain("\u001b[1m示例：\u001b[22m");
  expect(colored).toContain("\u001b[36m--seed N\u001b[39m");
  expect(Bun.stripANSI(colored)).toBe(renderHelp(sampleCommand, { language: "zh" }));
});

test("help of a small command has no empty parts", () => {
  const group = { en: "General", zh: "通用" };
  const small = declareCommand({
    verb: "small",
    summary: { en: "Do little", zh: "做一点事" },
    examples: [{ args: "", description: { en: "all of it", zh: "全部" } }],
    flags: {
      fast: { type: "boolean", group, description: { en: "Be quick", zh: "快一点" } },
    },
  });
  expect(renderHelp(small, { language: "en" })).toBe(`Do little

Usage: bun scripts/small.ts [FLAGS]

Examples:
  # all of it
  bun scripts/small.ts

General:
  --fast  Be quick
`);
});
