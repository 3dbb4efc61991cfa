import type { EndpointSettings } from "../../settings/endpoint.ts";
import { sourceName } from "../../settings/messages/keys.ts";
import { protocolUsed } from "../../target/messages/target.ts";
import type { Provider } from "../../settings/providers.ts";
import type { Bilingual, Message } from "../../base/message.ts";

export function bunAsWanted(version: string): Message {
  return { cause: { en: version, zh: version } };
}

export function bunOfOtherVersion(version: string, wanted: string): Message {
  return {
    cause: {
      en: `${version}, but the toolkit is made for ${wanted}`,
      zh: `${version}，而本工具面向 ${wanted}`,
    },
    step: {
      en: "Start it with npx bun, which takes the right one after npm install",
      zh: "请用 npx bun 启动，npm install 之后它会使用正确的版本",
    },
  };
}

export function endpointIsDemo(): Message {
  return { cause: { en: "the built-in demo", zh: "内置的演示接口" } };
}

export function endpointChosen(settings: EndpointSettings): Message {
  const { baseUrl, provider, choice } = settings;
  const over = protocolUsed(settings);
  const why = reason(choice);
  const title = provider === null ? "" : provider.title;
  return {
    cause: {
      en: `${baseUrl}${title === "" ? "" : ` (${title})`}${over.en}, ${why.en}`,
      zh: `${baseUrl}${title === "" ? "" : `（${title}）`}${over.zh}，${why.zh}`,
    },
  };
}

function reason(choice: EndpointSettings["choice"]): Bilingual {
  switch (choice.by) {
    case "provider":
      return { en: "as --provider says", zh: "由 --provider 指定" };
    case "base-url":
      return { en: "as --base-url says", zh: "由 --base-url 指定" };
    case "default":
      return { en: "the default", zh: "默认" };
    case "variable": {
      const from = sourceName(choice.source);
      return {
        en: `because ${choice.name} is set in ${from.en}`,
        zh: `因为 ${choice.name} 已设置（${from.zh}）`,
      };
    }
  }
}

export function keyShaped({ keyVariable, keySource }: EndpointSettings): Message {
  const from =
    keySource === null ? { en: "the environment", zh: "环境变量" } : sourceName(keySource);
  return {
    cause: {
      en: `${keyVariable} from ${from.en} has the shape of a key`,
      zh: `${keyVariable}（${from.zh}）的格式正确`,
    },
  };
}

/** To a server on this machine it is sent all the same. */
export function keyIsPlaceholder({ keyVariable, keySource }: EndpointSettings): Message {
  const from =
    keySource === null ? { en: "the environment", zh: "环境变量" } : sourceName(keySource);
  return {
    cause: {
      en: `${keyVariable} from ${from.en} is a placeholder, not a key`,
      zh: `${keyVariable}（${from.zh}）是占位文字，不是密钥`,
    },
    step: {
      en: "Put the key in its place; a server on this machine that wants none takes any word",
      zh: "请换成真正的密钥；本机上不需要密钥的服务接受任意文字",
    },
  };
}

export function keyUnneeded(): Message {
  return { cause: { en: "none is needed", zh: "不需要密钥" } };
}

export function keyUndecided(): Message {
  return {
    cause: {
      en: "not looked at: it depends on the endpoint",
      zh: "未检查：取决于接口",
    },
  };
}

/** Only `OPENAI_API_KEY` is set, and it does not look like one of OpenAI's. */
export function openAiKeyMayBeOther(siliconFlow: Provider): Message {
  return {
    cause: {
      en: "OPENAI_API_KEY goes to OpenAI, but it does not look like a key of OpenAI",
      zh: "OPENAI_API_KEY 会发送给 OpenAI，但它不像是 OpenAI 的密钥",
    },
    step: {
      en: `If it is a SiliconFlow key, rename it to ${siliconFlow.keyVariable}; for another service set OPENAI_BASE_URL beside it`,
      zh: `如果它是硅基流动的密钥，请把变量名改为 ${siliconFlow.keyVariable}；如果是其他服务，请同时设置 OPENAI_BASE_URL`,
    },
  };
}

export function keyOfAnotherProvider(variable: string, owner: Provider): Message {
  return {
    cause: {
      en: `${variable} holds what looks like a key of ${owner.title}`,
      zh: `${variable} 中的密钥看起来属于 ${owner.title}`,
    },
    step: {
      en: `If it is, rename the variable to ${owner.keyVariable}`,
      zh: `如果确实如此，请把变量名改为 ${owner.keyVariable}`,
    },
  };
}
