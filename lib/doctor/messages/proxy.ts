import type { Bilingual, Message } from "../../base/message.ts";
import type { ProxySetting } from "../../settings/proxy_choice.ts";

/** Where a proxy is, without its user name and password. */
export function proxyName({
  variable,
  protocol,
  host,
  port,
  hasPassword,
}: ProxySetting): Bilingual {
  const name = host.includes(":") ? `[${host}]` : host;
  const address = `${protocol}://${hasPassword ? "***@" : ""}${name}:${port}`;
  return { en: `${address} (${variable})`, zh: `${address}（${variable}）` };
}

export function noProxy(): Message {
  return { cause: { en: "none is set", zh: "没有设置代理" } };
}

export function proxyUsed(host: string, proxy: ProxySetting): Message {
  const name = proxyName(proxy);
  return {
    cause: {
      en: `requests to ${host} go through ${name.en}`,
      zh: `发往 ${host} 的请求经过 ${name.zh}`,
    },
  };
}

/** Set, and no request goes to an endpoint that is known. */
export function proxiesSet(proxies: readonly ProxySetting[]): Message {
  const names = proxies.map(proxyName);
  return {
    cause: {
      en: `${names.map(({ en }) => en).join(", ")} set`,
      zh: `已设置 ${names.map(({ zh }) => zh).join("、")}`,
    },
  };
}

/** Set for the other protocol. */
export function proxyNotUsed(host: string): Message {
  return {
    cause: {
      en: `requests to ${host} go directly`,
      zh: `发往 ${host} 的请求不经过代理`,
    },
  };
}

/** `HTTP_PROXY` alone is a common mistake: every service speaks https. */
export function proxyForHttpOnly(host: string, windows: boolean): Message {
  return {
    cause: {
      en: `HTTP_PROXY is set, but not HTTPS_PROXY: requests to ${host} go directly`,
      zh: `设置了 HTTP_PROXY，但没有 HTTPS_PROXY：发往 ${host} 的请求不经过代理`,
    },
    step: {
      en: `If the endpoint needs it: ${setProxy(windows)}`,
      zh: `如果访问接口需要代理：${setProxy(windows)}`,
    },
  };
}

export function proxyExcepted(host: string, proxy: ProxySetting): Message {
  const name = proxyName(proxy);
  return {
    cause: {
      en: `${name.en} is set, but NO_PROXY excepts ${host}`,
      zh: `设置了 ${name.zh}，但 NO_PROXY 排除了 ${host}`,
    },
  };
}

/** PowerShell and the other shells write it differently. */
function setProxy(windows: boolean): string {
  return windows
    ? '$env:HTTPS_PROXY="http://127.0.0.1:PORT"'
    : 'export HTTPS_PROXY="http://127.0.0.1:PORT"';
}

export function proxyUnsupported(proxy: ProxySetting, windows: boolean): Message {
  const name = proxyName(proxy);
  return {
    cause: {
      en: `${name.en} cannot be used: Bun takes http:// and https:// proxies only`,
      zh: `无法使用 ${name.zh}：Bun 只支持 http:// 和 https:// 代理`,
    },
    step: {
      en: `Most proxy programs have an http port, too (Clash: 7890): ${setProxy(windows)}`,
      zh: `多数代理程序同时提供 http 端口（Clash 为 7890）：${setProxy(windows)}`,
    },
  };
}

export function proxyIgnored(proxy: ProxySetting, windows: boolean): Message {
  const name = proxyName(proxy);
  return {
    cause: {
      en: `${name.en} is not used: Bun passes over a proxy other than http:// or https:// there`,
      zh: `${name.zh} 不起作用：Bun 会忽略其中 http:// 和 https:// 以外的代理`,
    },
    step: {
      en: `If the endpoint needs it, set the program's http port: ${setProxy(windows)}`,
      zh: `如果访问接口需要代理，请设置代理程序的 http 端口：${setProxy(windows)}`,
    },
  };
}

export function proxyUnreadable(variable: string): Message {
  return {
    cause: {
      en: `The address in ${variable} cannot be read`,
      zh: `无法识别 ${variable} 中的地址`,
    },
    step: {
      en: "Write it like http://127.0.0.1:7890, or unset the variable",
      zh: "请写成类似 http://127.0.0.1:7890 的形式，或取消这个变量",
    },
  };
}

export function proxiesDiffer(used: string, other: string): Message {
  return {
    cause: {
      en: `${used} and ${other} differ: ${used} counts`,
      zh: `${used} 与 ${other} 不同：以 ${used} 为准`,
    },
    step: { en: `Set both alike, or unset ${used}`, zh: `请设为相同，或取消 ${used}` },
  };
}

export function proxyInEnvFile(
  variable: string,
  { path, windows }: { readonly path: string; readonly windows: boolean },
): Message {
  return {
    cause: {
      en: `${variable} in ${path} is ignored: a folder from elsewhere must not lead your key anywhere`,
      zh: `${path} 中的 ${variable} 不起作用：别处得来的文件夹不应左右密钥的去向`,
    },
    step: {
      en: `If the endpoint needs it: ${setProxy(windows)}`,
      zh: `如果访问接口需要代理：${setProxy(windows)}`,
    },
  };
}
