import { expect, test } from "bun:test";
import { type EndpointSettings, resolveEndpoint } from "../../lib/settings/endpoint.ts";
import type { EndpointFlags } from "../../lib/settings/endpoint_choice.ts";
import { type Environment, readEnvironment } from "../../lib/settings/environment.ts";
import { type Message, renderMessage, UserError } from "../../lib/base/message.ts";

const HERE = "/here/.env";
const KIT = "/kit/.env";

/** Variables by where they are set. */
interface Layers {
  exported?: Record<string, string>;
  here?: Record<string, string>;
  kit?: Record<string, string>;
}

function fileText(variables: Record<string, string> = {}): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function environmentOf({ exported = {}, here, kit }: Layers): Environment {
  const files: Record<string, string> = { [HERE]: fileText(here), [KIT]: fileText(kit) };
  return readEnvironment({
    exported,
    currentFolder: "/here",
    toolkitFolder: "/kit",
    readFile: (path) => new TextEncoder().encode(files[path]),
  });
}

function messageOf(resolve: () => unknown): Message | null {
  try {
    resolve();
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.userMessage;
  }
}

// Every combination.

const SILICONFLOW = "https://api.siliconflow.cn";
const OPENAI = "https://api.openai.com";
const GATEWAY = "https://gateway.example";
const LOOPBACK = "http://127.0.0.1:9999";

type Place = "exported" | "here" | "kit";

interface Case {
  provider: "siliconflow" | "openai" | undefined;
  baseUrl: string | undefined;
  keyEnv: string | undefined;
  dryRun: boolean;
  openAiBaseUrl: { origin: string; place: Place } | undefined;
  openAiKey: Place | undefined;
  siliconFlowKey: Place | undefined;
}

function everyCase(): Case[] {
  const cases: Case[] = [];
  for (const provider of [undefined, "siliconflow", "openai"] as const) {
    for (const baseUrl of [undefined, SILICONFLOW, OPENAI, GATEWAY, LOOPBACK]) {
      for (const keyEnv of [
        undefined,
        "MY_KEY",
        "NOT_SET",
        "SILICONFLOW_API_KEY",
        "OPENAI_API_KEY",
      ]) {
        for (const dryRun of [false, true]) {
          for (const place of [undefined, "exported", "here"] as const) {
            for (const origin of [GATEWAY, LOOPBACK, SILICONFLOW]) {
              for (const openAiKey of [undefined, "exported", "here", "kit"] as const) {
                for (const siliconFlowKey of [undefined, "exported", "here"] as const) {
                  const openAiBaseUrl = place === undefined ? undefined : { origin, place };
                  if (place === undefined && origin !== GATEWAY) continue;
                  const flags = { provider, baseUrl, keyEnv, dryRun };
                  cases.push({ ...flags, openAiBaseUrl, openAiKey, siliconFlowKey });
                }
              }
            }
          }
        }
      }
    }
  }
  return cases;
}

const OPENAI_KEY = "sk-aaaa1111bbbb";
const SILICONFLOW_KEY = "sk-cccc2222dddd";
const OWN_KEY = "sk-eeee3333ffff";

function layersOf({ openAiBaseUrl, openAiKey, siliconFlowKey }: Case): Layers {
  const layers = { exported: {}, here: {}, kit: {} } as Required<Layers>;
  layers.exported.MY_KEY = OWN_KEY;
  if (openAiKey) layers[openAiKey].OPENAI_API_KEY = OPENAI_KEY;
  if (siliconFlowKey) layers[siliconFlowKey].SILICONFLOW_API_KEY = SILICONFLOW_KEY;
  if (openAiBaseUrl) layers[openAiBaseUrl.place].OPENAI_BASE_URL = `${openAiBaseUrl.origin}/v1`;
  return layers;
}

function flagsOf({ provider, baseUrl, keyEnv, dryRun }: Case): EndpointFlags {
  return { provider, baseUrl: baseUrl && `${baseUrl}/v1`, keyEnv, dryRun };
}

/** The rules once more, told by cases instead of by steps: where it goes and with which key, or an error. */
function expected(given: Case): { origin: string; key: string | null } | "exit 2" {
  const { provider, baseUrl, keyEnv, dryRun, openAiBaseUrl, openAiKey, siliconFlowKey } = given;
  const hostOfProvider = { siliconflow: SILICONFLOW, openai: OPENAI };
  const wanted = provider && hostOfProvider[provider];
  if (wanted && baseUrl && wanted !== baseUrl) return "exit 2";
  const byKey = siliconFlowKey || !openAiKey ? SILICONFLOW : OPENAI;
  const origin = wanted ?? baseUrl ?? openAiBaseUrl?.origin ?? byKey;

  const values: Record<string, string | undefined> = {
    MY_KEY: OWN_KEY,
    OPENAI_API_KEY: openAiKey && OPENAI_KEY,
    SILICONFLOW_API_KEY: siliconFlowKey && SILICONFLOW_KEY,
  };
  const needs = { [SILICONFLOW]: "SILICONFLOW_API_KEY", [OPENAI]: "OPENAI_API_KEY" }[origin];
  if (needs !== undefined && keyEnv !== undefined && keyEnv !== needs) return "exit 2";
  const name = needs ?? keyEnv;
  if (name !== undefined) {
    const key = values[name] ?? null;
    return key === null && !dryRun ? "exit 2" : { origin, key };
  }
  const isPair = openAiBaseUrl?.origin === origin && openAiBaseUrl.place === openAiKey;
  return { origin, key: isPair ? OPENAI_KEY : null };
}

/**
 * What must hold however the endpoint is chosen: who set this key for this host?
 * Its service's own host; the flag that names the variable, for a host that is no service's; or the one who wrote
 * the base URL of this host beside the key.
 */
function wasSetFor(key: string, { origin, given }: { origin: string; given: Case }): boolean {
  const isService = origin === SILICONFLOW || origin === OPENAI;
  if (key === SILICONFLOW_KEY) {
    return origin === SILICONFLOW || (!isService && given.keyEnv === "SILICONFLOW_API_KEY");
  }
  if (key === OWN_KEY) return !isService && given.keyEnv === "MY_KEY";
  if (origin === OPENAI) return true;
  if (isService) return false;
  const { openAiBaseUrl, openAiKey } = given;
  const isBeside = openAiBaseUrl?.origin === origin && openAiBaseUrl.place === openAiKey;
  return given.keyEnv === "OPENAI_API_KEY" || isBeside;
}

const cases = everyCase();

function resolveCase(given: Case): EndpointSettings | Message {
  try {
    return resolveEndpoint(flagsOf(given), environmentOf(layersOf(given)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.userMessage;
  }
}

test("every combination of flags and variables gives the endpoint and the key of the rules", () => {
  expect(cases.length).toBe(3 * 5 * 5 * 2 * (1 + 2 * 3) * 4 * 3);
  for (const given of cases) {
    const found = resolveCase(given);
    const outcome =
      "cause" in found
        ? "exit 2"
        : { origin: new URL(found.baseUrl).origin, key: found.key?.reveal() ?? null };
    expect({ given, outcome }).toEqual({ given, outcome: expected(given) });
  }
});

test("in no combination does a key go to a host that it was not set for", () => {
  for (const given of cases) {
    const found = resolveCase(given);
    if ("cause" in found || found.key === null) continue;
    const origin = new URL(found.baseUrl).origin;
    const isRight = wasSetFor(found.key.reveal(), { origin, given });
    expect({ given, origin, isRight }).toEqual({ given, origin, isRight: true });
  }
});

test("in no combination does a key stand in a message or in the inspected settings", () => {
  for (const given of cases) {
    const found = resolveCase(given);
    const shown = Bun.inspect(found, { depth: 9 }) + JSON.stringify(found);
    expect(shown).not.toMatch(/sk-|aaaa1111|cccc2222|eeee3333/);
  }
});

test("host outside the table and off this machine gets a key or a warning that it gets none", () => {
  for (const given of cases) {
    const found = resolveCase(given);
    if ("cause" in found || !found.baseUrl.startsWith(GATEWAY) || given.keyEnv) continue;
    const isSaid = found.warnings.some(({ cause }) => cause.en.startsWith("No key is sent to"));
    expect({ given, isSaid }).toEqual({ given, isSaid: found.key === null });
  }
});

// The important rows, by hand.

function settingsOf(flags: EndpointFlags, layers: Layers): EndpointSettings {
  return resolveEndpoint(flags, environmentOf(layers));
}

/** The first lines of what is said before sending. */
function warningsOf(flags: EndpointFlags, layers: Layers): string[] {
  return settingsOf(flags, layers).warnings.map(({ cause }) => cause.en);
}

/** `URL variable@source`, or the error. */
function route(flags: EndpointFlags, layers: Layers = {}): string {
  try {
    const { baseUrl, keyVariable, keySource } = resolveEndpoint(flags, environmentOf(layers));
    const source = keySource?.kind === "file" ? keySource.path : keySource?.kind;
    return keyVariable === null ? `${baseUrl} no key` : `${baseUrl} ${keyVariable}@${source}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `exit 2: ${error.userMessage.cause.en}`;
  }
}

const S = { SILICONFLOW_API_KEY: SILICONFLOW_KEY };
const O = { OPENAI_API_KEY: OPENAI_KEY };
const G = { OPENAI_BASE_URL: "https://gateway.example/v1" };

test("SiliconFlow's key alone leads to SiliconFlow", () => {
  expect(route({}, { kit: S })).toBe("https://api.siliconflow.cn/v1 SILICONFLOW_API_KEY@/kit/.env");
});

test("SiliconFlow comes first when several keys are set", () => {
  const others = { ...O, DEEPSEEK_API_KEY: "sk-9999888877" };
  expect(route({}, { exported: others, kit: S })).toBe(
    "https://api.siliconflow.cn/v1 SILICONFLOW_API_KEY@/kit/.env",
  );
  expect(route({}, { exported: others })).toBe("https://api.openai.com/v1 OPENAI_API_KEY@exported");
  expect(route({}, { here: { DEEPSEEK_API_KEY: "sk-9999888877" } })).toBe(
    "https://api.deepseek.com DEEPSEEK_API_KEY@/here/.env",
  );
});

test("OPENAI_API_KEY goes with OPENAI_BASE_URL only from the same source", () => {
  const gateway = "https://gateway.example/v1";
  expect(route({}, { exported: { ...O, ...G } })).toBe(`${gateway} OPENAI_API_KEY@exported`);
  expect(route({}, { here: { ...O, ...G } })).toBe(`${gateway} OPENAI_API_KEY@/here/.env`);
  expect(route({}, { exported: O, here: G })).toBe(`${gateway} no key`);
  expect(route({}, { exported: G, here: O })).toBe(`${gateway} no key`);
  expect(route({}, { here: G, kit: O })).toBe(`${gateway} no key`);
  // The exported key hides the file's, and was not set for the file's host.
  expect(route({}, { exported: O, here: { OPENAI_API_KEY: "sk-5555", ...G } })).toBe(
    `${gateway} no key`,
  );
});

test("host of the table never gets OPENAI_API_KEY in place of its own", () => {
  const url = { OPENAI_BASE_URL: "https://api.siliconflow.cn/v1" };
  expect(route({}, { exported: { ...O, ...url } })).toBe(
    "exit 2: Cannot use SiliconFlow: SILICONFLOW_API_KEY is not set",
  );
  expect(route({}, { exported: { ...O, ...url }, kit: S })).toBe(
    "https://api.siliconflow.cn/v1 SILICONFLOW_API_KEY@/kit/.env",
  );
});

test("host that looks like one of the table gets no key of it", () => {
  const all = { exported: { ...S, ...O } };
  for (const host of [
    "api.siliconflow.cn.evil.example",
    "evil-api.siliconflow.cn",
    "api-openai.com",
  ]) {
    expect(route({ baseUrl: `https://${host}/v1` }, all)).toBe(`https://${host}/v1 no key`);
  }
  expect(route({ baseUrl: "https://api.openai.com@evil.example/v1" }, all)).toStartWith("exit 2: ");
  expect(route({ baseUrl: "http://api.openai.com/v1" }, all)).toStartWith("exit 2: ");
});

test("OPENAI_API_KEY that was set for a host goes to no other port or protocol of it", () => {
  const pair = { exported: { ...O, ...G } };
  expect(route({ baseUrl: "https://GATEWAY.example./other" }, pair)).toBe(
    "https://gateway.example/other OPENAI_API_KEY@exported",
  );
  expect(route({ baseUrl: "http://gateway.example/v1" }, pair)).toBe(
    "http://gateway.example/v1 no key",
  );
  expect(route({ baseUrl: "https://gateway.example:444/v1" }, pair)).toBe(
    "https://gateway.example:444/v1 no key",
  );
});

test("server on this machine needs no key and gets one only by name or beside its URL", () => {
  const local = { OPENAI_BASE_URL: "http://127.0.0.1:8000/v1" };
  expect(route({ provider: "ollama" }, { exported: { ...O, ...S } })).toBe(
    "http://127.0.0.1:11434/v1 no key",
  );
  expect(route({ provider: "vllm" }, { exported: { ...O, ...local } })).toBe(
    "http://127.0.0.1:8000/v1 OPENAI_API_KEY@exported",
  );
  expect(route({ provider: "vllm", keyEnv: "TOKEN" }, { exported: { TOKEN: "abc" } })).toBe(
    "http://127.0.0.1:8000/v1 TOKEN@exported",
  );
  expect(resolveEndpoint({ provider: "ollama" }, environmentOf({})).warnings).toEqual([]);
});

test("base URL in a .env cannot take an exported key with it", () => {
  process.env.STREAMGAUGE_TEST_KEY = OPENAI_KEY;
  try {
    for (const url of [
      "https://evil.example/$STREAMGAUGE_TEST_KEY/v1",
      "https://$STREAMGAUGE_TEST_KEY.evil.example/v1",
      "https://evil.example/${NOT_SET:-$STREAMGAUGE_TEST_KEY}",
    ]) {
      expect(route({}, { here: { OPENAI_BASE_URL: url } })).toBe(
        "exit 2: OPENAI_BASE_URL in /here/.env is put together from other variables",
      );
    }
    const taken = { ...G, OPENAI_API_KEY: "$STREAMGAUGE_TEST_KEY" };
    expect(route({}, { here: taken })).toBe("https://gateway.example/v1 no key");
  } finally {
    delete process.env.STREAMGAUGE_TEST_KEY;
  }
});

test("base URL of a server on this machine may be put together", () => {
  const here = { PORT: "8123", OPENAI_BASE_URL: "http://127.0.0.1:$PORT/v1" };
  expect(route({}, { here })).toBe("http://127.0.0.1:8123/v1 no key");
});

test("model is the flag's, else the provider's, else unknown", () => {
  const environment = environmentOf({ exported: { ...S, ...O } });
  const model = (flags: EndpointFlags) => resolveEndpoint(flags, environment).model;
  expect(model({ model: "mine" })).toBe("mine");
  expect(model({})).toBe("Qwen/Qwen2.5-7B-Instruct");
  expect(model({ baseUrl: "https://api.siliconflow.cn/v1" })).toBe("Qwen/Qwen2.5-7B-Instruct");
  expect(model({ provider: "ollama" })).toBeNull();
  expect(model({ baseUrl: "https://gateway.example/v1" })).toBeNull();
});

test("settings tell what chose the endpoint", () => {
  expect(settingsOf({ provider: "openai" }, { exported: O }).choice).toEqual({ by: "provider" });
  expect(settingsOf({ baseUrl: "http://127.0.0.1:9" }, {}).choice).toEqual({ by: "base-url" });
  expect(settingsOf({}, { kit: G }).choice).toEqual({
    by: "variable",
    name: "OPENAI_BASE_URL",
    source: { kind: "file", path: KIT },
  });
  expect(settingsOf({}, { exported: S }).choice).toEqual({
    by: "variable",
    name: "SILICONFLOW_API_KEY",
    source: { kind: "exported" },
  });
  expect(settingsOf({ dryRun: true }, {}).choice).toEqual({ by: "default" });
});

test("dry run needs no key, and a faulty one is only said", () => {
  expect(route({ dryRun: true })).toBe("https://api.siliconflow.cn/v1 no key");
  expect(route({ dryRun: true, provider: "groq" })).toBe("https://api.groq.com/openai/v1 no key");
  const placeholder = { here: { SILICONFLOW_API_KEY: "sk-xxx" } };
  expect(settingsOf({ dryRun: true }, placeholder).key).toBeNull();
  expect(warningsOf({ dryRun: true }, placeholder)).toEqual([
    "Cannot use the key in SILICONFLOW_API_KEY (/here/.env): it is a placeholder, not a key",
  ]);
});

test("key in quotes or after Bearer is sent without them and this is said", () => {
  const wrapped = { exported: { OPENAI_API_KEY: `"Bearer ${OPENAI_KEY}" ` } };
  expect(settingsOf({}, wrapped).key?.reveal()).toBe(OPENAI_KEY);
  expect(warningsOf({}, wrapped)).toEqual([
    'The key in OPENAI_API_KEY (the environment) is used without the blanks around it, quotes around it, "Bearer" before it',
  ]);
});

test("key that its .env line cut off is refused, one with a $ is questioned", () => {
  expect(route({}, { here: { SILICONFLOW_API_KEY: "sk-2f9c41d0#7be3" } })).toBe(
    'exit 2: Cannot use the key in SILICONFLOW_API_KEY (/here/.env): it was cut off at a "#"',
  );
  expect(warningsOf({}, { here: { SILICONFLOW_API_KEY: "sk-2f9c41d0$x7be3" } })).toEqual([
    'Line 1 of /here/.env (SILICONFLOW_API_KEY) holds a "$", which is read as a reference to another variable',
  ]);
});

test("key over plain http is warned of, less so in a private network", () => {
  const flags = { keyEnv: "OPENAI_API_KEY" };
  const layers = { exported: O };
  expect(warningsOf({ ...flags, baseUrl: "http://gateway.example/v1" }, layers)).toEqual([
    "The key goes to gateway.example over plain http: anyone on the way can read it",
  ]);
  expect(warningsOf({ ...flags, baseUrl: "http://192.168.1.20:8000/v1" }, layers)).toEqual([
    "The key goes to 192.168.1.20:8000 over plain http: anyone on the local network can read it",
  ]);
  expect(warningsOf({ ...flags, baseUrl: "http://127.0.0.1:9999/v1" }, layers)).toEqual([]);
  expect(warningsOf({ ...flags, baseUrl: "https://gateway.example/v1" }, layers)).toEqual([]);
});

test("a service's key that --key-env sends elsewhere is said", () => {
  const layers = { exported: { ...S, ...O } };
  const baseUrl = "https://gateway.example/v1";
  expect(warningsOf({ baseUrl, keyEnv: "SILICONFLOW_API_KEY" }, layers)).toEqual([
    "--key-env sends SILICONFLOW_API_KEY, the key for SiliconFlow, to gateway.example",
  ]);
  expect(warningsOf({ baseUrl, keyEnv: "OPENAI_API_KEY" }, layers)).toEqual([]);
});

test("OPENAI_API_KEY that stands beside another host's base URL goes to OpenAI with a warning", () => {
  expect(warningsOf({ provider: "openai" }, { here: { ...O, ...G } })).toEqual([
    "OPENAI_API_KEY is sent to api.openai.com, but OPENAI_BASE_URL beside it names another host",
  ]);
  expect(warningsOf({ provider: "openai" }, { exported: O, here: G })).toEqual([]);
});

/** What a refusal of `OPENAI_API_KEY` would say besides. */
function hintsOf(flags: EndpointFlags): string[] {
  return settingsOf(flags, { exported: O }).hints.map((hint) => renderMessage(hint, "en"));
}

test("failure at OpenAI or SiliconFlow can say where the other key belongs", () => {
  expect(hintsOf({})).toEqual([
    "The key in OPENAI_API_KEY was sent to OpenAI\n" +
      "If it is a SiliconFlow key, put it into SILICONFLOW_API_KEY instead",
  ]);
  expect(hintsOf({ provider: "openai" })).toEqual([]);
  expect(hintsOf({ provider: "siliconflow-com", dryRun: true })).toEqual([
    "Keys of api.siliconflow.com and api.siliconflow.cn are separate\n" +
      "If the key is from https://cloud.siliconflow.cn/account/ak, put it into SILICONFLOW_API_KEY and use --provider siliconflow",
  ]);
});

// Errors as people read them.

/** The message in both languages. */
function read(flags: EndpointFlags, layers: Layers = {}): string {
  const message = messageOf(() => resolveEndpoint(flags, environmentOf(layers)));
  if (message === null) return "no error";
  return `${renderMessage(message, "en")}\n${renderMessage(message, "zh")}`;
}

test("without any key the message says how to get one", () => {
  expect(read({})).toBe(
    `Cannot choose an endpoint: no API key is set
Get a key at https://cloud.siliconflow.cn/account/ak and put the line SILICONFLOW_API_KEY=YOUR_KEY into .env (--demo needs no key)
无法选择接口：尚未设置 API 密钥
请在 https://cloud.siliconflow.cn/account/ak 获取密钥，并在 .env 中写一行 SILICONFLOW_API_KEY=您的密钥（--demo 不需要密钥）`,
  );
});

test("chosen service without its key is named, with a word on OPENAI_API_KEY if that is set", () => {
  expect(read({ provider: "deepseek" })).toBe(
    `Cannot use DeepSeek: DEEPSEEK_API_KEY is not set
Get a key at https://platform.deepseek.com/api_keys and put the line DEEPSEEK_API_KEY=YOUR_KEY into .env
无法使用 DeepSeek：DEEPSEEK_API_KEY 未设置
请在 https://platform.deepseek.com/api_keys 获取密钥，并在 .env 中写一行 DEEPSEEK_API_KEY=您的密钥`,
  );
  expect(read({ provider: "siliconflow" }, { exported: O })).toContain(
    "OPENAI_API_KEY is not sent to SiliconFlow: if it holds a key of SiliconFlow, rename it",
  );
});

test("unknown provider is answered with the nearest and all names", () => {
  expect(read({ provider: "silicoflow" })).toStartWith(
    'Unknown --provider "silicoflow"\nDid you mean "siliconflow"? Known: siliconflow, siliconflow-com, openai, ',
  );
  expect(read({ provider: "azure" })).toStartWith('Unknown --provider "azure"\nKnown: siliconflow');
});

test("provider and another host's base URL exclude each other", () => {
  expect(read({ provider: "openai", baseUrl: "https://gateway.example/v1" })).toBe(
    `--provider openai and --base-url do not fit together: gateway.example is not a host of OpenAI
Leave one of the two out
--provider openai 与 --base-url 冲突：gateway.example 不是 OpenAI 的主机
请去掉其中一个`,
  );
  expect(read({ provider: "vllm", baseUrl: "http://127.0.0.1:9000/v1" })).toStartWith("--provider");
  expect(read({ provider: "vllm", baseUrl: "http://localhost:8000/v1" })).toBe("no error");
});

test("--key-env that a service's host does not take is explained", () => {
  expect(read({ provider: "openai", keyEnv: "GROQ_API_KEY" }, { exported: O })).toBe(
    `--key-env cannot be used with OpenAI: only OPENAI_API_KEY is sent there
Leave --key-env out, or use --provider groq, to which that variable belongs
--key-env 不能用于 OpenAI：只有 OPENAI_API_KEY 会发送到该处
请去掉 --key-env，或使用该变量所属的 --provider groq`,
  );
  expect(read({ provider: "openai", keyEnv: "OPENAI_API_KEY" }, { exported: O })).toBe("no error");
});

test("key that is pasted where a name or a URL belongs is not repeated", () => {
  const keys = [
    "sk-2f9c41d07be3",
    "gsk_2f9c41d07be3aaQ",
    "2f9c41d07be32f9c41d07be32f9c41d07be3",
    "2f9c41d07be3.aB3dE6gH9jK2",
    "Bearer 2f9c41d07be3",
    "a2f9c41d07be3QQQQ",
  ];
  const gateway = "https://gateway.example/v1";
  for (const key of keys) {
    for (const shown of [
      read({ keyEnv: key, baseUrl: gateway }),
      read({ keyEnv: key, provider: "openai" }),
      read({ baseUrl: key }),
      read({ baseUrl: `https://${key}@gateway.example` }),
      read({}, { here: { OPENAI_BASE_URL: key } }),
      read({}, { here: { OPENAI_BASE_URL: `${gateway}?key=${key}` } }),
    ]) {
      expect(shown).not.toBe("no error");
      expect(shown).not.toContain("2f9c41d07be3");
    }
  }
  for (const key of keys.slice(0, 3)) {
    expect(read({ provider: key })).not.toContain("2f9c41d07be3");
  }
});

test("faulty key is never part of the error, nor is a letter of it", () => {
  for (const value of [
    "sk-2f9c 41d07be3",
    "sk-2f9c41d07be3钥",
    "zzqqw",
    "OPENAI_API_KEY=sk-2f9c41d07be3",
  ]) {
    const shown = read({}, { exported: { OPENAI_API_KEY: value } });
    expect(shown).toStartWith("Cannot use the key in OPENAI_API_KEY (the environment): it ");
    expect(shown).not.toMatch(/2f9c|41d0|zzq|sk-/);
  }
});
