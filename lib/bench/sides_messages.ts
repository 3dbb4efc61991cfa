import type { Message } from "../base/message.ts";
import type { Api } from "../settings/api.ts";

export function apiTwice(api: Api): Message {
  return {
    cause: { en: `--api names ${api} twice`, zh: `--api 中 ${api} 出现了两次` },
    step: {
      en: `To compare ${api} with itself: --api ${api} --versus`,
      zh: `要与自身比较，请用 --api ${api} --versus`,
    },
  };
}

export function versusWithApis(): Message {
  return {
    cause: {
      en: "--api names several protocols, and --versus has one a side",
      zh: "--api 给出了多个协议，而 --versus 每一侧只用一个",
    },
    step: {
      en: "Name the second one with --versus-api, or leave --versus out",
      zh: "用 --versus-api 给出第二个协议，或去掉 --versus",
    },
  };
}

/** What is wrong is wrong with this one of several targets. */
export function inSide(name: string, message: Message): Message {
  const { cause, step } = message;
  // Of --versus the second target has flags of its own.
  const itsFlags = (text: string): string =>
    name === "B"
      ? text.replaceAll(/--(base-url|provider|model|api|key-env)\b/g, "--versus-$1")
      : text;
  const named = { en: `${name}: ${itsFlags(cause.en)}`, zh: `${name}：${itsFlags(cause.zh)}` };
  if (step === undefined) return { cause: named };
  return { cause: named, step: { en: itsFlags(step.en), zh: itsFlags(step.zh) } };
}

/** Of several targets nothing else may be several. */
export function notWithSides(flag: string, other: string): Message {
  return {
    cause: {
      en: `${other} cannot be used with several ${flag === "--api" ? "protocols" : "targets"} (${flag})`,
      zh: `${other} 不能与多个${flag === "--api" ? "协议" : "目标"}（${flag}）同用`,
    },
    step: { en: "Do one after the other", zh: "请分开进行" },
  };
}
