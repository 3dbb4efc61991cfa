import type { Flags } from "../command/flag_types.ts";

const question = { en: "Question", zh: "问题" };

/** What is asked, and what goes with it. */
export const questionFlags = {
  prompt: {
    type: "text",
    group: question,
    description: { en: "The question, as a flag", zh: "以选项形式给出问题" },
  },
  file: {
    type: "text",
    hint: "FILE",
    repeatable: true,
    group: question,
    description: {
      en: "Append this text file, with its name; may be repeated",
      zh: "附上此文本文件及其文件名，可重复",
    },
  },
  image: {
    type: "text",
    hint: "FILE",
    repeatable: true,
    group: question,
    description: {
      en: "Show this picture to the model (PNG, JPEG, WebP, GIF); may be repeated",
      zh: "附上此图片（PNG、JPEG、WebP、GIF），可重复",
    },
  },
  schema: {
    type: "text",
    hint: "FILE",
    group: question,
    description: {
      en: "Have the answer in this JSON schema",
      zh: "要求回答符合此 JSON Schema",
    },
  },
  continue: {
    type: "text",
    hint: "FILE.sse",
    group: question,
    description: {
      en: "Go on with the conversation of this transcript, with its model",
      zh: "接着此转录文件中的对话提问，沿用其模型",
    },
  },
} as const satisfies Flags;
