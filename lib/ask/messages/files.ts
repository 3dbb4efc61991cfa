import type { Message } from "../../base/message.ts";

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
