import { type Message, UserError } from "../base/message.ts";
import {
  baseUrlHasParts,
  baseUrlHasUserInfo,
  baseUrlIsNoUrl,
  baseUrlWrongDoor,
  doubledV1Removed,
  endpointPathRemoved,
  rowPathAdded,
  v1Added,
} from "./messages/endpoint.ts";
import { isLoopback, type Provider, tableEntry, withoutFinalDots } from "./providers.ts";

/** A base URL in the one form that the rest uses. */
export interface BaseUrl {
  /** Without a slash at the end: `https://api.siliconflow.cn/v1`. */
  readonly text: string;
  /** Protocol, host and port: `https://api.siliconflow.cn`. Two base URLs with the same origin reach the same server. */
  readonly origin: string;
  /** Host and port, for people: `127.0.0.1:8000`. */
  readonly host: string;
  /** The row of the table whose host this is; `null` for any other host. */
  readonly provider: Provider | null;
  readonly loopback: boolean;
  /** What was changed, for people. */
  readonly warnings: readonly Message[];
}

/**
 * Reads a base URL as people write it: blanks and slashes at its ends are dropped, `/chat/completions` and a doubled
 * `/v1` are taken away and a missing path is added, each with a warning.
 * `setting` is the flag or variable it came from, for the messages. What cannot be read is never repeated in them:
 * a key may have been pasted in its place.
 *
 * @throws {UserError} when it is no http or https URL, holds a user name, a password, a query or a fragment,
 *   or names a known service's host under http or another port.
 * @example
 * ```ts
 * readBaseUrl("https://api.siliconflow.cn/v1/chat/completions", "--base-url").text; // "https://api.siliconflow.cn/v1"
 * readBaseUrl("http://localhost:9000", "--base-url").text; // "http://localhost:9000/v1"
 * ```
 */
export function readBaseUrl(text: string, setting: string): BaseUrl {
  const url = parseUrl(text.trim());
  if (url === null) throw new UserError(baseUrlIsNoUrl(setting));
  // `@` also for an empty user name, `?` and `#` also for an empty query or fragment: the parser drops these.
  if (url.username !== "" || url.password !== "" || /^https?:\/\/[^/?#]*@/i.test(text.trim())) {
    throw new UserError(baseUrlHasUserInfo(setting));
  }
  if (/[?#]/.test(text)) throw new UserError(baseUrlHasParts(setting));
  const entry = tableEntry(url);
  if (entry.kind === "wrong door") throw new UserError(baseUrlWrongDoor(setting, entry.provider));

  const provider = entry.kind === "row" ? entry.provider : null;
  const host = hostOf(url);
  const warnings: Message[] = [];
  const path = readPath(url.pathname, { host, provider, warnings });
  const origin = `${url.protocol}//${host}`;
  return { text: origin + path, origin, host, provider, loopback: isLoopback(url), warnings };
}

/** `null` also for what the parser would repair: a blank, a line break or a backslash inside. */
function parseUrl(text: string): URL | null {
  if (!/^https?:\/\/[^/]/i.test(text) || /[\s\\]/.test(text)) return null;
  return URL.parse(text);
}

function hostOf(url: URL): string {
  const name = withoutFinalDots(url.hostname);
  return url.port === "" ? name : `${name}:${url.port}`;
}

function readPath(
  pathname: string,
  { host, provider, warnings }: { host: string; provider: Provider | null; warnings: Message[] },
): string {
  let path = withoutFinalSlashes(pathname);
  const withoutEndpoint = withoutEnd(path, "/chat/completions");
  if (withoutEndpoint.times > 0) {
    path = withoutEndpoint.path;
    warnings.push(endpointPathRemoved(host));
  }
  const withoutV1 = withoutEnd(path, "/v1");
  if (withoutV1.times > 1) {
    path = `${withoutV1.path}/v1`;
    warnings.push(doubledV1Removed(host));
  }
  const rowPath =
    provider === null ? null : withoutFinalSlashes(new URL(provider.baseUrl).pathname);
  if (rowPath !== null && path !== rowPath && `${rowPath}/`.startsWith(`${path}/`)) {
    warnings.push(rowPathAdded(host, rowPath));
    return rowPath;
  }
  if (rowPath === null && path === "") {
    warnings.push(v1Added(host));
    return "/v1";
  }
  return path;
}

/** The path without these last segments, and how often they stood there. */
function withoutEnd(path: string, end: string): { readonly path: string; readonly times: number } {
  let rest = path;
  let times = 0;
  for (; rest.endsWith(end); times++) rest = withoutFinalSlashes(rest.slice(0, -end.length));
  return { path: rest, times };
}

/** By hand: a pattern would go through the whole path for each end that is taken off. */
function withoutFinalSlashes(path: string): string {
  let end = path.length;
  while (path.charAt(end - 1) === "/") end--;
  return path.slice(0, end);
}

/**
 * Whether a host lies in a private network by its name or address (RFC 1918, RFC 4193, link-local, `.local`, a name without
 * a dot), where plain http is common.
 *
 * @example
 * ```ts
 * isPrivateHost("192.168.1.20:8000"); // true
 * isPrivateHost("example.org"); // false
 * ```
 */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return (
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)[\d.]+$/.test(name) ||
    /^\[f(?:[cd]|e[89ab])/.test(name) ||
    /^[^.[\]]+$/.test(name) ||
    /\.(?:local|lan|internal|home\.arpa)$/.test(name)
  );
}
