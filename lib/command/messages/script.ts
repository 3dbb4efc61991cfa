import { fileReason } from "./files.ts";
import type { Message } from "../../base/message.ts";
import { quoted } from "./arguments.ts";

/** A fault of the toolkit's own. The stack helps whoever mends it. */
export function unexpectedFault(error: unknown): Message {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    cause: {
      en: `Streamgauge has a fault: ${detail}`,
      zh: `Streamgauge 自身出错：${detail}`,
    },
  };
}

/** Ctrl-C came before there was anything to show. */
export function interrupted(): Message {
  return { cause: { en: "Interrupted", zh: "已中断" } };
}

/** stdout cannot take the result: the disk is full, say. `reason` is the system's code. */
export function cannotWrite(error: NodeJS.ErrnoException): Message {
  const reason = fileReason(error);
  return {
    cause: { en: `Cannot write to stdout: ${reason.en}`, zh: `无法写入标准输出：${reason.zh}` },
  };
}

/** The first word of the command line is none of the verbs. */
export function unknownVerb(verb: string, suggestion: string | null): Message {
  const shown = quoted(verb);
  return {
    cause:
      suggestion === null
        ? { en: `Unknown verb ${shown}`, zh: `未知的命令 ${shown}` }
        : {
            en: `Unknown verb ${shown}; did you mean ${suggestion}?`,
            zh: `未知的命令 ${shown}，是不是想写 ${suggestion}？`,
          },
    step: { en: "See all verbs: streamgauge --help", zh: "查看全部命令：streamgauge --help" },
  };
}
