import type { Message } from "../../base/message.ts";

export function imageUnknown(path: string): Message {
  return {
    cause: {
      en: `Cannot attach "${path}": it is no PNG, JPEG, WebP or GIF picture`,
      zh: `无法附加 "${path}"：不是 PNG、JPEG、WebP 或 GIF 图片`,
    },
    step: { en: "--file attaches texts", zh: "文本文件请用 --file" },
  };
}

/** `isNoJson`: it cannot even be parsed. */
export function schemaIsNoObject(path: string, isNoJson: boolean): Message {
  return isNoJson
    ? {
        cause: {
          en: `Cannot use schema "${path}": it is not JSON`,
          zh: `无法使用 schema "${path}"：不是 JSON`,
        },
      }
    : {
        cause: {
          en: `Cannot use schema "${path}": it is not a JSON object`,
          zh: `无法使用 schema "${path}"：不是 JSON 对象`,
        },
      };
}
