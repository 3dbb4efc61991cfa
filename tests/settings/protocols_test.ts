import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { renderMessage, UserError } from "../../lib/base/message.ts";
import { PROTOCOLS, protocolNamed } from "../../lib/protocols/protocols.ts";
import { API_NAMES, type Api, apiOfPath, APIS } from "../../lib/settings/api.ts";
import { readBaseUrl } from "../../lib/settings/base_url.ts";
import { type EndpointSettings, resolveEndpoint } from "../../lib/settings/endpoint.ts";
import type { EndpointFlags } from "../../lib/settings/endpoint_choice.ts";
import { readEnvironment } from "../../lib/settings/environment.ts";
import {
  baseUrlFor,
  defaultApi,
  providerNamed,
  PROVIDERS,
  servedApis,
} from "../../lib/settings/providers.ts";

test("the names, titles and paths of the settings are those of the protocols", () => {
  expect(PROTOCOLS.map(({ name }) => name).toSorted()).toEqual(API_NAMES.toSorted());
  for (const name of API_NAMES) {
    const { title, path } = protocolNamed(name);
    expect(APIS[name]).toEqual({ title, path });
    expect(apiOfPath(`/v1${path}`)).toBe(name);
  }
});

const local = (port: number) => ({
  chat: `http://127.0.0.1:${port}/v1/chat/completions`,
  responses: `http://127.0.0.1:${port}/v1/responses`,
  messages: `http://127.0.0.1:${port}/v1/messages`,
  completions: `http://127.0.0.1:${port}/v1/completions`,
});

/** Where each row's requests go, over each protocol that it is known to have. */
test("every provider is asked at its own place over each protocol that it has", () => {
  const urls = Object.fromEntries(
    PROVIDERS.map((provider) => [
      provider.name,
      Object.fromEntries(
        servedApis(provider).map((api) => [api, baseUrlFor(provider, api) + APIS[api].path]),
      ),
    ]),
  );
  expect(urls).toEqual({
    siliconflow: {
      chat: "https://api.siliconflow.cn/v1/chat/completions",
      messages: "https://api.siliconflow.cn/v1/messages",
    },
    "siliconflow-com": {
      chat: "https://api.siliconflow.com/v1/chat/completions",
      messages: "https://api.siliconflow.com/v1/messages",
    },
    openai: {
      chat: "https://api.openai.com/v1/chat/completions",
      responses: "https://api.openai.com/v1/responses",
      completions: "https://api.openai.com/v1/completions",
    },
    deepseek: {
      chat: "https://api.deepseek.com/chat/completions",
      responses: "https://api.deepseek.com/responses",
      messages: "https://api.deepseek.com/anthropic/v1/messages",
    },
    dashscope: {
      chat: "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
      responses:
        "https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1/responses",
      messages: "https://dashscope.aliyuncs.com/apps/anthropic/v1/messages",
    },
    moonshot: {
      chat: "https://api.moonshot.cn/v1/chat/completions",
      messages: "https://api.moonshot.cn/anthropic/v1/messages",
    },
    zhipu: {
      chat: "https://open.bigmodel.cn/api/paas/v4/chat/completions",
      messages: "https://open.bigmodel.cn/api/anthropic/v1/messages",
    },
    openrouter: {
      chat: "https://openrouter.ai/api/v1/chat/completions",
      responses: "https://openrouter.ai/api/v1/responses",
      messages: "https://openrouter.ai/api/v1/messages",
    },
    groq: {
      chat: "https://api.groq.com/openai/v1/chat/completions",
      responses: "https://api.groq.com/openai/v1/responses",
    },
    mistral: { chat: "https://api.mistral.ai/v1/chat/completions" },
    gemini: {
      chat: "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
    },
    anthropic: { messages: "https://api.anthropic.com/v1/messages" },
    ollama: local(11434),
    lmstudio: local(1234),
    vllm: local(8000),
    llamacpp: local(8080),
  });
});

test("a provider has all its protocols on one host, whose key it is, and each is read as it stands", () => {
  for (const provider of PROVIDERS) {
    for (const api of API_NAMES) {
      const text = baseUrlFor(provider, api);
      const read = readBaseUrl(text, "--base-url", { api });
      expect([provider.name, api, read.text]).toEqual([provider.name, api, text]);
      expect(read).toMatchObject({ provider, api, warnings: [] });
      expect(new URL(text).origin).toBe(new URL(provider.baseUrl).origin);
    }
  }
});

test("a provider that has one protocol only is asked over it", () => {
  const usual = PROVIDERS.map((provider) => [provider.name, defaultApi(provider)]);
  expect(usual.filter(([, api]) => api !== "chat")).toEqual([["anthropic", "messages"]]);
  expect(defaultApi(null)).toBe("chat");
});

/** The base URL, then what was said about it, in both languages. */
function read(text: string, api?: Api): string[] {
  const { text: baseUrl, warnings } = readBaseUrl(text, "--base-url", { api });
  return [
    baseUrl,
    ...warnings.flatMap((message) =>
      (["en", "zh"] as const).map((lang) => renderMessage(message, lang).replace("\n", " | ")),
    ),
  ];
}

test("a base URL for Messages may be without /v1, as their clients have it", () => {
  for (const text of ["http://localhost:11434", "http://localhost:11434/v1/"]) {
    expect(read(text, "messages")[0]).toBe("http://localhost:11434/v1");
  }
  expect(read("https://gateway.example/anthropic", "messages")).toEqual([
    "https://gateway.example/anthropic/v1",
    '"/v1" was added to the base URL of gateway.example | If the server answers under another path, write that path in the URL',
    '已在 gateway.example 的网址后补上 "/v1" | 如果服务使用其他路径，请在网址中写明',
  ]);
  expect(read("https://gateway.example/anthropic/v1", "messages")).toEqual([
    "https://gateway.example/anthropic/v1",
  ]);
  expect(read("https://gateway.example/api/v2", "messages")[0]).toBe(
    "https://gateway.example/api/v2",
  );
  // The whole path was given: nothing is left to be guessed.
  expect(read("https://gateway.example/claude/messages", "messages")[0]).toBe(
    "https://gateway.example/claude",
  );
  expect(read("https://gateway.example/claude", "responses")).toEqual([
    "https://gateway.example/claude",
  ]);
});

test("a service that has a protocol at a place of its own is asked there, however its base URL is given", () => {
  const messages = "https://api.deepseek.com/anthropic/v1";
  for (const text of ["", "/", "/anthropic", "/anthropic/", "/anthropic/v1", "/v1"]) {
    expect([text, read(`https://api.deepseek.com${text}`, "messages")[0]]).toEqual([
      text,
      messages,
    ]);
  }
  expect(read("https://api.deepseek.com/v1", "messages").slice(1)).toEqual([
    'For Messages, the path "/anthropic/v1" is used in the base URL of api.deepseek.com',
    'api.deepseek.com 的网址中改用 Messages 协议的路径 "/anthropic/v1"',
  ]);
  expect(read("https://api.deepseek.com/anthropic", "chat")).toEqual([
    "https://api.deepseek.com",
    'For Chat Completions, the path "/" is used in the base URL of api.deepseek.com',
    'api.deepseek.com 的网址中改用 Chat Completions 协议的路径 "/"',
  ]);
  expect(read("https://dashscope.aliyuncs.com/compatible-mode/v1", "responses")[0]).toBe(
    "https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1",
  );
  expect(read("https://api.deepseek.com/beta", "messages")).toEqual([
    "https://api.deepseek.com/beta",
  ]);
});

const taken = (path: string, host = "gateway.example") => [
  `"${path}" was taken off the base URL of ${host}: it is added to each request`,
  `已从 ${host} 的网址中去掉 "${path}"：发送请求时会自动加上`,
];

test("the path of any protocol behind a base URL is taken off and said", () => {
  for (const api of API_NAMES) {
    const { path } = APIS[api];
    expect(read(`https://gateway.example/v1${path}/`, api)).toEqual([
      "https://gateway.example/v1",
      ...taken(path),
    ]);
  }
  expect(read("https://api.anthropic.com/v1/messages")).toEqual([
    "https://api.anthropic.com/v1",
    ...taken("/messages", "api.anthropic.com"),
  ]);
});

const hint = (host: string) => [
  `The path in the base URL of ${host} is that of its Messages | To ask over Messages: --api messages`,
  `${host} 的网址中的路径属于 Messages 协议 | 要使用 Messages 协议，请加上 --api messages`,
];

test("a base URL that shows another protocol, where none was named, is hinted at", () => {
  expect(read("https://gateway.example/v1/responses")).toEqual([
    "https://gateway.example/v1",
    '"/responses" was taken off the base URL of gateway.example: it is added to each request | To ask over Responses: --api responses',
    '已从 gateway.example 的网址中去掉 "/responses"：发送请求时会自动加上 | 要使用 Responses 协议，请加上 --api responses',
  ]);
  expect(read("https://gateway.example/v1/completions")[1]).toEndWith(
    "| To ask over Completions: --api completions",
  );
  for (const host of ["gateway.example", "api.deepseek.com"]) {
    expect(read(`https://${host}/anthropic`)).toEqual([`https://${host}/anthropic`, ...hint(host)]);
  }
});

test("reading a base URL again changes nothing, over any protocol", () => {
  const host = fc.constantFrom("gateway.example", "api.deepseek.com", "dashscope.aliyuncs.com");
  const part = fc.constantFrom("v1", "", "anthropic", "responses", "completions", "chat", "beta");
  const path = fc.array(part, { maxLength: 5 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(host, path, fc.constantFrom(...API_NAMES), (host, path, api) => {
      const first = readBaseUrl(`https://${host}/${path}`, "--base-url", { api });
      const second = readBaseUrl(first.text, "--base-url", { api });
      expect(second).toEqual({ ...first, warnings: [] });
      expect(apiOfPath(first.text)).toBeNull();
    }),
  );
});

function settingsOf(flags: EndpointFlags, exported: Record<string, string> = {}): EndpointSettings {
  const environment = readEnvironment({
    exported,
    currentFolder: "/here",
    toolkitFolder: "/kit",
    readFile: () => null,
  });
  return resolveEndpoint(flags, environment);
}

/** What is asked, over what, with which key; or the error, in both languages. */
function route(flags: EndpointFlags, exported: Record<string, string> = {}): string | string[] {
  try {
    const { baseUrl, api, keyVariable } = settingsOf(flags, exported);
    return `${api} ${baseUrl} ${keyVariable ?? "no key"}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return (["en", "zh"] as const).map((lang) => renderMessage(error.userMessage, lang));
  }
}

const A = { ANTHROPIC_API_KEY: "sk-ant-aaaa1111bbbb" };
const O = { OPENAI_API_KEY: "sk-cccc2222dddd" };
const ANTHROPIC = "messages https://api.anthropic.com/v1 ANTHROPIC_API_KEY";

test("Anthropic is asked over Messages, with its own key, without being told so", () => {
  expect(route({ provider: "anthropic" }, A)).toBe(ANTHROPIC);
  expect(route({ baseUrl: "https://api.anthropic.com" }, A)).toBe(ANTHROPIC);
  expect(settingsOf({ provider: "anthropic" }, A)).toMatchObject({
    model: "claude-haiku-4-5",
    keyHeader: undefined,
  });
  expect(route({ provider: "anthropic" }, O)).toEqual([
    "Cannot use Anthropic: ANTHROPIC_API_KEY is not set\nGet a key at https://platform.claude.com/settings/keys and put the line ANTHROPIC_API_KEY=YOUR_KEY into .env; OPENAI_API_KEY is not sent to Anthropic: if it holds a key of Anthropic, rename it",
    "无法使用 Anthropic：ANTHROPIC_API_KEY 未设置\n请在 https://platform.claude.com/settings/keys 获取密钥，并在 .env 中写一行 ANTHROPIC_API_KEY=您的密钥；OPENAI_API_KEY 不会发送给 Anthropic：如果其中是 Anthropic 的密钥，请改用上述变量名",
  ]);
});

test("a protocol that a service is known not to have is refused, with those that it has", () => {
  const openai = [
    "Cannot ask OpenAI over Messages: it has no such endpoint\nIt answers to --api chat, --api responses, --api completions",
    "无法通过 Messages 协议请求 OpenAI：它没有这个接口\n它支持 --api chat、--api responses、--api completions",
  ];
  expect(route({ provider: "openai", api: "messages" }, O)).toEqual(openai);
  expect(route({ provider: "openai", api: "messages", dryRun: true })).toEqual(openai);
  expect(route({ baseUrl: "https://api.openai.com", api: "messages" }, O)).toEqual(openai);
  // Its key is the only one: another service's would be missing.
  expect(route({ api: "messages" }, O)).toEqual(openai);
  expect(route({ provider: "anthropic", api: "responses" }, A)).toEqual([
    "Cannot ask Anthropic over Responses: it has no such endpoint\nIt answers to --api messages",
    "无法通过 Responses 协议请求 Anthropic：它没有这个接口\n它支持 --api messages",
  ]);
});

test("what is not known of a service is tried, and so is any protocol at other hosts", () => {
  const key = { MISTRAL_API_KEY: "sk-eeee3333ffff" };
  expect(route({ provider: "mistral", api: "responses" }, key)).toBe(
    "responses https://api.mistral.ai/v1 MISTRAL_API_KEY",
  );
  for (const api of API_NAMES) {
    const baseUrl = "http://127.0.0.1:9999/v1";
    expect(route({ baseUrl, api })).toBe(`${api} ${baseUrl} no key`);
  }
});

test("ANTHROPIC_API_KEY chooses the endpoint only where no other service's key does", () => {
  expect(route({}, A)).toBe(ANTHROPIC);
  expect(route({}, { ...A, ...O })).toBe("chat https://api.openai.com/v1 OPENAI_API_KEY");
  const key = { GEMINI_API_KEY: "AIza-eeee3333ffff" };
  expect(route({}, { ...A, ...key })).toContain("generativelanguage.googleapis.com");
});

test("with --api the first service with a key is that which may have the protocol", () => {
  expect(route({ api: "messages" }, { ...A, ...O })).toBe(ANTHROPIC);
  expect(route({ api: "responses" }, { ...A, ...O })).toBe(
    "responses https://api.openai.com/v1 OPENAI_API_KEY",
  );
  const deepseek = { DEEPSEEK_API_KEY: "sk-eeee3333ffff" };
  expect(route({ api: "messages" }, { ...A, ...O, ...deepseek })).toBe(
    "messages https://api.deepseek.com/anthropic/v1 DEEPSEEK_API_KEY",
  );
});

test("ANTHROPIC_API_KEY beside the base URL of another host leads nowhere, and is warned of by name", () => {
  const beside = { ...A, ANTHROPIC_BASE_URL: "https://api.deepseek.com/anthropic" };
  expect(route({}, beside)[0]).toStartWith("Cannot choose an endpoint: no API key is set");
  const named = settingsOf({ provider: "anthropic" }, beside);
  expect(named.warnings.map((message) => renderMessage(message, "en"))).toEqual([
    "ANTHROPIC_API_KEY is sent to api.anthropic.com, but ANTHROPIC_BASE_URL beside it names another host",
  ]);
  expect(named.warnings.map((message) => renderMessage(message, "zh"))).toEqual([
    "ANTHROPIC_API_KEY 将发送到 api.anthropic.com，但与它一同设置的 ANTHROPIC_BASE_URL 指向另一主机",
  ]);
  const same = { ...A, ANTHROPIC_BASE_URL: "https://api.anthropic.com" };
  expect(route({}, same)).toBe(ANTHROPIC);
  expect(settingsOf({}, same).warnings).toEqual([]);
});

test("the key for Messages goes into the header that the service wants", () => {
  const bearer = PROVIDERS.filter(({ messagesKeyHeader }) => messagesKeyHeader !== undefined);
  expect(bearer.map(({ name }) => name)).toEqual([
    "siliconflow",
    "siliconflow-com",
    "moonshot",
    "zhipu",
    "openrouter",
    "ollama",
    "vllm",
  ]);
  for (const { name, keyVariable } of PROVIDERS) {
    const key = keyVariable === null ? {} : { [keyVariable]: "sk-aaaa1111bbbb" };
    if (providerNamed(name)?.apis.messages === false) continue;
    const { keyHeader } = settingsOf({ provider: name, api: "messages" }, key);
    const wanted = bearer.some((provider) => provider.name === name) ? "authorization" : undefined;
    expect([name, keyHeader]).toEqual([name, wanted]);
    if (providerNamed(name)?.apis.chat !== true) continue;
    expect(settingsOf({ provider: name, api: "chat" }, key).keyHeader).toBeUndefined();
  }
});
