import type { Flags } from "../command/flag_types.ts";
import { readCache, readSynthetic, readThink } from "./flag_values.ts";
import { prompts, trafficFlags } from "./traffic_flags.ts";

/** The flags that say what is asked in a run. */
export const promptFlags = {
  prompt: {
    type: "text",
    group: prompts,
    description: { en: "Ask this every time", zh: "每次都用这个提示词" },
  },
  prompts: {
    type: "text",
    hint: "FILE",
    group: prompts,
    description: {
      en: "Take prompts in turn from .txt, .jsonl or ShareGPT; - is stdin",
      zh: "依次使用文件中的提示词（.txt、.jsonl、ShareGPT）；- 为标准输入",
    },
  },
  turns: {
    type: "number",
    integer: true,
    min: 1,
    max: 1000,
    group: prompts,
    description: {
      en: "Talk: so many turns a conversation, each sent with the answers that came; --concurrency users at a time",
      zh: "多轮对话：每个对话的轮数，每轮都带上收到的回答；--concurrency 为同时对话的用户数",
    },
  },
  think: {
    type: "custom",
    hint: "T|T1..T2|open",
    group: prompts,
    description: {
      en: "How long a user thinks before the next turn, of two evenly spread; open: the model's reasoning begins without <think>",
      zh: "用户在下一轮之前思考多久，给出两个时在其间均匀分布；open：模型的推理开头没有 <think>",
    },
    read: readThink,
  },
  synthetic: {
    type: "custom",
    hint: "in=I,out=O",
    group: prompts,
    description: {
      en: "Seeded words of I tokens; answers of O tokens",
      zh: "长 I 个 token 的随机词，回答 O 个 token",
    },
    read: readSynthetic,
  },
  images: {
    type: "text",
    hint: "FILE|synthetic=WxH",
    repeatable: true,
    words: true,
    group: prompts,
    description: {
      en: "A picture with each question: of these files in turn, or made up, another one each time",
      zh: "每个问题附一张图片：轮流取自这些文件，或每次生成不同的一张",
    },
  },
  tools: {
    type: "text",
    hint: "FILE",
    group: prompts,
    description: {
      en: "Tools that the model may call, as a JSON list in the form of any protocol",
      zh: "模型可以调用的工具：JSON 列表，任一协议的写法均可",
    },
  },
  mix: {
    type: "text",
    hint: "FILE",
    group: prompts,
    description: {
      en: "Several kinds of requests, or models, in one run: a JSON list with name, share, and prompts of each",
      zh: "在一次运行中混合多种请求或模型：JSON 列表，每项有 name、share 和提示词",
    },
  },
  ...trafficFlags,
  cache: {
    type: "custom",
    hint: "unique|reuse|pairs|share=S,groups=N",
    group: prompts,
    description: {
      en: "unique begins each prompt with a mark of its own, so that no cache answers; pairs sends each twice; share=0.6 has 60 % of the tokens of --synthetic prompts come out of the cache, in groups (8) that begin alike",
      zh: "unique 会在每个提示词开头加唯一标记，避免命中缓存；pairs 每个发两次；share=0.6 使 --synthetic 提示词 60% 的 token 来自缓存，分组（默认 8 组）共用开头",
    },
    shownDefault: "unique",
    read: readCache,
  },
} as const satisfies Flags;
