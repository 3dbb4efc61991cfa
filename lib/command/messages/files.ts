import { FileTooLargeError } from "../../base/bounded_file.ts";
import type { Bilingual, Message } from "../../base/message.ts";

const REASONS: Readonly<Record<string, Bilingual>> = {
  EACCES: { en: "permission denied", zh: "没有权限" },
  EPERM: { en: "permission denied", zh: "没有权限" },
  EROFS: { en: "the disk is read-only", zh: "磁盘是只读的" },
  ENOENT: { en: "there is no such file or folder", zh: "没有这个文件或文件夹" },
  ENOTDIR: { en: "a part of the path is no folder", zh: "路径中有一部分不是文件夹" },
  EISDIR: { en: "it is a folder", zh: "它是一个文件夹" },
  ESPIPE: { en: "it is a pipe, not a file", zh: "它是管道，不是文件" },
  ENOSPC: { en: "the disk is full", zh: "磁盘已满" },
  EDQUOT: { en: "the disk quota is used up", zh: "磁盘配额已用完" },
  EFBIG: { en: "the file would be too large", zh: "文件过大" },
  EMFILE: { en: "too many files are open", zh: "打开的文件过多" },
  EIO: { en: "the disk has a fault", zh: "磁盘读写出错" },
};

/** Whether the system refused to open, read or write a file; anything else is a fault of ours. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

/** Why the system could not open, read or write a file, in a few words; its own where there are none of ours. */
export function fileReason(error: unknown): Bilingual {
  if (error instanceof FileTooLargeError) {
    const size = `${error.largest / 1024 / 1024} MiB`;
    return { en: `it has more than ${size}`, zh: `超过 ${size}` };
  }
  const { code, message = String(error) } = (error ?? {}) as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? { en: message, zh: message };
}

export function fileUnreadable(path: string, error: unknown): Message {
  const reason = fileReason(error);
  return {
    cause: {
      en: `Cannot read "${path}": ${reason.en}`,
      zh: `无法读取 "${path}"：${reason.zh}`,
    },
  };
}

export function fileExists(path: string): Message {
  return {
    cause: {
      en: `Cannot write "${path}": the file is there already`,
      zh: `无法写入 "${path}"：文件已存在`,
    },
    step: { en: "--force overwrites it", zh: "--force 可覆盖它" },
  };
}

export function fileUnwritable(path: string, error: unknown): Message {
  const reason = fileReason(error);
  return {
    cause: {
      en: `Cannot write "${path}": ${reason.en}`,
      zh: `无法写入 "${path}"：${reason.zh}`,
    },
  };
}

/** Two outputs go to one place; `-` is stdout. */
export function outputsCollide([one, other]: readonly [string, string], path: string): Message {
  const [en, zh] = path === "-" ? ["stdout", "标准输出"] : [`"${path}"`, `"${path}"`];
  return {
    cause: {
      en: `${one} and ${other} both write to ${en}: give each a file of its own`,
      zh: `${one} 和 ${other} 都写入${path === "-" ? "" : " "}${zh}：请各用一个文件`,
    },
  };
}

export function outputIsInput(flag: string, path: string): Message {
  return {
    cause: {
      en: `${flag} would write over "${path}", which is to be read: name another file`,
      zh: `${flag} 会覆盖要读取的 "${path}"：请换一个文件`,
    },
  };
}

/** `bytes` is its size. */
export function fileWritten(path: string, bytes: number): Message {
  const size = `${Math.max(1, Math.round(bytes / 1000)).toLocaleString("en-US")} kB`;
  return { cause: { en: `Wrote ${path} (${size})`, zh: `已写入 ${path}（${size}）` } };
}

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
