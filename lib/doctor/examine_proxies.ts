import type { Message } from "../base/message.ts";
import { type Check, check, type CheckStatus } from "./check.ts";
import type { Facts } from "./facts.ts";
import {
  noProxy,
  proxiesDiffer,
  proxiesSet,
  proxyExcepted,
  proxyForHttpOnly,
  proxyIgnored,
  proxyInEnvFile,
  proxyNotUsed,
  proxyUnreadable,
  proxyUnsupported,
  proxyUsed,
} from "./messages/proxy.ts";
import {
  chooseProxy,
  PROXY_VARIABLES,
  type ProxyEnvironment,
  type ProxySetting,
  readProxy,
} from "../settings/proxy_choice.ts";

/** Judges the proxy variables: which of them counts for the endpoint, and which cannot be used. */
export function examineProxies(facts: Facts, given: { readonly baseUrl: string | null }): Check[] {
  return [...examineSet(facts, given), ...inEnvFiles(facts)];
}

/** Those in a `.env` do not count, which nobody expects who wrote them there. */
function inEnvFiles({ environment, windows }: Facts): Check[] {
  if ("cause" in environment) return [];
  return PROXY_VARIABLES.flatMap((name) => {
    const setting = environment.get(name);
    if (setting?.source.kind !== "file") return [];
    return found("warning", proxyInEnvFile(name, { path: setting.source.path, windows }));
  });
}

function examineSet(
  { proxies, windows }: Facts,
  { baseUrl }: { readonly baseUrl: string | null },
): Check[] {
  const set = PROXY_VARIABLES.flatMap((name) => readProxy(name, proxies) ?? []);
  if (set.length === 0) return [found("ok", noProxy())];
  const faults = faultsOf(set, { proxies, windows, baseUrl });
  const supported = set.filter((proxy) => proxy.supported);
  if (baseUrl === null) {
    return supported.length > 0 ? [found("ok", proxiesSet(supported)), ...faults] : faults;
  }
  const { host, protocol } = new URL(baseUrl);
  const choice = chooseProxy(baseUrl, proxies);
  switch (choice.kind) {
    case "excepted":
      return [found("ok", proxyExcepted(host, choice.proxy)), ...faults];
    case "proxied":
      return choice.proxy.supported
        ? [found("ok", proxyUsed(host, choice.proxy)), ...faults]
        : faults;
    case "direct":
      return protocol === "https:" && supported.length > 0
        ? [found("warning", proxyForHttpOnly(host, windows)), ...faults]
        : [found("ok", proxyNotUsed(host)), ...faults];
  }
}

interface FaultOptions {
  readonly proxies: ProxyEnvironment;
  readonly windows: boolean;
  readonly baseUrl: string | null;
}

function faultsOf(
  set: readonly ProxySetting[],
  { proxies, windows, baseUrl }: FaultOptions,
): Check[] {
  const choice = baseUrl === null ? null : chooseProxy(baseUrl, proxies);
  const checks = set.flatMap((proxy) => {
    if (proxy.supported) return [];
    const inUse = choice?.kind === "proxied" && choice.proxy.variable === proxy.variable;
    const status = inUse ? "error" : "warning";
    if (proxy.protocol === null) return found(status, proxyUnreadable(proxy.variable));
    return /^all_proxy$/i.test(proxy.variable)
      ? found("warning", proxyIgnored(proxy, windows))
      : found(status, proxyUnsupported(proxy, windows));
  });
  return [...checks, ...differences(proxies)];
}

/** On Windows both names are one variable, so they never differ. */
function differences(proxies: ProxyEnvironment): Check[] {
  return ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => {
    const [lower, upper] = [proxies[name] ?? "", proxies[name.toUpperCase()] ?? ""];
    return lower === "" || upper === "" || lower === upper
      ? []
      : found("warning", proxiesDiffer(name, name.toUpperCase()));
  });
}

function found(status: CheckStatus, message: Message): Check {
  return check("proxy", { status, message });
}
