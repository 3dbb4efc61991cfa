import type { TimeLimits } from "../wire/exchange.ts";
import type { FlagValues, Flags } from "../command/flag_types.ts";
import { type Bilingual, UserError } from "../base/message.ts";
import type { Sampling } from "../protocols/protocol.ts";
import { API_NAMES } from "../settings/api.ts";
import { headerHoldsKey, headerInvalid } from "./messages/headers.ts";

const endpoint = { en: "Endpoint", zh: "接口" };
const sampling = { en: "Sampling", zh: "采样" };

/** Which endpoint, and how long to wait for it: for every script that sends. */
export const endpointFlags = {
  demo: {
    type: "boolean",
    group: endpoint,
    description: {
      en: "Use the built-in endpoint: no key, no network",
      zh: "使用内置的演示接口：不需要密钥和网络",
    },
  },
  provider: {
    type: "text",
    hint: "NAME",
    group: endpoint,
    description: {
      en: "A known service, such as siliconflow, openai, deepseek or ollama",
      zh: "已知的服务，如 siliconflow、openai、deepseek、ollama",
    },
    shownDefault: { en: "the first with a key", zh: "第一个设有密钥的" },
  },
  "base-url": {
    type: "text",
    hint: "URL",
    group: endpoint,
    description: {
      en: "Any other endpoint, such as http://127.0.0.1:8000/v1",
      zh: "其他接口，如 http://127.0.0.1:8000/v1",
    },
  },
  api: {
    type: "enum",
    options: API_NAMES,
    group: endpoint,
    description: { en: "The protocol to ask over", zh: "使用的协议" },
    shownDefault: { en: "that of the provider, mostly chat", zh: "服务的默认协议，通常为 chat" },
  },
  model: {
    type: "text",
    hint: "NAME",
    group: endpoint,
    description: { en: "The model to ask", zh: "要使用的模型" },
    shownDefault: { en: "that of the provider", zh: "服务的默认模型" },
  },
  "key-env": {
    type: "text",
    hint: "NAME",
    group: endpoint,
    description: {
      en: "The variable that holds the key for --base-url",
      zh: "存放 --base-url 所用密钥的环境变量名",
    },
  },
  "key-header": {
    type: "enum",
    options: ["authorization", "x-api-key"],
    group: endpoint,
    description: {
      en: "The header for the key: Authorization: Bearer …, or x-api-key",
      zh: "放置密钥的请求头：Authorization: Bearer …，或 x-api-key",
    },
    shownDefault: { en: "that of the protocol", zh: "协议的默认请求头" },
  },
  "env-file": {
    type: "text",
    hint: "FILE",
    group: endpoint,
    description: { en: "Read this file instead of .env", zh: "改为读取此文件，而不是 .env" },
  },
  retries: {
    type: "number",
    integer: true,
    min: 0,
    max: 10,
    group: endpoint,
    description: {
      en: "Ask again this often when the endpoint is busy or unreachable, before its first byte",
      zh: "服务繁忙或无法连接时（首字节之前）的重试次数",
    },
  },
  timeout: {
    type: "duration",
    group: endpoint,
    description: { en: "Give the whole request this long", zh: "整个请求的时限" },
    shownDefault: { en: "no limit", zh: "不限" },
  },
  "first-byte-timeout": {
    type: "duration",
    group: endpoint,
    description: { en: "Wait this long for the first byte", zh: "等待首字节的时限" },
    shownDefault: "120s",
  },
  "idle-timeout": {
    type: "duration",
    group: endpoint,
    description: { en: "Wait this long between two pieces", zh: "两段数据之间的等待时限" },
    shownDefault: "60s",
  },
  header: {
    type: "pairs",
    value: "text",
    group: endpoint,
    description: { en: "Send this header, too", zh: "附加请求头" },
  },
} as const satisfies Flags;

/** What shapes the answer. */
export const samplingFlags = {
  system: {
    type: "text",
    group: sampling,
    mayBeEmpty: true,
    description: { en: "The system message", zh: "系统提示词" },
  },
  temperature: {
    type: "number",
    min: 0,
    max: 2,
    group: sampling,
    description: { en: "Sampling temperature", zh: "采样温度" },
  },
  "top-p": {
    type: "number",
    min: 0,
    max: 1,
    group: sampling,
    description: { en: "Nucleus sampling", zh: "核采样概率" },
  },
  "max-tokens": {
    type: "number",
    integer: true,
    min: 1,
    group: sampling,
    description: { en: "The most tokens of the answer", zh: "回答的最大 token 数" },
  },
  seed: {
    type: "number",
    integer: true,
    group: sampling,
    description: { en: "Seed, where the endpoint knows one", zh: "随机种子（若服务支持）" },
  },
  stop: {
    type: "text",
    repeatable: true,
    group: sampling,
    description: {
      en: "End the answer before this text; may be repeated",
      zh: "遇到此文本即停止，可重复",
    },
  },
  param: {
    type: "pairs",
    value: "json",
    group: sampling,
    description: {
      en: "Any other body field, such as top_k=50",
      zh: "其他请求字段，如 top_k=50",
    },
  },
} as const satisfies Flags;

/** The time limits that were asked for, in µs. */
export function timeLimits(flags: FlagValues<typeof endpointFlags>): TimeLimits {
  const { timeout, firstByteTimeout = 120_000, idleTimeout = 60_000 } = flags;
  return {
    total: timeout === undefined ? undefined : timeout * 1000,
    firstByte: firstByteTimeout * 1000,
    idle: idleTimeout * 1000,
  };
}

/** How an answer is read: for whatever reads some. */
export function readingFlags(group: Bilingual) {
  return {
    "usage-cache": {
      type: "enum",
      options: ["included", "apart"],
      group,
      description: {
        en: "Whether the input_tokens of Messages hold cached ones",
        zh: "Messages 的 input_tokens 是否包含缓存的部分",
      },
      shownDefault: { en: "as is known of the endpoint", zh: "按对该接口的了解" },
    },
    think: {
      type: "enum",
      options: ["tagged", "open"],
      group,
      description: {
        en: "Reasoning inside the answer begins with <think>, or at once",
        zh: "回答中的推理以 <think> 开头，或直接开始",
      },
      shownDefault: "tagged",
    },
  } as const satisfies Flags;
}

/** How the answer is to be made, without what `--param` says. */
export function samplingOf(flags: FlagValues<typeof samplingFlags>): Sampling {
  const { temperature, topP, maxTokens, seed, stop } = flags;
  return { temperature, topP, maxTokens, seed, stop };
}

/** The body fields of `--param`. They are more special than any other flag, so they win. */
export function bodyParameters(flags: FlagValues<typeof samplingFlags>): Record<string, unknown> {
  return Object.fromEntries(flags.param ?? []);
}

/** Names under which keys, tokens and cookies are sent. */
const KEY_HEADER = /authorization|cookie|(^|-)(api-?key|auth-?token|access-?token|secret)$/;

/**
 * The headers of `--header`.
 *
 * @throws {UserError} for what is no header, and for one that would hold a key: arguments can be read by every
 * program on the machine, and stay in the shell's history.
 */
export function requestHeaders(
  flags: Pick<FlagValues<typeof endpointFlags>, "header">,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of flags.header ?? []) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new UserError(headerInvalid(name));
    if (KEY_HEADER.test(name.toLowerCase())) throw new UserError(headerHoldsKey(name));
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new UserError(headerInvalid(name));
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
