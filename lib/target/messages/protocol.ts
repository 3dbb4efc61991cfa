import type { Bilingual, Message } from "../../base/message.ts";
import type { Feature } from "../../protocols/protocol.ts";
import { type Api, APIS } from "../../settings/api.ts";

const WHAT: Readonly<Record<Feature, Bilingual>> = {
  seed: { en: "no field for a seed", zh: "没有随机种子字段" },
  stop: { en: "no field for stop texts", zh: "没有停止文本字段" },
  schema: { en: "no field for a schema", zh: "没有 schema 字段" },
  image: { en: "no place for pictures", zh: "不支持图片" },
  tools: { en: "no place for tool calls", zh: "不支持工具调用" },
};

/** `flag` names where it came from; `others` are the protocols that could send it. */
export function notInProtocol(
  feature: Feature,
  {
    flag,
    api,
    others,
  }: { readonly flag: string; readonly api: Api; readonly others: readonly Api[] },
): Message {
  const { title } = APIS[api];
  const flags = others.map((other) => `--api ${other}`);
  const field = feature === "seed" || feature === "stop";
  return {
    cause: {
      en: `Cannot use ${flag} over ${title} (--api ${api}): this protocol has ${WHAT[feature].en}`,
      zh: `${flag} 不能用于 ${title} 协议（--api ${api}）：该协议${WHAT[feature].zh}`,
    },
    step: {
      en:
        `Leave it out${flags.length === 0 ? "" : `, or ask with ${orList(flags, { comma: ", ", or: " or " })}`}` +
        (field ? `; if the endpoint has a field of its own: --param ${feature}=JSON` : ""),
      zh:
        `请去掉它${flags.length === 0 ? "" : `，或改用 ${orList(flags, { comma: "、", or: " 或 " })}`}` +
        (field ? `；如果该接口有自己的字段：--param ${feature}=JSON` : ""),
    },
  };
}

function orList(
  items: readonly string[],
  { comma, or }: { readonly comma: string; readonly or: string },
): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(comma)}${or}${last}`;
}

/** For `--verbose`. */
export function limitSet(tokens: number): Message {
  return {
    cause: {
      en: `Messages needs a limit for the answer: max_tokens is ${tokens}; --max-tokens sets another`,
      zh: `Messages 协议必须限定回答长度：max_tokens 设为 ${tokens}，可用 --max-tokens 修改`,
    },
  };
}
