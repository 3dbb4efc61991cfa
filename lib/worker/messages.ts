import type { Message } from "../base/message.ts";
import type { WorkerCard } from "../load/fleet/orders.ts";
import type { SeatEnd } from "../load/fleet/seat.ts";

/** What a worker says. */

export function joined(shown: string, { name, cores, streams }: WorkerCard): Message {
  const many = cores === 1 ? "core" : "cores";
  return {
    cause: {
      en: `Worker ${name} has joined the fleet at ${shown}: ${cores} ${many}, ${streams} streams per process`,
      zh: `工作机 ${name} 已加入集群 ${shown}：${cores} 核，每个进程可承载 ${streams} 个流`,
    },
    step: { en: "Ctrl-C ends it", zh: "按 Ctrl-C 退出" },
  };
}

export function seated(bench: string): Message {
  return { cause: { en: `Bench ${bench}: taking part`, zh: `测试 ${bench}：参与中` } };
}

export function left(bench: string, end: SeatEnd): Message {
  const { en, zh } = ENDS[end];
  return { cause: { en: `Bench ${bench}: ${en}`, zh: `测试 ${bench}：${zh}` } };
}

const ENDS: Readonly<Record<SeatEnd, Message["cause"]>> = {
  bench: { en: "over", zh: "已结束" },
  lost: {
    en: "it took this worker for lost; what was measured is handed in",
    zh: "它认为本机已失联；已测得的数据已提交",
  },
  alone: {
    en: "it has ended without a word; what was measured is kept for --collect",
    zh: "它已意外结束；已测得的数据保留，可用 --collect 收集",
  },
  stopped: { en: "left before its end", zh: "提前退出" },
};

export function leaving(): Message {
  return {
    cause: {
      en: "Stopping: what is in flight is waited for, and handed in. Ctrl-C again gives it up",
      zh: "正在停止：等待进行中的请求并提交数据。再按一次 Ctrl-C 放弃这些请求",
    },
  };
}

export function troubled(reason: string): Message {
  return { cause: { en: `Fleet: ${reason}`, zh: `集群：${reason}` } };
}

/** A bench asks a worker to send where its own reading of the URL does not lead. */
export function otherUrl(): Message {
  return {
    cause: {
      en: "the base URL of the bench is not as this worker writes it",
      zh: "测试的网址与本工作机解析的不一致",
    },
  };
}
