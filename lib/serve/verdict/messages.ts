import type { Message } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import { formatTime } from "../../text/units.ts";

export function verdictNeedsFaults(): Message {
  return {
    cause: {
      en: "--verdict has nothing to judge: there is no fault and no client",
      zh: "--verdict 没有可判断的内容：既没有故障，也没有客户端",
    },
    step: {
      en: "Give --fault cut, or the client's command behind --, as in: --verdict -- node client.js",
      zh: "请给出 --fault cut，或在 -- 之后写上客户端的命令，例如：--verdict -- node client.js",
    },
  };
}

export function oftenWithCommand(text: string): Message {
  return {
    cause: {
      en: `--fault ${text} has a share or a seed, but each run of the command is struck once`,
      zh: `--fault ${text} 带有 share 或 seed，但每次运行命令时故障只出现一次`,
    },
    step: { en: "Leave out share= and seed=", zh: "请去掉 share= 和 seed=" },
  };
}

/** `code` is the system's: `ENOENT`. */
export function cannotRunClient(program: string, code: string): Message {
  if (code === "ENOENT") {
    return {
      cause: {
        en: `Cannot run "${program}": there is no such program`,
        zh: `无法运行 "${program}"：没有这个程序`,
      },
    };
  }
  return {
    cause: { en: `Cannot run "${program}": ${code}`, zh: `无法运行 "${program}"：${code}` },
  };
}

const MEANS_NOTHING = {
  en: "Its verdicts would mean nothing. --verbose shows what it says",
  zh: "这样的结论没有意义。--verbose 会显示它的输出",
} as const;

const BASE_URL = {
  en: "It has to take its base URL from OPENAI_BASE_URL, or ANTHROPIC_BASE_URL, which has no /v1",
  zh: "它必须从 OPENAI_BASE_URL 或（不带 /v1 的）ANTHROPIC_BASE_URL 读取 base URL",
} as const;

const BASE_URL_AND_OUTPUT = {
  en: `${BASE_URL.en}. --verbose shows what it says`,
  zh: `${BASE_URL.zh}。--verbose 会显示它的输出`,
} as const;

/** `how` is an exit code or a signal; `asked`: it sent this server a request. */
export function clientFailsAlone(how: string, { asked }: { readonly asked: boolean }): Message {
  const cause = {
    en: `Without any fault the client ends with ${how}`,
    zh: `没有任何故障时，客户端也以 ${how} 结束`,
  };
  if (asked) return { cause, step: MEANS_NOTHING };
  return {
    cause: {
      en: `${cause.en}, and asks this server for nothing`,
      zh: `${cause.zh}，且没有向本服务请求任何内容`,
    },
    step: BASE_URL_AND_OUTPUT,
  };
}

/** `asked`: it sent this server a request. */
export function clientHangsAlone(idle: Micros, { asked }: { readonly asked: boolean }): Message {
  const time = formatTime(idle);
  return {
    cause: {
      en: `Without any fault the client does nothing for ${time} and does not end`,
      zh: `没有任何故障时，客户端也在 ${time} 内没有动作，且没有结束`,
    },
    step: asked ? MEANS_NOTHING : BASE_URL_AND_OUTPUT,
  };
}

export function clientSendsNothing(): Message {
  return {
    cause: {
      en: "The client asks this server for no completion",
      zh: "客户端没有向本服务请求任何补全",
    },
    step: BASE_URL,
  };
}

/** A line for each run, with `--verbose`. */
export function trying(
  fault: string,
  { number, of }: { readonly number: number; readonly of: number },
): Message {
  return {
    cause: { en: `${number}/${of} ${fault}`, zh: `${number}/${of} ${fault}` },
  };
}

export function tryingClient(patience: Micros): Message {
  return {
    cause: {
      en: `Running the client once without a fault, then once for each fault; a silence of ${formatTime(patience)} is too long`,
      zh: `先不带故障运行一次客户端，再对每个故障各运行一次；超过 ${formatTime(patience)} 没有动静即视为过久`,
    },
  };
}
