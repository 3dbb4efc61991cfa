import type { TranscriptError } from "../../transcript/format.ts";
import type { Message } from "../../report/message.ts";

/** Messages about transcript files. */

export function transcriptMalformed(error: TranscriptError): Message {
  return { cause: { en: error.message, zh: `无法读取转录文件：${error.message}` } };
}

export function fileUnreadable(path: string, reason: string): Message {
  return {
    cause: {
      en: `Cannot read "${path}": ${reason}`,
      zh: `无法读取 "${path}"：${reason}`,
    },
  };
}

export function noTranscripts(path: string): Message {
  return {
    cause: {
      en: `Cannot replay "${path}": the folder has no .sse file`,
      zh: `无法回放 "${path}"：该文件夹中没有 .sse 文件`,
    },
  };
}

export function severalFilesArePlayed(): Message {
  return {
    cause: {
      en: "Cannot play several transcripts at once",
      zh: "不能同时播放多个转录文件",
    },
    step: {
      en: "--report and --json summarize several files, or a folder",
      zh: "--report 和 --json 可以汇总多个文件或文件夹",
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

export function fileUnwritable(path: string, reason: string): Message {
  return {
    cause: {
      en: `Cannot write "${path}": ${reason}`,
      zh: `无法写入 "${path}"：${reason}`,
    },
  };
}

export function recordingStopped(path: string, reason: string): Message {
  return {
    cause: {
      en: `The recording in "${path}" stops here: ${reason}; the answer goes on`,
      zh: `"${path}" 的录制到此中断：${reason}；回答会继续`,
    },
  };
}

export function untimed(isPrettyPrinted: boolean): Message {
  return isPrettyPrinted
    ? {
        cause: {
          en: "This file is laid out for reading, without times: its text and usage are shown",
          zh: "此文件是便于阅读的排版，没有时间信息：只显示文本和用量",
        },
      }
    : {
        cause: {
          en: "This file has no times: its text and usage are shown",
          zh: "此文件没有时间信息：只显示文本和用量",
        },
      };
}
