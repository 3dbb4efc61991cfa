import type { Bilingual, Message } from "../../base/message.ts";
import { CONNECTION_REUSED } from "../../wire/exchange_ending.ts";
import type { ProxySetting } from "../../settings/proxy_choice.ts";
import type { FailedRequest } from "./failures.ts";
import { tlsFailure } from "./tls.ts";

const BROKEN_COMPRESSION: Bilingual = {
  en: "the compressed body is damaged",
  zh: "压缩的响应体已损坏",
};

/** What the system says of a connection that could not be opened, or broke off. */
export const NETWORK_CODES: Readonly<Record<string, Bilingual>> = {
  ECONNREFUSED: { en: "the connection was refused", zh: "连接被拒绝" },
  ECONNRESET: { en: "the connection was reset", zh: "连接被重置" },
  ENOTFOUND: { en: "there is no such host", zh: "找不到该主机" },
  EAI_AGAIN: { en: "its name could not be resolved", zh: "域名解析失败" },
  ETIMEDOUT: { en: "the connection timed out", zh: "连接超时" },
  Malformed_HTTP_Response: { en: "what came back is not HTTP", zh: "返回的内容不是 HTTP" },
  InvalidHTTPResponse: { en: "the response breaks the rules of HTTP", zh: "响应不符合 HTTP 规范" },
  UnsupportedProxyProtocol: {
    en: "the proxy is of a kind that does not work here",
    zh: "代理的类型不受支持",
  },
  ZlibError: BROKEN_COMPRESSION,
  BrotliDecompressionError: BROKEN_COMPRESSION,
  ZstdDecompressionError: BROKEN_COMPRESSION,
  [CONNECTION_REUSED]: {
    en: "it had closed the open connection that was used again",
    zh: "复用的连接已被对方关闭",
  },
};

/** No answer came: what stood in the way, and what to do. */
export function unreachable(request: FailedRequest): Message {
  const { failure, host, loopback, proxy } = request;
  const code = failure.code ?? "";
  const known = NETWORK_CODES[code] ?? { en: failure.message, zh: failure.message };
  const why =
    code === "" || known.en === code
      ? known
      : { en: `${known.en} (${code})`, zh: `${known.zh}（${code}）` };
  const cause = {
    en: `Cannot reach ${host}: ${why.en}`,
    zh: `无法连接 ${host}：${why.zh}`,
  };
  const tls = tlsFailure(code, { loopback });
  if (tls !== null) {
    return {
      cause: {
        en: `Cannot reach ${host}: ${tls.what.en} (${code})`,
        zh: `无法连接 ${host}：${tls.what.zh}（${code}）`,
      },
      step: tls.step,
    };
  }
  if (code === "ERR_PROXY_TUNNEL" && proxy !== undefined) {
    return tunnelRefused(request, { proxy, status: /\b[45]\d\d\b/.exec(failure.message)?.[0] });
  }
  if (/PROXY/i.test(code)) {
    return {
      cause,
      step: {
        en: "Bun takes http:// and https:// proxies: change or unset HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
        zh: "Bun 只支持 http:// 和 https:// 代理：请修改或取消 HTTP_PROXY、HTTPS_PROXY、ALL_PROXY",
      },
    };
  }
  if (proxy !== undefined) return proxyUnreachable(request, { proxy, why });
  if (code === "ECONNRESET") {
    return {
      cause,
      step: {
        en: "It was there, and broke off before it answered: ask again, or see its log",
        zh: "对方在响应之前断开了连接：请重试，或查看服务端日志",
      },
    };
  }
  if (loopback) {
    return {
      cause,
      step: {
        en: "Is the server running, and is the port right?",
        zh: "服务启动了吗？端口正确吗？",
      },
    };
  }
  return {
    cause,
    step: {
      en: "Check the network, the base URL, and the proxy variables (HTTP_PROXY, HTTPS_PROXY)",
      zh: "请检查网络、base URL 和代理变量（HTTP_PROXY、HTTPS_PROXY）",
    },
  };
}

function proxyUnreachable(
  { host, windows }: FailedRequest,
  { proxy, why }: { readonly proxy: ProxySetting; readonly why: Bilingual },
): Message {
  const { variable } = proxy;
  const place = placeOf(proxy);
  const unset = windows ? `Remove-Item Env:${variable}` : `unset ${variable}`;
  return {
    cause: {
      en: `Cannot reach ${host} through the proxy ${place} in ${variable}: ${why.en}`,
      zh: `无法通过 ${variable} 中的代理 ${place} 连接 ${host}：${why.zh}`,
    },
    step: {
      en: `Start the proxy, or do without it: ${unset}`,
      zh: `请启动代理，或取消代理变量：${unset}`,
    },
  };
}

/** The proxy is there, and does not let the request through. */
export function tunnelRefused(
  { host, windows }: FailedRequest,
  { proxy, status = "" }: { readonly proxy: ProxySetting; readonly status?: string | undefined },
): Message {
  const { variable } = proxy;
  const place = placeOf(proxy);
  if (status === "407") {
    return {
      cause: {
        en: `The proxy ${place} in ${variable} wants a user name and a password (407)`,
        zh: `${variable} 中的代理 ${place} 需要用户名和密码（407）`,
      },
      step: {
        en: `Write them into ${variable}: http://USER:PASSWORD@${place}`,
        zh: `请写入 ${variable}：http://用户名:密码@${place}`,
      },
    };
  }
  const unset = windows ? `Remove-Item Env:${variable}` : `unset ${variable}`;
  return {
    cause: {
      en: `The proxy ${place} in ${variable} does not let requests to ${host} through (${status || "refused"})`,
      zh: `${variable} 中的代理 ${place} 拒绝转发到 ${host} 的请求（${status || "已拒绝"}）`,
    },
    step: {
      en: `Allow the host in the proxy, or do without it: ${unset}`,
      zh: `请在代理中放行该主机，或取消代理变量：${unset}`,
    },
  };
}

function placeOf({ host, port }: ProxySetting): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
