import type { Bilingual, Message } from "../../base/message.ts";
import { type Api, APIS } from "../api.ts";
import { type Provider, servedApis } from "../providers.ts";

// No message takes a text that may hold a key: whatever could not be read stays out of these.

/** `name` is `null` when what was given looks more like a key than a name. */
export function unknownProvider(
  name: string | null,
  { names, suggestion }: { names: readonly string[]; suggestion: string | null },
): Message {
  const list = names.join(", ");
  return {
    cause: {
      en: name === null ? "Unknown --provider" : `Unknown --provider "${name}"`,
      zh: name === null ? "未知的 --provider" : `未知的 --provider "${name}"`,
    },
    step: {
      en: suggestion === null ? `Known: ${list}` : `Did you mean "${suggestion}"? Known: ${list}`,
      zh: suggestion === null ? `可用：${list}` : `是否指 "${suggestion}"？可用：${list}`,
    },
  };
}

export function providerAgainstBaseUrl(provider: Provider, host: string): Message {
  return {
    cause: {
      en: `--provider ${provider.name} and --base-url do not fit together: ${host} is not a host of ${provider.title}`,
      zh: `--provider ${provider.name} 与 --base-url 冲突：${host} 不是 ${provider.title} 的主机`,
    },
    step: { en: "Leave one of the two out", zh: "请去掉其中一个" },
  };
}

export function baseUrlIsNoUrl(setting: string): Message {
  return {
    cause: {
      en: `Cannot read the URL in ${setting}: it is not a valid http:// or https:// address`,
      zh: `无法识别 ${setting} 中的网址：不是有效的 http:// 或 https:// 地址`,
    },
    step: {
      en: "Write it like https://api.siliconflow.cn/v1",
      zh: "请写成类似 https://api.siliconflow.cn/v1 的形式",
    },
  };
}

export function baseUrlHasUserInfo(setting: string): Message {
  return {
    cause: {
      en: `The URL in ${setting} holds a user name or password before "@"`,
      zh: `${setting} 中的网址在 "@" 之前带有用户名或密码`,
    },
    step: {
      en: "Leave that part out: a key belongs in an environment variable or in .env",
      zh: "请删去这一部分：密钥应写在环境变量或 .env 中",
    },
  };
}

export function baseUrlHasParts(setting: string): Message {
  return {
    cause: {
      en: `The URL in ${setting} holds a "?" or a "#"`,
      zh: `${setting} 中的网址含有 "?" 或 "#"`,
    },
    step: {
      en: "End it with the path, like https://api.siliconflow.cn/v1: a key belongs in an environment variable or in .env",
      zh: "网址应以路径结尾，例如 https://api.siliconflow.cn/v1；密钥应写在环境变量或 .env 中",
    },
  };
}

export function baseUrlWrongDoor(setting: string, provider: Provider): Message {
  return {
    cause: {
      en: `The URL in ${setting} reaches ${provider.title} without https or at another port`,
      zh: `${setting} 中的网址访问 ${provider.title} 时没有使用 https，或端口不对`,
    },
    step: { en: `Use ${provider.baseUrl}`, zh: `请使用 ${provider.baseUrl}` },
  };
}

export function baseUrlPutTogether(path: string): Message {
  return {
    cause: {
      en: `OPENAI_BASE_URL in ${path} is put together from other variables`,
      zh: `${path} 中的 OPENAI_BASE_URL 由其他变量拼接而成`,
    },
    step: {
      en: "Write the whole URL out: otherwise a key could become part of it",
      zh: "请写出完整的网址，否则密钥可能混入其中",
    },
  };
}

/** `isOther`: no protocol was named, and this is not the one that is spoken then. */
export function endpointPathRemoved(
  host: string,
  { api, isOther }: { readonly api: Api; readonly isOther: boolean },
): Message {
  const { path } = APIS[api];
  return {
    cause: {
      en: `"${path}" was taken off the base URL of ${host}: it is added to each request`,
      zh: `已从 ${host} 的网址中去掉 "${path}"：发送请求时会自动加上`,
    },
    ...(isOther ? { step: askOver(api) } : undefined),
  };
}

/** No protocol was named, and the path belongs to one that is not spoken then. */
export function apiOfBaseUrl(host: string, api: Api): Message {
  const { title } = APIS[api];
  return {
    cause: {
      en: `The path in the base URL of ${host} is that of its ${title}`,
      zh: `${host} 的网址中的路径属于 ${title} 协议`,
    },
    step: askOver(api),
  };
}

function askOver(api: Api): Bilingual {
  return {
    en: `To ask over ${APIS[api].title}: --api ${api}`,
    zh: `要使用 ${APIS[api].title} 协议，请加上 --api ${api}`,
  };
}

/** The path of another protocol's base URL stood there. */
export function rowPathReplaced(
  host: string,
  { api, path }: { readonly api: Api; readonly path: string },
): Message {
  const { title } = APIS[api];
  return {
    cause: {
      en: `For ${title}, the path "${path === "" ? "/" : path}" is used in the base URL of ${host}`,
      zh: `${host} 的网址中改用 ${title} 协议的路径 "${path === "" ? "/" : path}"`,
    },
  };
}

/** Nothing was sent: it is known that there is nothing to answer it. */
export function apiNotServed(provider: Provider, api: Api): Message {
  const { title } = provider;
  const flags = servedApis(provider).map((served) => `--api ${served}`);
  return {
    cause: {
      en: `Cannot ask ${title} over ${APIS[api].title}: it has no such endpoint`,
      zh: `无法通过 ${APIS[api].title} 协议请求 ${title}：它没有这个接口`,
    },
    step: {
      en: `It answers to ${flags.join(", ")}`,
      zh: `它支持 ${flags.join("、")}`,
    },
  };
}

export function doubledV1Removed(host: string): Message {
  return {
    cause: {
      en: `The base URL of ${host} ends with "/v1" twice: one is used`,
      zh: `${host} 的网址末尾有两个 "/v1"：只保留一个`,
    },
  };
}

export function rowPathAdded(host: string, path: string): Message {
  return {
    cause: {
      en: `"${path}" was completed in the base URL of ${host}`,
      zh: `已在 ${host} 的网址后补上 "${path}"`,
    },
  };
}

export function v1Added(host: string): Message {
  return {
    cause: {
      en: `"/v1" was added to the base URL of ${host}`,
      zh: `已在 ${host} 的网址后补上 "/v1"`,
    },
    step: {
      en: "If the server answers under another path, write that path in the URL",
      zh: "如果服务使用其他路径，请在网址中写明",
    },
  };
}
