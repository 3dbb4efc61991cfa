import { FileTooLargeError } from "../../bounded_file.ts";
import type { Bilingual, Message } from "../../report/message.ts";

const REASONS: Readonly<Record<string, Bilingual>> = {
  EACCES: { en: "permission denied", zh: "没有权限" },
  EPERM: { en: "permission denied", zh: "没有权限" },
  EROFS: { en: "the disk is read-only", zh: "磁盘是只读的" },
  ENOENT: { en: "there is no such file or folder", zh: "没有这个文件或文件夹" },
  ENOTDIR: { en: "a part of the path is no folder", zh: "路径中有一部分不是文件夹" },
  EISDIR: { en: "it is a folder", zh: "它是一个文件夹" },
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
