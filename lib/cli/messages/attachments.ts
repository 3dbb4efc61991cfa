import type { Message } from "../../report/message.ts";

/** Messages about files that go with a question. */

export function noRegularFile(path: string): Message {
  return {
    cause: {
      en: `Cannot read "${path}": it is a folder or a device, not a file`,
      zh: `无法读取 "${path}"：它是文件夹或设备，不是文件`,
    },
  };
}

/** `limit` is in bytes, whole MiB. */
export function attachmentTooLarge(path: string, limit: number): Message {
  const size = `${limit / 1024 / 1024} MiB`;
  return {
    cause: {
      en: `Cannot attach "${path}": it has more than ${size}`,
      zh: `无法附加 "${path}"：超过 ${size}`,
    },
  };
}

/** `limit` is in bytes, whole MiB. */
export function stdinTooLarge(limit: number): Message {
  const size = `${limit / 1024 / 1024} MiB`;
  return {
    cause: {
      en: `Cannot read stdin: it has more than ${size}`,
      zh: `无法读取标准输入：超过 ${size}`,
    },
  };
}

export function stdinIsBinary(): Message {
  return {
    cause: {
      en: "Cannot read stdin: it is no text in UTF-8 or UTF-16",
      zh: "无法读取标准输入：不是 UTF-8 或 UTF-16 文本",
    },
    step: {
      en: "If it is a text, save it as UTF-8 in an editor",
      zh: "如果是文本文件（如 GBK 编码），请用编辑器另存为 UTF-8",
    },
  };
}

export function textIsBinary(path: string, { isImage }: { readonly isImage: boolean }): Message {
  return {
    cause: {
      en: `Cannot read "${path}": it is no text in UTF-8 or UTF-16`,
      zh: `无法读取 "${path}"：不是 UTF-8 或 UTF-16 文本`,
    },
    step: isImage
      ? { en: `It is a picture: --image "${path}"`, zh: `它是图片：--image "${path}"` }
      : {
          en: "If it is a text, save it as UTF-8 in an editor",
          zh: "如果是文本文件（如 GBK 编码），请用编辑器另存为 UTF-8",
        },
  };
}

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
