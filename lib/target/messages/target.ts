import type { Failure } from "../../measure/outcome.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import { APIS } from "../../settings/api.ts";
import type { EndpointSettings } from "../../settings/endpoint.ts";
import type { EndpointChoice } from "../../settings/endpoint_choice.ts";
import { defaultApi } from "../../settings/served.ts";
import { sourceName } from "../../settings/messages/keys.ts";

/** Messages of sending one request. */

export function playingDemo(): Message {
  return {
    cause: {
      en: "Demo: a recorded answer from the built-in endpoint, whatever the question",
      zh: "演示：内置接口播放一段录制的回答，与问题无关",
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
  const hasNone = (kind === "status" && status !== 401) || kind === "truncated";
  const step = hasNone ? nameAModel : message.step;
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

/** Where the request goes, and with which key: for `--verbose`. */
export function endpointUsed(settings: EndpointSettings & { readonly model: string }): Message {
  const { baseUrl, choice, model, keyVariable, keySource } = settings;
  const by = choiceName(choice);
  const over = protocolUsed(settings);
  const from = keySource === null ? null : sourceName(keySource);
  return {
    cause: {
      en:
        `Endpoint ${baseUrl} (${by.en})${over.en}` +
        (model === "" ? "" : `, model ${model}`) +
        (from === null ? ", no key" : `, key in ${keyVariable} from ${from.en}`),
      zh:
        `接口 ${baseUrl}（${by.zh}）${over.zh}` +
        (model === "" ? "" : `，模型 ${model}`) +
        (from === null ? "，不发送密钥" : `，密钥取自${from.zh}中的 ${keyVariable}`),
    },
  };
}

/** Nothing for chat completions, which nobody has to ask for. */
export function protocolUsed({
  api,
  provider,
}: Pick<EndpointSettings, "api" | "provider">): Bilingual {
  if (api === "chat") return { en: "", zh: "" };
  const { title } = APIS[api];
  const isOwn = provider !== null && defaultApi(provider) === api;
  return {
    en: `, over ${title}${isOwn ? ", its usual protocol" : ""}`,
    zh: `，使用 ${title} 协议${isOwn ? `（${provider.title} 的默认协议）` : ""}`,
  };
}

function choiceName(choice: EndpointChoice): Bilingual {
  switch (choice.by) {
    case "provider":
    case "base-url":
      return { en: `by --${choice.by}`, zh: `由 --${choice.by} 指定` };
    case "variable": {
      const from = sourceName(choice.source);
      return {
        en: `by ${choice.name} from ${from.en}`,
        zh: `由${from.zh}中的 ${choice.name} 决定`,
      };
    }
    case "default":
      return { en: "by default", zh: "默认" };
  }
}
