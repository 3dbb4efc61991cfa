import { commonFlags, declareCommand } from "../command/declaration.ts";
import { endpointFlags, samplingFlags, readingFlags } from "../target/endpoint_flags.ts";
import { outputFlags } from "../replay/output_flags.ts";
import { questionFlags } from "./question_flags.ts";

const output = { en: "Output", zh: "输出" };

export const askCommand = declareCommand({
  verb: "ask",
  summary: {
    en: "Ask a model one question and stream the answer",
    zh: "向模型提一个问题，并流式输出回答",
  },
  examples: [
    {
      args: {
        en: '"Why is the sky blue?"',
        zh: '"天空为什么是蓝的？"',
      },
      description: { en: "ask, with the key in .env", zh: "提问，密钥在 .env 中" },
    },
    {
      args: "--demo --wire",
      description: { en: "watch a stream, without a key", zh: "不用密钥，观察一个流" },
    },
    {
      args: {
        en: '"Sum this up" < notes.txt',
        zh: '"总结一下" < notes.txt',
      },
      description: { en: "ask about a file", zh: "就一个文件提问" },
    },
    {
      args: '--provider ollama --model qwen3 --stats "Hi"',
      description: { en: "ask a local server, with metrics", zh: "询问本地服务并显示指标" },
    },
  ],
  positional: {
    name: { en: "question", zh: "问题" },
    description: {
      en: "What to ask, in quotes; - reads it from stdin. Without one: the demo",
      zh: "问题内容，请加引号；- 表示从标准输入读取。不给则播放演示",
    },
    min: 0,
    max: 1,
    spoken: true,
  },
  flags: {
    ...questionFlags,
    ...outputFlags,
    stats: {
      type: "boolean",
      group: output,
      description: { en: "Then show how it streamed, on stderr", zh: "随后在标准错误显示流式指标" },
    },
    save: {
      type: "text",
      hint: "FILE.sse",
      group: output,
      description: {
        en: "Record the stream in this file, for replay and --continue",
        zh: "把流录制到此文件，可用于回放和 --continue",
      },
    },
    force: {
      type: "boolean",
      group: output,
      description: { en: "Let --save overwrite a file", zh: "允许 --save 覆盖已有文件" },
    },
    "dry-run": {
      type: "boolean",
      group: output,
      description: {
        en: "Print the request, without the key, and send nothing",
        zh: "只打印请求（不含密钥），不发送",
      },
    },
    "list-models": {
      type: "boolean",
      group: output,
      description: {
        en: "Print the names of the endpoint's models, and ask nothing",
        zh: "列出该接口的模型名，不提问",
      },
    },
    ...endpointFlags,
    retries: { ...endpointFlags.retries, shownDefault: "2" },
    ...samplingFlags,
    ...readingFlags(output),
    ...commonFlags,
  },
  exclusive: [
    ["json", "wire", "dry-run"],
    ["demo", "provider"],
    ["demo", "base-url"],
    ["list-models", "prompt"],
    ["list-models", "continue"],
    ["list-models", "save"],
    ["list-models", "stats"],
    ["list-models", "wire"],
  ],
});
