import { commonFlags, declareCommand } from "../../lib/command/declaration.ts";
import { UserError } from "../../lib/base/message.ts";

const question = { en: "Question", zh: "提问" };
const endpoint = { en: "Endpoint", zh: "服务端" };
const sampling = { en: "Sampling", zh: "采样" };
const output = { en: "Output", zh: "输出" };

/** A command with a flag of every kind. */
export const sampleCommand = declareCommand({
  verb: "ask",
  summary: {
    en: "Ask one question and show the answer as it streams",
    zh: "提一个问题，边接收边显示回答",
  },
  examples: [
    {
      args: {
        en: '"Why is the sky blue?"',
        zh: '"天空为什么是蓝的？"',
      },
      description: { en: "one question", zh: "提一个问题" },
    },
    {
      args: "--demo --wire",
      description: { en: "see the stream itself, without a key", zh: "不需要密钥，查看流本身" },
    },
    {
      args: `"Hi" --param "response_format={type:'json_object'}"`,
      description: { en: "any other field of the request", zh: "请求中的任意其他字段" },
    },
  ],
  positional: {
    name: { en: "question", zh: "问题" },
    description: {
      en: "What to ask; - reads it from stdin",
      zh: "要问的内容；- 表示从标准输入读取",
    },
    min: 0,
    max: 1,
    spoken: true,
  },
  flags: {
    prompt: {
      type: "text",
      group: question,
      description: { en: "The question, as a flag", zh: "以选项形式给出问题" },
    },
    system: {
      type: "text",
      mayBeEmpty: true,
      group: question,
      description: { en: "System message", zh: "系统消息" },
    },
    provider: {
      type: "text",
      hint: "NAME",
      group: endpoint,
      description: { en: "A provider from the table", zh: "内置服务商" },
      shownDefault: "siliconflow",
    },
    demo: {
      type: "boolean",
      group: endpoint,
      description: {
        en: "Ask the embedded endpoint: needs no key and no network",
        zh: "使用内置的演示服务，不需要密钥，也不需要网络",
      },
    },
    "idle-timeout": {
      type: "duration",
      group: endpoint,
      description: {
        en: "Give up when nothing has arrived for this long since the last piece",
        zh: "距离上一段数据超过这个时间仍没有新数据，就放弃",
      },
      shownDefault: "60s",
    },
    drain: {
      type: "duration",
      min: 0,
      max: 2_000,
      group: endpoint,
      description: { en: "Read on after the end", zh: "结束后继续读取" },
    },
    header: {
      type: "pairs",
      value: "text",
      group: endpoint,
      description: { en: "An HTTP header of the request", zh: "附加的 HTTP 请求头" },
    },
    param: {
      type: "pairs",
      value: "json",
      group: endpoint,
      description: { en: "A field of the request body", zh: "请求体中的字段" },
    },
    temperature: {
      type: "number",
      min: 0,
      max: 2,
      group: sampling,
      description: { en: "Sampling temperature", zh: "采样温度" },
    },
    "max-tokens": {
      type: "number",
      integer: true,
      min: 1,
      group: sampling,
      description: { en: "Most tokens of the answer", zh: "回答的最大词元数" },
    },
    seed: {
      type: "number",
      integer: true,
      group: sampling,
      description: { en: "Sampling seed", zh: "随机种子" },
    },
    stop: {
      type: "text",
      repeatable: true,
      group: sampling,
      description: { en: "Stop at this text", zh: "遇到这段文本就停止" },
    },
    reasoning: {
      type: "enum",
      options: ["show", "hide", "only"],
      group: output,
      description: { en: "What to do with the reasoning", zh: "如何处理推理内容" },
      shownDefault: "show",
    },
    speed: {
      type: "custom",
      hint: "N|max",
      group: output,
      description: { en: "Pace of the replay", zh: "回放速度" },
      read(text, flag): number {
        if (text === "max") return Infinity;
        const speed = Number(text);
        if (speed > 0) return speed;
        throw new UserError({ cause: { en: `${flag} is no speed`, zh: `${flag} 不是速度` } });
      },
    },
    json: {
      type: "boolean",
      group: output,
      description: { en: "Print one JSON object", zh: "输出一个 JSON 对象" },
    },
    ...commonFlags,
  },
  exclusive: [["demo", "provider"]],
});
