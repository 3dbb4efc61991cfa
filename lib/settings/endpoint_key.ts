import { type Message, UserError } from "../base/message.ts";
import type { Secret } from "../base/secret.ts";
import type { BaseUrl } from "./base_url.ts";
import {
  type EndpointChoice,
  type EndpointFlags,
  keptForAnotherHost,
  originOf,
} from "./endpoint_choice.ts";
import { type Environment, isSameSource, type Setting } from "./environment.ts";
import { inspectKey } from "./key.ts";
import {
  envFileMisnamed,
  foreignKeySent,
  keyFaulty,
  keyOfAnotherHost,
  keyRepaired,
  keyVariableIsNoName,
  keyVariableOfAnother,
  keyVariableUnset,
  noKeyAnywhere,
  noKeySent,
  openAiKeyHeldBack,
  openAiPairSplit,
  providerKeyMissing,
} from "./messages/keys.ts";
import { type Provider, providerOfVariable } from "./providers.ts";
import { dollarWarning, quoteError } from "./setting_line.ts";

/** What the choice of a key depends on, and where its warnings go. */
export interface KeyOptions {
  readonly flags: EndpointFlags;
  readonly environment: Environment;
  readonly choice: EndpointChoice;
  readonly warnings: Message[];
}

/**
 * The setting whose key goes to this endpoint, by its host alone; `null` when none does. `resolveEndpoint` has
 * the rules.
 *
 * @throws {UserError} when the key of a service is missing, or `--key-env` names no variable that may go there.
 */
export function chooseKey(baseUrl: BaseUrl, options: KeyOptions): Setting | null {
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
    const baseUrl = keptForAnotherHost(setting, { provider, environment });
    if (baseUrl !== null) {
      const { host } = new URL(provider.baseUrl);
      warnings.push(keyOfAnotherHost(setting.name, { host, baseUrl }));
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

/**
 * The key in a setting, mended where that is safe. With `dryRun` a faulty one is `null`, and warned of.
 *
 * @throws {UserError} when it cannot be used.
 */
export function readKey(
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
