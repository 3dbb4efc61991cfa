import { UserError } from "../base/message.ts";
import { nearest } from "../base/nearest.ts";
import type { Api } from "./api.ts";
import { type BaseUrl, readBaseUrl } from "./base_url.ts";
import { type Environment, isSameSource, type Setting, type SettingSource } from "./environment.ts";
import {
  baseUrlPutTogether,
  providerAgainstBaseUrl,
  unknownProvider,
} from "./messages/endpoint.ts";
import { type Provider, providerNamed, PROVIDERS } from "./providers.ts";
import { baseUrlFor, defaultApi } from "./served.ts";
import { quoteError } from "./setting_line.ts";

/** The flags that choose an endpoint. A key is never among them. */
export interface EndpointFlags {
  readonly provider?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The protocol. Default: that of the service, mostly chat completions. */
  readonly api?: Api | undefined;
  readonly model?: string | undefined;
  readonly keyEnv?: string | undefined;
  /** The header for the key. Default: that of the service, or of the protocol. */
  readonly keyHeader?: "authorization" | "x-api-key" | undefined;
  /** Nothing will be sent: a key that is missing or faulty is no error then. */
  readonly dryRun?: boolean | undefined;
}

/** What made the choice of the endpoint. */
export type EndpointChoice =
  | { readonly by: "provider" | "base-url" }
  | { readonly by: "variable"; readonly name: string; readonly source: SettingSource }
  | { readonly by: "default" };

/** The base URL that was chosen, and what chose it. */
interface Chosen {
  readonly baseUrl: BaseUrl;
  readonly choice: EndpointChoice;
}

/**
 * Chooses the endpoint: `--provider`, else `--base-url`, else `OPENAI_BASE_URL`, else the first row of the table whose
 * variable is set, else SiliconFlow. With `--api` rows that are known not to have this protocol come last; a key that
 * was set beside the base URL of another host chooses nothing.
 *
 * @throws {UserError} when a flag or a setting cannot be used, or two of them name different hosts.
 */
export function chooseBaseUrl(flags: EndpointFlags, environment: Environment): Chosen {
  const { api } = flags;
  const given =
    flags.baseUrl === undefined ? null : readBaseUrl(flags.baseUrl, "--base-url", { api });
  if (flags.provider !== undefined) {
    const provider = readProvider(flags.provider);
    if (given !== null && given.provider !== provider) {
      throw new UserError(providerAgainstBaseUrl(provider, given.host));
    }
    return { baseUrl: given ?? baseUrlOf(provider, api), choice: { by: "provider" } };
  }
  if (given !== null) return { baseUrl: given, choice: { by: "base-url" } };

  const setting = environment.get("OPENAI_BASE_URL");
  if (setting !== null) {
    return { baseUrl: readBaseUrlSetting(setting, api), choice: variableChoice(setting) };
  }
  const rows = PROVIDERS.flatMap((provider) => {
    const key = provider.keyVariable === null ? null : environment.get(provider.keyVariable);
    if (key === null || keptForAnotherHost(key, { provider, environment }) !== null) return [];
    return [{ provider, key }];
  });
  const [first] = rows;
  const { provider, key } =
    rows.find(({ provider }) => api === undefined || provider.apis[api] !== false) ?? first ?? {};
  if (provider !== undefined && key !== undefined) {
    return { baseUrl: baseUrlOf(provider, api), choice: variableChoice(key) };
  }
  return { baseUrl: baseUrlOf(siliconFlow(), api), choice: { by: "default" } };
}

/** The variables that clients read beside their key, and that say for which host it is. */
const BASE_URL_BESIDE: ReadonlyMap<string, string> = new Map([
  ["OPENAI_API_KEY", "OPENAI_BASE_URL"],
  ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"],
]);

/** The variable beside a service's key that names another host than the service's; `null` where none does. */
export function keptForAnotherHost(
  key: Setting,
  { provider, environment }: { readonly provider: Provider; readonly environment: Environment },
): string | null {
  const name = BASE_URL_BESIDE.get(key.name);
  const beside = name === undefined ? null : environment.get(name);
  if (name === undefined || beside === null || !isSameSource(key.source, beside.source))
    return null;
  return originOf(beside) === new URL(provider.baseUrl).origin ? null : name;
}

/** `null` for what is no base URL: it matters only if it chooses the endpoint, and is an error there. */
export function originOf(setting: Setting): string | null {
  try {
    return readBaseUrl(setting.value.reveal(), setting.name).origin;
  } catch {
    return null;
  }
}

function variableChoice({ name, source }: Setting): EndpointChoice {
  return { by: "variable", name, source };
}

function baseUrlOf(provider: Provider, api: Api | undefined): BaseUrl {
  const text = baseUrlFor(provider, api ?? defaultApi(provider));
  return readBaseUrl(text, "--provider", { api });
}

function readProvider(name: string): Provider {
  const provider = providerNamed(name);
  if (provider !== null) return provider;
  const names = PROVIDERS.map((row) => row.name);
  // A key pasted here by mistake is longer than any name, or begins like one.
  const isShowable = /^[\w. -]{1,20}$/.test(name) && !/^\w{2,4}[-_]\w{8,}/.test(name);
  const suggestion = nearest(name, names);
  throw new UserError(unknownProvider(isShowable ? name : null, { names, suggestion }));
}

/** Through `https://example.org/$SOME_KEY` a file from elsewhere could take a key out of the environment. */
function readBaseUrlSetting(setting: Setting, api: Api | undefined): BaseUrl {
  const faulty = quoteError(setting);
  if (faulty !== null) throw new UserError(faulty);
  const baseUrl = readBaseUrl(setting.value.reveal(), "OPENAI_BASE_URL", { api });
  if (!setting.literal && !baseUrl.loopback && setting.source.kind === "file") {
    throw new UserError(baseUrlPutTogether(setting.source.path));
  }
  return baseUrl;
}

/** The first row: the default, and the service whose keys most often land in `OPENAI_API_KEY`. */
export function siliconFlow(): Provider {
  const [first] = PROVIDERS;
  if (first === undefined) throw new Error("The table of providers is empty");
  return first;
}
