import { invocation } from "../../command/invocation.ts";
import type { AnotherAttempt } from "../../chat/complete_chat.ts";
import type { Failure, Outcome } from "../../measure/outcome.ts";
import type { Message } from "../../base/message.ts";
import { fileReason } from "../../command/messages/files.ts";

export function noQuestion(): Message {
  return {
    cause: { en: "Cannot ask: there is no question", zh: "无法提问：没有问题内容" },
    step: {
      en: `Put it in quotes: ${invocation("ask")} "Why is the sky blue?", or see --help`,
      zh: `请用引号给出问题：${invocation("ask")} "天空为什么是蓝的？"，或查看 --help`,
    },
  };
}

export function questionTwice(): Message {
  return {
    cause: {
      en: "Cannot ask: the question is given both as --prompt and on its own",
      zh: "无法提问：同时用 --prompt 和直接参数给出了问题",
    },
  };
}

export function waitingForStdin(): Message {
  return {
    cause: {
      en: "Waiting for the question on stdin (end it with Ctrl-D, on Windows Ctrl-Z and Enter)",
      zh: "正在从标准输入读取问题（按 Ctrl-D 结束，Windows 上按 Ctrl-Z 再回车）",
    },
  };
}

export function demoHint(): Message {
  return {
    cause: {
      en: `There was no question. Ask a real model, with a key in .env: npx ${invocation("ask")} "question"`,
      zh: `没有给出问题，所以播放了演示。提问（密钥在 .env 中）：npx ${invocation("ask")} "问题"`,
    },
  };
}

export function anotherAttempt({ reason, failure, delay, attempts }: AnotherAttempt): Message {
  if (reason === "stream_options_refused") {
    return {
      cause: {
        en: "The endpoint refuses stream_options: asking again without it, so usage may be missing",
        zh: "服务端不接受 stream_options：去掉后重新请求，可能没有用量信息",
      },
    };
  }
  if (reason === "connection_reused") {
    return {
      cause: {
        en: "The endpoint had closed the open connection: asking again over a new one",
        zh: "服务端已关闭复用的连接：改用新连接重新请求",
      },
    };
  }
  const what = failure.status === null ? (failure.code ?? failure.message) : String(failure.status);
  const seconds = (delay / 1000).toFixed(1);
  return {
    cause: {
      en: `Attempt ${attempts} failed (${what}): trying again in ${seconds} s`,
      zh: `第 ${attempts} 次请求失败（${what}）：${seconds} 秒后重试`,
    },
  };
}

/** `--list-models`; `message` tells why there is no list. */
export function modelsUnlisted(
  message: Message,
  { failure, host }: { readonly failure: Failure; readonly host: string },
): Message {
  if (failure.kind === "not_a_completion") {
    return {
      cause: {
        en: `Cannot list the models: ${host} answered with something else`,
        zh: `无法列出模型：${host} 返回的不是模型列表`,
      },
      ...(message.step === undefined ? undefined : { step: message.step }),
    };
  }
  // Nothing of a list is shown that has not come whole.
  const step = failure.kind === "truncated" ? undefined : message.step;
  return {
    cause: {
      en: `Cannot list the models: ${message.cause.en}`,
      zh: `无法列出模型：${message.cause.zh}`,
    },
    ...(step === undefined ? undefined : { step }),
  };
}

export function listingTakesNoQuestion(): Message {
  return {
    cause: {
      en: "Cannot ask a question with --list-models",
      zh: "--list-models 不能与问题一起使用",
    },
  };
}

export function questionNotRecorded(path: string): Message {
  return {
    cause: {
      en: `Cannot continue "${path}": it does not hold what was asked`,
      zh: `无法继续 "${path}"：其中没有记录所提的问题`,
    },
    step: {
      en: "--save FILE.sse records a conversation that can be continued",
      zh: "用 --save FILE.sse 保存的对话可以继续",
    },
  };
}

/** `complete` here: it is empty, or all tool calls. */
export function answerNotWhole(path: string, outcome: Outcome): Message {
  const why =
    outcome === "complete" ? { en: "empty", zh: "为空" } : { en: "not complete", zh: "不完整" };
  return {
    cause: {
      en: `Cannot continue "${path}": its answer is ${why.en}`,
      zh: `无法继续 "${path}"：其中的回答${why.zh}`,
    },
  };
}

/** For `--verbose`. */
export function responseWas(text: string): Message {
  return { cause: { en: `The response was:\n${text}`, zh: `原始响应：\n${text}` } };
}

/** The answer is over, and its recording stopped before. */
export function recordingIsCut(path: string, error: unknown): Message {
  const reason = fileReason(error);
  return {
    cause: {
      en: `The recording in "${path}" is not whole: ${reason.en}`,
      zh: `"${path}" 的录制不完整：${reason.zh}`,
    },
  };
}

export function saved(path: string): Message {
  return { cause: { en: `Saved in "${path}"`, zh: `已保存到 "${path}"` } };
}
