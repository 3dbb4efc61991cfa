import { type Message, UserError } from "../base/message.ts";
import { type Api, apiOfPath, APIS } from "./api.ts";
import {
  apiOfBaseUrl,
  baseUrlHasParts,
  baseUrlHasUserInfo,
  baseUrlIsNoUrl,
  baseUrlWrongDoor,
  doubledV1Removed,
  endpointPathRemoved,
  rowPathAdded,
  rowPathReplaced,
  v1Added,
} from "./messages/endpoint.ts";
import {
  baseUrlFor,
  defaultApi,
  isLoopback,
  type Provider,
  servedApis,
  tableEntry,
  withoutFinalDots,
} from "./providers.ts";

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
  /** The protocol that is spoken there: the one that was asked for, or that of the service, or chat completions. */
  readonly api: Api;
  readonly loopback: boolean;
  /** What was changed, for people. */
  readonly warnings: readonly Message[];
}

/**
 * Reads a base URL as people write it: blanks and slashes at its ends are dropped, `/chat/completions`, the path of any
 * other protocol and a doubled `/v1` are taken away and a missing path is added, each with a warning. For Messages, whose
 * clients have base URLs without it, `/v1` is added to any path.
 * `setting` is the flag or variable it came from, for the messages. What cannot be read is never repeated in them:
 * a key may have been pasted in its place. `api` is the protocol that was asked for; absent: none was.
 *
 * @throws {UserError} when it is no http or https URL, holds a user name, a password, a query or a fragment,
 *   or names a known service's host under http or another port.
 * @example
 * ```ts
 * readBaseUrl("https://api.siliconflow.cn/v1/chat/completions", "--base-url").text; // "https://api.siliconflow.cn/v1"
 * readBaseUrl("http://localhost:9000", "--base-url").text; // "http://localhost:9000/v1"
 * const { text } = readBaseUrl("https://api.deepseek.com", "--base-url", { api: "messages" });
 * text; // "https://api.deepseek.com/anthropic/v1"
 * ```
 */
export function readBaseUrl(
  text: string,
  setting: string,
  { api: asked }: { readonly api?: Api | undefined } = {},
): BaseUrl {
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
  const path = readPath(url.pathname, { host, provider, asked, warnings });
  const origin = `${url.protocol}//${host}`;
  return {
    text: origin + path,
    origin,
    host,
    provider,
    api: asked ?? defaultApi(provider),
    loopback: isLoopback(url),
    warnings,
  };
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

interface PathOptions {
  readonly host: string;
  readonly provider: Provider | null;
  readonly asked: Api | undefined;
  readonly warnings: Message[];
}

function readPath(pathname: string, options: PathOptions): string {
  const { host, provider, asked, warnings } = options;
  const api = asked ?? defaultApi(provider);
  let path = withoutFinalSlashes(pathname);
  let pasted: Api | null = null;
  for (let found = apiOfPath(path); found !== null; found = apiOfPath(path)) {
    path = withoutEnd(path, APIS[found].path).path;
    pasted = found;
  }
  if (pasted !== null) {
    const isOther = asked === undefined && pasted !== api;
    warnings.push(endpointPathRemoved(host, { api: pasted, isOther }));
  }
  const withoutV1 = withoutEnd(path, "/v1");
  if (withoutV1.times > 1) {
    path = `${withoutV1.path}/v1`;
    warnings.push(doubledV1Removed(host));
  }
  if (provider !== null) return readRowPath(path, { ...options, provider });
  if (path === "") {
    warnings.push(v1Added(host));
    return "/v1";
  }
  const isBare = !/\/v\d\w*$/.test(path) && pasted !== "messages";
  if (api === "messages" && isBare) {
    warnings.push(v1Added(host));
    return `${path}/v1`;
  }
  if (asked === undefined && isPathOfMessages(path)) warnings.push(apiOfBaseUrl(host, "messages"));
  return path;
}

/** How gateways name the place of their Messages. */
function isPathOfMessages(path: string): boolean {
  return /\/anthropic(?:\/v1)?$/.test(path);
}

function readRowPath(
  path: string,
  { host, provider, asked, warnings }: PathOptions & { readonly provider: Provider },
): string {
  const api = asked ?? defaultApi(provider);
  const [rowPath = "", ...others] = pathsOf(provider, api);
  if (path === rowPath) return path;
  if (`${rowPath}/`.startsWith(`${path}/`)) {
    warnings.push(rowPathAdded(host, rowPath));
    return rowPath;
  }
  if (others.includes(path)) return path;
  const other = servedApis(provider).find((served) => pathsOf(provider, served).includes(path));
  if (other === undefined) return path;
  if (asked === undefined) {
    warnings.push(apiOfBaseUrl(host, other));
    return path;
  }
  warnings.push(rowPathReplaced(host, { api, path: rowPath }));
  return rowPath;
}

/** The path of a service's base URL for a protocol, then the same with `/v1`, or without it. */
function pathsOf(provider: Provider, api: Api): string[] {
  const path = withoutFinalSlashes(new URL(baseUrlFor(provider, api)).pathname);
  const other = withoutEnd(path, "/v1");
  return other.times > 0 ? [path, other.path] : [path, `${path}/v1`];
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
