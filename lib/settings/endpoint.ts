import { type Message, UserError } from "../base/message.ts";
import type { Secret } from "../base/secret.ts";
import type { Api } from "./api.ts";
import { isPrivateHost } from "./base_url.ts";
import {
  chooseBaseUrl,
  type EndpointChoice,
  type EndpointFlags,
  siliconFlow,
} from "./endpoint_choice.ts";
import { chooseKey, readKey } from "./endpoint_key.ts";
import type { Environment, SettingSource } from "./environment.ts";
import { apiNotServed } from "./messages/endpoint.ts";
import {
  keyInTheClear,
  siliconFlowKeyBelongsElsewhere,
  siliconFlowSitesAreSeparate,
} from "./messages/keys.ts";
import { type Provider, providerNamed } from "./providers.ts";

/** Where requests go, and the one key that goes with them. */
export interface EndpointSettings {
  /** Without a slash at the end: `/chat/completions`, or the path of another protocol, is appended. */
  readonly baseUrl: string;
  /** The protocol that is spoken. */
  readonly api: Api;
  /** The header for the key, where it is another one than the protocol has. */
  readonly keyHeader?: EndpointFlags["keyHeader"];
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
 * The protocol: `--api`, else that of the service, which is mostly chat completions.
 *
 * @throws {UserError} when a flag or a setting cannot be used, the key of a chosen service is missing or faulty, or it is
 *   known not to have the protocol.
 * @example
 * ```ts
 * const environment = systemEnvironment();
 * const { baseUrl, key, warnings } = resolveEndpoint({ provider: "siliconflow" }, environment);
 * ```
 */
export function resolveEndpoint(flags: EndpointFlags, environment: Environment): EndpointSettings {
  const { baseUrl, choice } = chooseBaseUrl(flags, environment);
  const { api, provider } = baseUrl;
  if (provider !== null && provider.apis[api] === false) {
    throw new UserError(apiNotServed(provider, api));
  }
  const warnings = [...baseUrl.warnings];
  const setting = chooseKey(baseUrl, { flags, environment, choice, warnings });
  const key = setting === null ? null : readKey(setting, { flags, baseUrl, warnings });
  if (key !== null && baseUrl.text.startsWith("http:") && !baseUrl.loopback) {
    warnings.push(keyInTheClear(baseUrl.host, isPrivateHost(baseUrl.host)));
  }
  return {
    baseUrl: baseUrl.text,
    api,
    keyHeader: flags.keyHeader ?? (api === "messages" ? provider?.messagesKeyHeader : undefined),
    provider,
    choice,
    model: flags.model ?? provider?.defaultModel ?? null,
    key,
    keyVariable: key === null ? null : (setting?.name ?? null),
    keySource: key === null ? null : (setting?.source ?? null),
    warnings,
    hints: hintsFor(provider, choice),
  };
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
