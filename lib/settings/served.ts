import { API_NAMES, type Api } from "./api.ts";
import type { Provider } from "./providers.ts";

/** The base URL behind which a service has this protocol, or may have it. */
export function baseUrlFor({ apis, baseUrl }: Provider, api: Api): string {
  const served = apis[api];
  return typeof served === "string" ? served : baseUrl;
}

/** The protocols that a service is known to have. */
export function servedApis({ apis }: Provider): Api[] {
  return API_NAMES.filter((api) => apis[api] !== undefined && apis[api] !== false);
}

/**
 * The protocol that is spoken where `--api` names none: chat completions, unless it is known that a service has another
 * one only.
 *
 * @example
 * ```ts
 * defaultApi(providerNamed("anthropic")); // "messages"
 * defaultApi(null); // "chat"
 * ```
 */
export function defaultApi(provider: Provider | null): Api {
  const [only, ...others] = provider === null ? [] : servedApis(provider);
  return only === undefined || others.length > 0 ? "chat" : only;
}
