import type { Failure } from "../../measure/outcome.ts";
import type { Bilingual, Message } from "../../base/message.ts";

/** What failed on this machine: it is not the endpoint's fault. */
export function ownFault({ code, message }: Pick<Failure, "code" | "message">): Message {
  const limit = OWN_LIMITS[code ?? ""];
  if (limit !== undefined) return limit;
  return {
    cause: {
      en: `Streamgauge has a fault, and could not read the answer: ${message}`,
      zh: `Streamgauge 自身出错，无法读取回答：${message}`,
    },
  };
}

const MORE_HANDLES: Bilingual = {
  en: "Raise the limit (ulimit -n 4096), or have fewer requests at a time",
  zh: "请提高上限（ulimit -n 4096），或减少同时进行的请求",
};

const FEWER_AT_A_TIME: Bilingual = {
  en: "Have fewer requests at a time, or close what else is running",
  zh: "请减少同时进行的请求，或关闭其他程序",
};

/** What this machine had no more of, by the system's code. */
const OWN_LIMITS: Readonly<Record<string, Message>> = {
  EMFILE: {
    cause: {
      en: "This process may open no more files and connections (EMFILE)",
      zh: "本进程可打开的文件和连接数已达上限（EMFILE）",
    },
    step: MORE_HANDLES,
  },
  ENFILE: {
    cause: {
      en: "This machine may open no more files and connections (ENFILE)",
      zh: "本机可打开的文件和连接数已达上限（ENFILE）",
    },
    step: FEWER_AT_A_TIME,
  },
  EADDRNOTAVAIL: {
    cause: {
      en: "This machine has no free port left for a connection (EADDRNOTAVAIL)",
      zh: "本机没有空闲端口可用于连接（EADDRNOTAVAIL）",
    },
    step: FEWER_AT_A_TIME,
  },
  ENOBUFS: {
    cause: {
      en: "This machine has no memory left for connections (ENOBUFS)",
      zh: "本机没有内存可用于连接（ENOBUFS）",
    },
    step: FEWER_AT_A_TIME,
  },
  ENOMEM: {
    cause: {
      en: "This machine has no memory left (ENOMEM)",
      zh: "本机内存不足（ENOMEM）",
    },
    step: FEWER_AT_A_TIME,
  },
};
