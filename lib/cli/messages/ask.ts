import type { AnotherAttempt } from "../../chat/complete_chat.ts";
import type { Failure } from "../../measure/outcome.ts";
import type { Bilingual, Message } from "../../report/message.ts";

/** Messages of sending one request. */

export function headerInvalid(name: string): Message {
  return {
    cause: {
      en: `Cannot send header "${name}": its name or its value has a character that HTTP does not allow`,
      zh: `无法发送请求头 "${name}"：名称或值中有 HTTP 不允许的字符`,
    },
  };
}

export function headerHoldsKey(name: string): Message {
  return {
    cause: {
      en: `Cannot take header "${name}" as an argument: other programs can read it, and the shell keeps it`,
      zh: `不能通过参数设置请求头 "${name}"：其他程序可以看到它，shell 也会记录它`,
    },
    step: {
      en: "Put the key into .env and name its variable with --key-env",
      zh: "请把密钥写入 .env，并用 --key-env 指定变量名",
    },
  };
}

export function noQuestion(): Message {
  return {
    cause: { en: "Cannot ask: there is no question", zh: "无法提问：没有问题内容" },
    step: {
      en: 'Put it in quotes: bun scripts/ask.ts "Why is the sky blue?", or see --help',
      zh: '请用引号给出问题：bun scripts/ask.ts "天空为什么是蓝的？"，或查看 --help',
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

export function playingDemo(): Message {
  return {
    cause: {
      en: "Demo: a recorded answer from the built-in endpoint, whatever the question",
      zh: "演示：内置接口播放一段录制的回答，与问题无关",
    },
  };
}

export function demoHint(): Message {
  return {
    cause: {
      en: 'Ask a real model with a key in .env: npx bun scripts/ask.ts "question"',
      zh: '在 .env 中写入密钥后即可向真实模型提问：npx bun scripts/ask.ts "问题"',
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
  const what = failure.status === null ? (failure.code ?? failure.message) : String(failure.status);
  const seconds = (delay / 1000).toFixed(1);
  return {
    cause: {
      en: `Attempt ${attempts} failed (${what}): trying again in ${seconds} s`,
      zh: `第 ${attempts} 次请求失败（${what}）：${seconds} 秒后重试`,
    },
  };
}

export function onlyModel(model: string): Message {
  return {
    cause: {
      en: `Using ${model}, the endpoint's only model`,
      zh: `使用该接口唯一的模型 ${model}`,
    },
  };
}

const nameAModel: Bilingual = { en: "Name one with --model", zh: "请用 --model 指定一个" };

export function modelNeeded(names: readonly string[]): Message {
  const shown = names.slice(0, 20).join(", ");
  const more = names.length > 20 ? ` … (${names.length})` : "";
  return {
    cause: {
      en:
        names.length === 0
          ? "Cannot choose a model: the endpoint lists none"
          : `Cannot choose a model: the endpoint has ${names.length}: ${shown}${more}`,
      zh:
        names.length === 0
          ? "无法选择模型：该接口没有列出任何模型"
          : `无法选择模型：该接口有 ${names.length} 个：${shown}${more}`,
    },
    step: nameAModel,
  };
}

/** The endpoint's models were needed; `message` tells why there is no list of them. */
export function modelsNotListed(message: Message, { kind, status }: Failure): Message {
  if (kind === "not_a_completion") return modelNeeded([]);
  // Where the key is right and the path is not, the endpoint may just have no list.
  const step = kind === "status" && status !== 401 ? nameAModel : message.step;
  return {
    cause: {
      en: `Cannot choose a model: ${message.cause.en}`,
      zh: `无法选择模型：${message.cause.zh}`,
    },
    ...(step === undefined ? undefined : { step }),
  };
}

export function modelAskedLater(): Message {
  return {
    cause: {
      en: "No --model: the endpoint would be asked for its models first",
      zh: "没有 --model：发送前会先向接口查询模型列表",
    },
  };
}
