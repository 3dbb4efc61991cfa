import type { Api } from "./api.ts";

/**
 * Where a service has a protocol: `true` behind its base URL, a base URL of its own, `false` nowhere. Absent: it is not
 * known, so it is tried behind the base URL.
 */
export type Served = Readonly<Partial<Record<Api, string | boolean>>>;

/** A row of {@linkcode PROVIDERS}: a service, or a server on this machine, and how it is reached. */
export interface Provider {
  /** What `--provider` takes. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Where `/chat/completions` is appended; no slash at the end. */
  readonly baseUrl: string;
  /** The protocols that it is known to have, or not to have. */
  readonly apis: Served;
  /** The one variable whose value goes to this host; `null` for servers that need no key. */
  readonly keyVariable: string | null;
  /** Used without `--model`; `null` where no name is known to last. */
  readonly defaultModel: string | null;
  /** Whether it runs on this machine, so a missing key is no mistake. */
  readonly local: boolean;
  /** The page on which a key is made; `null` where none is needed. */
  readonly keyPage: string | null;
  /** The body field for the most tokens of an answer, where `max_tokens` is refused. */
  readonly maxTokensField?: "max_completion_tokens";
  /** The body field for the fewest tokens of an answer, where there is one. */
  readonly minTokensField?: "min_tokens";
  /** The body field that keeps the model from ending before the most tokens, where there is one. */
  readonly ignoreEosField?: "ignore_eos";
  /** Where the key for its Messages goes, if not into `x-api-key`. */
  readonly messagesKeyHeader?: "authorization";
  /** Whether the `input_tokens` of its Messages hold those out of the cache; absent: not known. */
  readonly usageCache?: "included" | "apart";
}

/**
 * The known endpoints. The order is the order of choice when only keys are set: the first row whose variable is set wins.
 *
 * Names such as `MOONSHOT_API_KEY` are shared with a sister site of the same company (`api.moonshot.ai`); keys are not.
 * A sister site is reached with `--base-url` and `--key-env`.
 */
export const PROVIDERS: readonly Provider[] = [
  {
    name: "siliconflow",
    title: "SiliconFlow",
    baseUrl: "https://api.siliconflow.cn/v1",
    apis: { chat: true, messages: true },
    messagesKeyHeader: "authorization",
    keyVariable: "SILICONFLOW_API_KEY",
    defaultModel: "Qwen/Qwen2.5-7B-Instruct",
    local: false,
    keyPage: "https://cloud.siliconflow.cn/account/ak",
  },
  {
    name: "siliconflow-com",
    title: "SiliconFlow (siliconflow.com)",
    baseUrl: "https://api.siliconflow.com/v1",
    apis: { chat: true, messages: true },
    messagesKeyHeader: "authorization",
    keyVariable: "SILICONFLOW_COM_API_KEY",
    defaultModel: null,
    local: false,
    keyPage: "https://cloud.siliconflow.com/account/ak",
  },
  {
    name: "openai",
    title: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    apis: { chat: true, completions: true, responses: true, messages: false },
    keyVariable: "OPENAI_API_KEY",
    defaultModel: "gpt-6-luna",
    local: false,
    keyPage: "https://platform.openai.com/api-keys",
    maxTokensField: "max_completion_tokens",
  },
  {
    name: "deepseek",
    title: "DeepSeek",
    baseUrl: "https://api.deepseek.com",
    apis: {
      chat: true,
      responses: true,
      messages: "https://api.deepseek.com/anthropic/v1",
    },
    keyVariable: "DEEPSEEK_API_KEY",
    defaultModel: "deepseek-flash",
    local: false,
    keyPage: "https://platform.deepseek.com/api_keys",
  },
  {
    name: "dashscope",
    title: "DashScope (Alibaba Cloud)",
    baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
    apis: {
      chat: true,
      responses: "https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1",
      messages: "https://dashscope.aliyuncs.com/apps/anthropic/v1",
    },
    keyVariable: "DASHSCOPE_API_KEY",
    defaultModel: "qwen-plus",
    local: false,
    keyPage: "https://bailian.console.aliyun.com/",
  },
  {
    name: "moonshot",
    title: "Moonshot (Kimi)",
    baseUrl: "https://api.moonshot.cn/v1",
    apis: { chat: true, messages: "https://api.moonshot.cn/anthropic/v1" },
    messagesKeyHeader: "authorization",
    keyVariable: "MOONSHOT_API_KEY",
    defaultModel: null,
    local: false,
    keyPage: "https://platform.moonshot.cn/console/api-keys",
  },
  {
    name: "zhipu",
    title: "Zhipu (BigModel)",
    baseUrl: "https://open.bigmodel.cn/api/paas/v4",
    apis: { chat: true, messages: "https://open.bigmodel.cn/api/anthropic/v1" },
    messagesKeyHeader: "authorization",
    // ZAI_API_KEY holds keys of api.z.ai, another host.
    keyVariable: "ZHIPUAI_API_KEY",
    defaultModel: "glm-4.7-flash",
    local: false,
    keyPage: "https://open.bigmodel.cn/usercenter/apikeys",
  },
  {
    name: "openrouter",
    title: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    apis: { chat: true, responses: true, messages: true },
    messagesKeyHeader: "authorization",
    keyVariable: "OPENROUTER_API_KEY",
    defaultModel: null,
    local: false,
    keyPage: "https://openrouter.ai/keys",
  },
  {
    name: "groq",
    title: "Groq",
    baseUrl: "https://api.groq.com/openai/v1",
    apis: { chat: true, responses: true },
    keyVariable: "GROQ_API_KEY",
    defaultModel: "openai/gpt-oss-20b",
    local: false,
    keyPage: "https://console.groq.com/keys",
  },
  {
    name: "mistral",
    title: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    apis: { chat: true },
    keyVariable: "MISTRAL_API_KEY",
    defaultModel: "mistral-small-latest",
    local: false,
    keyPage: "https://console.mistral.ai/api-keys",
  },
  {
    name: "gemini",
    title: "Gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    apis: { chat: true },
    keyVariable: "GEMINI_API_KEY",
    defaultModel: "gemini-3.5-flash-lite",
    local: false,
    keyPage: "https://aistudio.google.com/apikey",
  },
  // The last of the services: many have this variable set for other programs.
  {
    name: "anthropic",
    title: "Anthropic",
    baseUrl: "https://api.anthropic.com/v1",
    apis: { messages: true, responses: false, completions: false },
    keyVariable: "ANTHROPIC_API_KEY",
    defaultModel: "claude-haiku-4-5",
    local: false,
    keyPage: "https://platform.claude.com/settings/keys",
    usageCache: "apart",
  },
  {
    name: "ollama",
    title: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    apis: { chat: true, completions: true, responses: true, messages: true },
    messagesKeyHeader: "authorization",
    keyVariable: null,
    defaultModel: null,
    local: true,
    keyPage: null,
  },
  {
    name: "lmstudio",
    title: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    apis: { chat: true, completions: true, responses: true, messages: true },
    keyVariable: null,
    defaultModel: null,
    local: true,
    keyPage: null,
  },
  {
    name: "vllm",
    title: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    apis: { chat: true, completions: true, responses: true, messages: true },
    messagesKeyHeader: "authorization",
    keyVariable: null,
    defaultModel: null,
    local: true,
    keyPage: null,
    minTokensField: "min_tokens",
    ignoreEosField: "ignore_eos",
    usageCache: "included",
  },
  {
    name: "llamacpp",
    title: "llama.cpp",
    baseUrl: "http://127.0.0.1:8080/v1",
    apis: { chat: true, completions: true, responses: true, messages: true },
    keyVariable: null,
    defaultModel: null,
    local: true,
    keyPage: null,
    ignoreEosField: "ignore_eos",
    usageCache: "apart",
  },
];

/** The row of that name, in any letter case; `null` if there is none. */
export function providerNamed(name: string): Provider | null {
  const wanted = name.trim().toLowerCase();
  return PROVIDERS.find((provider) => provider.name === wanted) ?? null;
}

/** The service whose key stands in this variable; `null` if no row names it. */
export function providerOfVariable(variable: string): Provider | null {
  return PROVIDERS.find((provider) => provider.keyVariable === variable) ?? null;
}

/**
 * What the table says of a URL's host:
 * - `row`: this row's host, port and protocol, so its key may go there;
 * - `wrong door`: a service's host name under another protocol or port, where its key must not go;
 * - `other`: not in the table, look-alikes such as `api.openai.com.example.org` among them.
 *
 * @example
 * ```ts
 * tableEntry(new URL("https://API.OpenAI.com./v1")); // { kind: "row", provider: { name: "openai", … } }
 * tableEntry(new URL("http://api.openai.com/v1")).kind; // "wrong door"
 * tableEntry(new URL("http://localhost:11434")); // { kind: "row", provider: { name: "ollama", … } }
 * ```
 */
export function tableEntry(url: URL): TableEntry {
  const host = comparableHost(url.hostname);
  for (const provider of PROVIDERS) {
    const row = rowOf(provider);
    if (row.host !== host) continue;
    if (row.port === url.port && row.protocol === url.protocol) return { kind: "row", provider };
    if (!provider.local) return { kind: "wrong door", provider };
  }
  return { kind: "other" };
}

const ROWS = new Map<Provider, { host: string; port: string; protocol: string }>();

/** The address of a provider, parsed once: it is looked up for each request of a run. */
function rowOf(provider: Provider): { host: string; port: string; protocol: string } {
  const known = ROWS.get(provider);
  if (known !== undefined) return known;
  const { hostname, port, protocol } = new URL(provider.baseUrl);
  const row = { host: comparableHost(hostname), port, protocol };
  ROWS.set(provider, row);
  return row;
}

/** See {@linkcode tableEntry}. */
export type TableEntry =
  | { readonly kind: "row"; readonly provider: Provider }
  | { readonly kind: "wrong door"; readonly provider: Provider }
  | { readonly kind: "other" };

/** Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`. */
export function isLoopback(url: URL): boolean {
  const host = withoutFinalDots(url.hostname);
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** `api.openai.com.` is the same name in DNS as `api.openai.com`. */
export function withoutFinalDots(host: string): string {
  return host.replace(/(?<!\.)\.+$/, "");
}

function comparableHost(hostname: string): string {
  const host = withoutFinalDots(hostname);
  return host === "localhost" || host === "[::1]" ? "127.0.0.1" : host;
}
