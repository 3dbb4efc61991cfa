import { tlsFailure } from "../../target/messages/tls.ts";
import type { Bilingual, Message } from "../../base/message.ts";

/** `step` is the name of the check that failed. */
export function skippedAfter(step: Bilingual): Message {
  return {
    cause: { en: `skipped: ${step.en} comes first`, zh: `已跳过：请先解决“${step.zh}”` },
  };
}

export function skippedWithoutEndpoint(): Message {
  return {
    cause: {
      en: "skipped: the settings come first",
      zh: "已跳过：请先解决设置问题",
    },
  };
}

/** `through` names the proxy that is looked up in the endpoint's place. */
export function hostFound(
  host: string,
  { addresses, through }: { addresses: readonly string[]; through: Bilingual | null },
): Message {
  const first = addresses.slice(0, 2).join(", ");
  const more = addresses.length > 2 ? ` … (${addresses.length})` : "";
  return named(through, { en: `${host} is ${first}${more}`, zh: `${host} 是 ${first}${more}` });
}

function named(through: Bilingual | null, what: Bilingual): Message {
  return through === null
    ? { cause: what }
    : { cause: { en: `the proxy: ${what.en}`, zh: `代理：${what.zh}` } };
}

export function addressNeedsNoDns(host: string): Message {
  return { cause: { en: `${host} is an address already`, zh: `${host} 已经是地址` } };
}

/** A public name that leads to this machine, mostly by the hosts file or a filter. */
export function hostIsBlocked(host: string, address: string): Message {
  return {
    cause: {
      en: `${host} is ${address}: something on this machine or network blocks the name`,
      zh: `${host} 解析为 ${address}：该域名被本机或网络屏蔽`,
    },
    step: {
      en: "Look into the hosts file, and switch off ad blockers and filters for this name",
      zh: "请检查 hosts 文件，并对该域名关闭广告拦截或过滤",
    },
  };
}

export function hostNotFound(
  host: string,
  { code, through }: { code: string; through: Bilingual | null },
): Message {
  const message = named(through, {
    en: `${host} has no address (${code})`,
    zh: `无法解析 ${host}（${code}）`,
  });
  return {
    ...message,
    step:
      through === null
        ? {
            en: "Is the base URL spelt right, and is this machine online? Bun does not use the system's proxy: set HTTPS_PROXY",
            zh: "base URL 拼写是否正确？网络是否连通？Bun 不使用系统代理：请设置 HTTPS_PROXY",
          }
        : checkProxy(through),
  };
}

function checkProxy(through: Bilingual): Bilingual {
  return {
    en: `Is the proxy program running, and the port right? It is ${through.en}; or unset the variable`,
    zh: `代理程序是否已启动？端口是否正确？现在是 ${through.zh}；也可以取消这个变量`,
  };
}

export function connected(place: string, through: Bilingual | null): Message {
  return named(through, { en: `${place} answers`, zh: `${place} 可以连接` });
}

const TCP_CODES: Readonly<Record<string, Bilingual>> = {
  ECONNREFUSED: { en: "refuses the connection", zh: "拒绝连接" },
  ETIMEDOUT: { en: "does not answer", zh: "没有应答" },
  EHOSTUNREACH: { en: "cannot be reached", zh: "无法到达" },
  ENETUNREACH: { en: "cannot be reached: there is no network", zh: "无法到达：没有网络" },
  ECONNRESET: { en: "cuts the connection", zh: "断开了连接" },
};

export function notConnected(
  place: string,
  failure: { code: string; loopback: boolean; through: Bilingual | null },
): Message {
  const { code, loopback, through } = failure;
  const what = TCP_CODES[code] ?? { en: "cannot be reached", zh: "无法连接" };
  const message = named(through, {
    en: `${place} ${what.en} (${code})`,
    zh: `${place} ${what.zh}（${code}）`,
  });
  if (through !== null) return { ...message, step: checkProxy(through) };
  return {
    ...message,
    step: loopback
      ? {
          en: "Start the server, and check the port in the base URL",
          zh: "请启动服务，并检查 base URL 中的端口",
        }
      : {
          en: "Check port, network and firewall. Bun does not use the system's proxy: if a browser needs one, set HTTPS_PROXY",
          zh: "请检查端口、网络和防火墙。Bun 不使用系统代理：如果浏览器需要代理，请设置 HTTPS_PROXY",
        },
  };
}

export function secured(protocol: string, through: Bilingual | null): Message {
  return named(through, {
    en: `${protocol}, the certificate is good`,
    zh: `${protocol}，证书有效`,
  });
}

export function tlsThroughProxy(): Message {
  return {
    cause: {
      en: "shaken through the proxy, with the first request",
      zh: "经过代理，在第一个请求中进行",
    },
  };
}

export function tlsUnused(): Message {
  return { cause: { en: "not used: the base URL is http", zh: "未使用：base URL 是 http" } };
}

export function notSecured(
  place: string,
  { code, words }: { code: string; words: string },
): Message {
  const known = tlsFailure(code);
  const what = known?.what ?? { en: words, zh: words };
  return {
    cause: {
      en: `No secure connection to ${place}: ${what.en} (${code})`,
      zh: `无法与 ${place} 建立安全连接：${what.zh}（${code}）`,
    },
    step: known?.step ?? {
      en: "Something on the way may cut it: try another network, or a proxy in HTTPS_PROXY",
      zh: "可能被中途切断：请更换网络，或在 HTTPS_PROXY 中设置代理",
    },
  };
}

export function modelsListed(count: number): Message {
  return {
    cause: {
      en: `${count} ${count === 1 ? "model" : "models"} listed`,
      zh: `列出了 ${count} 个模型`,
    },
  };
}

export function modelNotListed(model: string, count: number): Message {
  return {
    cause: {
      en: `${count} ${count === 1 ? "model is" : "models are"} listed, and ${model} is not among them`,
      zh: `列出了 ${count} 个模型，其中没有 ${model}`,
    },
    step: { en: "--model NAME chooses another", zh: "可用 --model NAME 换一个" },
  };
}

/** Some services do not list their models. The request that follows decides. */
export function noModelList(status: number | null): Message {
  const what = status === null || status < 300 ? "" : ` (${status})`;
  return {
    cause: {
      en: `GET /models gives no list${what}; some services have none`,
      zh: `GET /models 没有返回列表${what}；有些服务不提供`,
    },
    step: {
      en: "If the next check fails, too, check the path of the base URL: it mostly ends in /v1",
      zh: "如果下一项也失败，请检查 base URL 的路径：通常以 /v1 结尾",
    },
  };
}

/** `firstText` is a time for people, `null` when the token held no text. */
export function tokenCame(model: string, firstText: string | null): Message {
  return {
    cause: {
      en: `${model} answers${firstText === null ? "" : `, first text after ${firstText}`}`,
      zh: `${model} 有回答${firstText === null ? "" : `，首段文字用时 ${firstText}`}`,
    },
  };
}

/** The same, with the protocol over which it was found. */
export function overProtocol(title: string, message: Message): Message {
  const { en, zh } = message.cause;
  return { ...message, cause: { en: `over ${title}: ${en}`, zh: `${title} 协议：${zh}` } };
}

export function protocolNotServed(): Message {
  return { cause: { en: "the service has no such endpoint", zh: "该服务没有这个接口" } };
}
