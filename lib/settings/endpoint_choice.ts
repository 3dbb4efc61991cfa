import { UserError } from "../base/message.ts";
import { nearest } from "../base/nearest.ts";
import { type BaseUrl, readBaseUrl } from "./base_url.ts";
import type { Environment, Setting, SettingSource } from "./environment.ts";
import {
  baseUrlPutTogether,
  providerAgainstBaseUrl,
  unknownProvider,
} from "./messages/endpoint.ts";
import { type Provider, providerNamed, PROVIDERS } from "./providers.ts";
import { quoteError } from "./setting_line.ts";

/** The flags that choose an endpoint. A key is never among them. */
export interface EndpointFlags {
  readonly provider?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly model?: string | undefined;
  readonly keyEnv?: string | undefined;
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
 * variable is set, else SiliconFlow.
 *
 * @throws {UserError} when a flag or a setting cannot be used, or two of them name different hosts.
 */
export function chooseBaseUrl(flags: EndpointFlags, environment: Environment): Chosen {
  const given = flags.baseUrl === undefined ? null : readBaseUrl(flags.baseUrl, "--base-url");
  if (flags.provider !== undefined) {
    const provider = readProvider(flags.provider);
    if (given !== null && given.provider !== provider) {
      throw new UserError(providerAgainstBaseUrl(provider, given.host));
    }
    return { baseUrl: given ?? baseUrlOf(provider), choice: { by: "provider" } };
  }
  if (given !== null) return { baseUrl: given, choice: { by: "base-url" } };

  const setting = environment.get("OPENAI_BASE_URL");
  if (setting !== null) {
    return { baseUrl: readBaseUrlSetting(setting), choice: variableChoice(setting) };
  }
  for (const provider of PROVIDERS) {
    const key = provider.keyVariable === null ? null : environment.get(provider.keyVariable);
    if (key !== null) return { baseUrl: baseUrlOf(provider), choice: variableChoice(key) };
  }
  return { baseUrl: baseUrlOf(siliconFlow()), choice: { by: "default" } };
}

function variableChoice({ name, source }: Setting): EndpointChoice {
  return { by: "variable", name, source };
}

function baseUrlOf(provider: Provider): BaseUrl {
  return readBaseUrl(provider.baseUrl, "--provider");
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
function readBaseUrlSetting(setting: Setting): BaseUrl {
  const faulty = quoteError(setting);
  if (faulty !== null) throw new UserError(faulty);
  const baseUrl = readBaseUrl(setting.value.reveal(), "OPENAI_BASE_URL");
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
