import type { Message } from "../../base/message.ts";

/** `textsBy`: the flag that takes texts. `null`: there is none. */
export function imageUnknown(
  path: string,
  { textsBy }: { readonly textsBy: string | null },
): Message {
  return {
    cause: {
      en: `Cannot attach "${path}": it is no PNG, JPEG, WebP or GIF picture`,
      zh: `无法附加 "${path}"：不是 PNG、JPEG、WebP 或 GIF 图片`,
    },
    ...(textsBy === null
      ? undefined
      : { step: { en: `${textsBy} attaches texts`, zh: `文本文件请用 ${textsBy}` } }),
  };
}
