import type { Secret } from "../base/secret.ts";
import { type BaseUrl, isPrivateHost, readBaseUrl } from "./base_url.ts";
import { type Environment, isSameSource, type Setting, type SettingSource } from "./environment.ts";
import { dollarWarning, quoteError } from "./setting_line.ts";
import { inspectKey } from "./key.ts";
import { type Message, UserError } from "../base/message.ts";
import {
  envFileMisnamed,
  foreignKeySent,
  keyFaulty,
  keyInTheClear,
  keyRepaired,
  keyVariableIsNoName,
  keyVariableOfAnother,
  keyVariableUnset,
  noKeyAnywhere,
  noKeySent,
  openAiKeyHeldBack,
  openAiKeyOfAnotherHost,
  openAiPairSplit,
  providerKeyMissing,
  siliconFlowKeyBelongsElsewhere,
  siliconFlowSitesAreSeparate,
} from "./messages/keys.ts";
import {
  baseUrlPutTogether,
  providerAgainstBaseUrl,
  unknownProvider,
} from "./messages/endpoint.ts";
import { nearest } from "../base/nearest.ts";
import { type Provider, providerNamed, providerOfVariable, PROVIDERS } from "./providers.ts";

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

/** Where requests go, and the one key that goes with them. */
export interface EndpointSettings {
  /** Without a slash at the end: `/chat/completions` is appended. */
  readonly baseUrl: string;
  /** The row of the table whose host this is; `null` for any other host. */
  readonly provider: Provider | null;
  readonly choice: EndpointChoice;
  /** `null` when neither `--model` nor the row names one: the endpoint's list of models is asked then. */
  readonly model: string | null;
  /** `null` when no key goes to this host. */
  readonly key: Secret | null;
  /** The variable that holds the key; `null` without a key. */
  readonly keyVariable: string | null;
  readonly keySource: SettingSource | null;
  /** To be said before sending. */
  readonly warnings: readonly Message[];
  /** To be said only if the endpoint refuses the key. */
  readonly hints: readonly Message[];
}

/**
 * Chooses the endpoint and the key.
 *
 * The endpoint: `--provider`, else `--base-url`, else `OPENAI_BASE_URL`, else the first row of the table whose variable
 * is set, else SiliconFlow. `--base-url` beside `--provider` must name the same host.
 *
 * The key is decided by the host alone, so that no key reaches a host it was not set for:
 * - a service in the table gets its row's variable and nothing else;
 * - any other host gets the variable that `--key-env` names; without it `OPENAI_API_KEY`, but only when this host
 *   is the one in `OPENAI_BASE_URL` and both come from the same source (both exported, or the same file). Else it gets none,
 *   which is said unless it is this machine.
 *
 * @throws {UserError} when a flag or a setting cannot be used, or the key of a chosen service is missing or faulty.
 * @example
 * ```ts
 * const environment = systemEnvironment();
 * const { baseUrl, key, warnings } = resolveEndpoint({ provider: "siliconflow" }, environment);
 * ```
 */
export function resolveEndpoint(flags: EndpointFlags, environment: Environment): EndpointSettings {
  const { baseUrl, choice } = chooseBaseUrl(flags, environment);
  const warnings = [...baseUrl.warnings];
  const setting = chooseKey(baseUrl, { flags, environment, choice, warnings });
  const key = setting === null ? null : readKey(setting, { flags, baseUrl, warnings });
  if (key !== null && baseUrl.text.startsWith("http:") && !baseUrl.loopback) {
    warnings.push(keyInTheClear(baseUrl.host, isPrivateHost(baseUrl.host)));
  }
  return {
    baseUrl: baseUrl.text,
    provider: baseUrl.provider,
    choice,
    model: flags.model ?? baseUrl.provider?.defaultModel ?? null,
    key,
    keyVariable: key === null ? null : (setting?.name ?? null),
    keySource: key === null ? null : (setting?.source ?? null),
    warnings,
    hints: hintsFor(baseUrl.provider, choice),
  };
}

interface Chosen {
  readonly baseUrl: BaseUrl;
  readonly choice: EndpointChoice;
}

function chooseBaseUrl(flags: EndpointFlags, environment: Environment): Chosen {
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

interface KeyOptions {
  readonly flags: EndpointFlags;
  readonly environment: Environment;
  readonly choice: EndpointChoice;
  readonly warnings: Message[];
}

function chooseKey(baseUrl: BaseUrl, options: KeyOptions): Setting | null {
  const { provider } = baseUrl;
  const { keyEnv } = options.flags;
  if (provider !== null && !provider.local) {
    if (keyEnv !== undefined && keyEnv !== provider.keyVariable) {
      const owner = providerOfVariable(keyEnv);
      throw new UserError(keyVariableOfAnother(provider, owner));
    }
    return rowKey(provider, options);
  }
  if (keyEnv !== undefined) return namedKey(keyEnv, { ...options, host: baseUrl.host });
  return openAiKey(baseUrl, options);
}

function rowKey(
  provider: Provider,
  { flags, environment, choice, warnings }: KeyOptions,
): Setting | null {
  const setting = provider.keyVariable === null ? null : environment.get(provider.keyVariable);
  if (setting !== null) {
    const baseUrl = environment.get("OPENAI_BASE_URL");
    const origin = new URL(provider.baseUrl).origin;
    if (
      setting.name === "OPENAI_API_KEY" &&
      baseUrl !== null &&
      isSameSource(setting.source, baseUrl.source) &&
      originOf(baseUrl) !== origin
    ) {
      warnings.push(openAiKeyOfAnotherHost(new URL(origin).host));
    }
    return setting;
  }
  if (flags.dryRun) return null;
  const openAiKeyIsSet = environment.get("OPENAI_API_KEY") !== null;
  const message =
    choice.by === "default"
      ? noKeyAnywhere(provider)
      : providerKeyMissing(provider, openAiKeyIsSet);
  const misnamed = environment.files.find((file) => file.misnamed !== undefined)?.misnamed;
  throw new UserError(misnamed === undefined ? message : envFileMisnamed(message, misnamed));
}

function namedKey(
  name: string,
  { flags, environment, warnings, host }: KeyOptions & { host: string },
): Setting | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new UserError(keyVariableIsNoName());
  const setting = environment.get(name);
  if (setting === null) {
    if (flags.dryRun) return null;
    // Keys of mixed or lower case can look like names; a name in capitals is no key.
    const isShowable = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name) || /^[A-Z]{1,20}$/.test(name);
    throw new UserError(keyVariableUnset(isShowable ? name : null));
  }
  const owner = providerOfVariable(name);
  if (owner !== null && name !== "OPENAI_API_KEY") {
    warnings.push(foreignKeySent(host, { variable: name, owner }));
  }
  return setting;
}

/** `OPENAI_API_KEY`, if it was set for this very host. */
function openAiKey(target: BaseUrl, { environment, warnings }: KeyOptions): Setting | null {
  const key = environment.get("OPENAI_API_KEY");
  const baseUrl = environment.get("OPENAI_BASE_URL");
  if (key === null) {
    if (!target.loopback) warnings.push(noKeySent(target.host));
    return null;
  }
  if (baseUrl === null || originOf(baseUrl) !== target.origin) {
    if (!target.loopback) warnings.push(openAiKeyHeldBack(target.host));
    return null;
  }
  if (!isSameSource(key.source, baseUrl.source)) {
    warnings.push(openAiPairSplit(target.host, { key: key.source, baseUrl: baseUrl.source }));
    return null;
  }
  // A file that takes the key from another variable did not set it.
  if (!key.literal) {
    warnings.push(openAiKeyHeldBack(target.host));
    return null;
  }
  return key;
}

/** `null` for what is no base URL: it matters only if it chooses the endpoint, and is an error there. */
function originOf(setting: Setting): string | null {
  try {
    return readBaseUrl(setting.value.reveal(), setting.name).origin;
  } catch {
    return null;
  }
}

function readKey(
  setting: Setting,
  { flags, baseUrl, warnings }: { flags: EndpointFlags; baseUrl: BaseUrl; warnings: Message[] },
): Secret | null {
  const { name, source, cutAtHash } = setting;
  const inspection = inspectKey(setting.value.reveal(), { cutAtHash, local: baseUrl.loopback });
  const refuse = (message: Message): null => {
    if (!flags.dryRun) throw new UserError(message);
    warnings.push(message);
    return null;
  };
  const faulty = quoteError(setting);
  if (faulty !== null) return refuse(faulty);
  if (!inspection.usable) return refuse(keyFaulty(name, { source, fault: inspection.fault }));
  const { key, repairs } = inspection;
  if (repairs.length > 0) warnings.push(keyRepaired(name, { source, repairs }));
  const warning = dollarWarning(setting);
  if (warning !== null) warnings.push(warning);
  return key;
}

function hintsFor(provider: Provider | null, choice: EndpointChoice): Message[] {
  if (choice.by === "variable" && choice.name === "OPENAI_API_KEY") {
    return [siliconFlowKeyBelongsElsewhere(siliconFlow())];
  }
  const other = { siliconflow: "siliconflow-com", "siliconflow-com": "siliconflow" }[
    provider?.name ?? ""
  ];
  const sister = other === undefined ? null : providerNamed(other);
  return provider === null || sister === null
    ? []
    : [siliconFlowSitesAreSeparate(provider, sister)];
}

/** The first row: the default, and the service whose keys most often land in `OPENAI_API_KEY`. */
function siliconFlow(): Provider {
  const [first] = PROVIDERS;
  if (first === undefined) throw new Error("The table of providers is empty");
  return first;
}
