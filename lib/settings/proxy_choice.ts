/** The variables that Bun's `fetch` takes a proxy from, as far as they are set. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** A proxy variable that is set. Its user name and password are not kept. */
export interface ProxySetting {
  readonly variable: string;
  /** In lower case, as `socks5`; `null` for what cannot be read as an address. */
  readonly protocol: string | null;
  /** Host name without brackets. */
  readonly host: string;
  readonly port: number;
  readonly hasPassword: boolean;
  readonly supported: boolean;
}

/** What becomes of requests to one URL. */
export type ProxyChoice =
  | { readonly kind: "direct" }
  /** A proxy is set, and `NO_PROXY` excepts this host. */
  | { readonly kind: "excepted"; readonly proxy: ProxySetting }
  | { readonly kind: "proxied"; readonly proxy: ProxySetting };

export const PROXY_VARIABLES = [
  "http_proxy",
  "HTTP_PROXY",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
] as const;

/**
 * The proxy that Bun's `fetch` uses for a URL, as Bun 1.4.5 does it: `http_proxy` or `https_proxy` by the URL's protocol,
 * lower case before upper case, then `all_proxy` and `ALL_PROXY`, which count only with an `http://` or `https://`
 * proxy in them; and none for the hosts of `no_proxy` (if that is unset `NO_PROXY`). An empty variable is not set.
 *
 * @example
 * ```ts
 * chooseProxy("https://api.openai.com/v1", { HTTPS_PROXY: "http://127.0.0.1:7890" }); // { kind: "proxied", … }
 * chooseProxy("https://api.openai.com/v1", { ALL_PROXY: "socks5://127.0.0.1:7890" }); // { kind: "direct" }
 * ```
 */
export function chooseProxy(baseUrl: string, environment: ProxyEnvironment): ProxyChoice {
  const url = new URL(baseUrl);
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const proxy =
    readProxy(name, environment) ??
    readProxy(name.toUpperCase(), environment) ??
    onlySupported(readProxy("all_proxy", environment)) ??
    onlySupported(readProxy("ALL_PROXY", environment));
  if (proxy === null) return { kind: "direct" };
  return { kind: isExcepted(url, environment) ? "excepted" : "proxied", proxy };
}

/** One proxy variable; `null` if it is unset or empty. `127.0.0.1:7890` without a protocol is an http proxy. */
export function readProxy(variable: string, environment: ProxyEnvironment): ProxySetting | null {
  const value = environment[variable]?.trim() ?? "";
  if (value === "") return null;
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url === null) {
    const unreadable = { protocol: null, host: "", port: 0 };
    return { variable, ...unreadable, hasPassword: false, supported: false };
  }
  const protocol = url.protocol.slice(0, -1);
  return {
    variable,
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (protocol === "https" ? 443 : 80) : Number(url.port),
    hasPassword: url.username !== "" || url.password !== "",
    supported: protocol === "http" || protocol === "https",
  };
}

function onlySupported(proxy: ProxySetting | null): ProxySetting | null {
  return proxy?.supported ? proxy : null;
}

/** An entry excepts a host, what ends in `.entry`, and with a port only that port. `*` excepts all. */
function isExcepted(url: URL, environment: ProxyEnvironment): boolean {
  const list = environment["no_proxy"] || environment["NO_PROXY"] || "";
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return list.split(",").some((text) => {
    const entry = text
      .trim()
      .toLowerCase()
      .replace(/^\*?\./, "");
    if (entry === "*") return true;
    if (entry === "") return false;
    return [entry, entry.replace(new RegExp(`:${port}$`), "")].some(
      (name) => host === name || host.endsWith(`.${name}`),
    );
  });
}
