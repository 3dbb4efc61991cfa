import type { Message } from "../../base/message.ts";

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

/** stdout cannot take the result: the disk is full, say. `reason` is the system's code. */
export function cannotWrite(reason: string): Message {
  return {
    cause: { en: `Cannot write to stdout: ${reason}`, zh: `无法写入标准输出：${reason}` },
  };
}
