import type { Message } from "../../report/message.ts";

/** Messages of load runs. */

export function listBad(flag: string, text: string, example: string): Message {
  return {
    cause: {
      en: `${flag} takes a form like ${example}, not "${text}"`,
      zh: `${flag} 的形式应为 ${example}，而不是 "${text}"`,
    },
  };
}

export function needs(flag: string, other: string): Message {
  return { cause: { en: `${flag} needs ${other}`, zh: `${flag} 需要 ${other}` } };
}

export function promptsUnusable(path: string, problem: string): Message {
  return {
    cause: {
      en: `Cannot take prompts from "${path}": ${problem}`,
      zh: `无法从 "${path}" 读取提示词：${problem}`,
    },
  };
}

export function severalChoicesRefused(): Message {
  return {
    cause: {
      en: "Cannot bench several choices: n is more than 1, so the streams of one request overlap",
      zh: "无法测试多个候选回答：n 大于 1 时，同一请求的多个流会重叠",
    },
  };
}

export function tooManyWorkers(workers: number, places: number): Message {
  return {
    cause: {
      en: `--workers ${workers} is more than the ${places} requests at a time`,
      zh: `--workers ${workers} 多于同时进行的请求数 ${places}`,
    },
  };
}

export function warmingUp(count: number): Message {
  return {
    cause: {
      en: `Warming up: ${count} ${count === 1 ? "request" : "requests"} of one token, not counted`,
      zh: `预热：${count} 个只生成一个 token 的请求，不计入结果`,
    },
  };
}

export function warmUpFailed(message: Message): Message {
  return {
    cause: {
      en: `The warm-up failed, so nothing was measured: ${message.cause.en}`,
      zh: `预热失败，因此没有测量：${message.cause.zh}`,
    },
    ...(message.step === undefined ? undefined : { step: message.step }),
  };
}

export function step(label: string): Message {
  return { cause: { en: `Run: ${label}`, zh: `运行：${label}` } };
}

export function simulatedDemo(spec: string): Message {
  return {
    cause: {
      en: `Demo: a simulated model in its own process (${spec})`,
      zh: `演示：独立进程中的模拟模型（${spec}）`,
    },
  };
}

export function stopping(): Message {
  return {
    cause: {
      en: "Stopping: no more requests are sent, those in flight may finish; Ctrl-C again stops now",
      zh: "正在停止：不再发送新请求，等待进行中的请求完成；再按一次 Ctrl-C 立即停止",
    },
  };
}

export function recordingFailed(count: number, reason: string): Message {
  return {
    cause: {
      en: `${count} ${count === 1 ? "stream was" : "streams were"} not recorded: ${reason}`,
      zh: `有 ${count} 个流未能录制：${reason}`,
    },
  };
}
