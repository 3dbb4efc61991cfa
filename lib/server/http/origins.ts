import type { IncomingHttpHeaders } from "node:http";

/** Which web pages may ask: their origins, `null` for pages that have none, or `*` for all. */
export type AllowedOrigins = readonly string[];

/**
 * What a web page would need to be answered, when it may not: its origin, or, where the browser does not name it, what
 * it says of it in `Sec-Fetch-Site`. `null` when the request may be answered.
 *
 * A browser sends `Origin` with whatever a script sends or reads. Pictures, scripts, frames and links it fetches
 * without; then only `Sec-Fetch-Site` tells that a page is behind it. Other clients send neither.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function foreignPage(headers: IncomingHttpHeaders, allowed: AllowedOrigins): string | null {
  if (allowed.includes("*")) return null;
  const { origin } = headers;
  if (origin !== undefined) return allowed.includes(origin) ? null : origin;
  const site = headers["sec-fetch-site"];
  return site === "cross-site" || site === "same-site" ? site : null;
}

/**
 * The headers with which the script of an allowed page can read an answer, whatever it is. `{}` where no page may ask.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function corsHeaders(
  headers: IncomingHttpHeaders,
  allowed: AllowedOrigins,
): Record<string, string> {
  if (allowed.length === 0) return {};
  const { origin } = headers;
  if (origin === undefined || foreignPage(headers, allowed) !== null) return { vary: "Origin" };
  return {
    "access-control-allow-origin": allowed.includes("*") ? "*" : origin,
    "access-control-expose-headers": "*",
    vary: "Origin",
  };
}

/** Whether a request only asks what a page may send. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

/** How long a browser may keep the answer to a preflight: seconds. Flags may be others after a restart. */
const MAX_AGE = 600;

/** The answer to a preflight of an allowed page, besides {@linkcode corsHeaders}: it may send what it asks for. */
export function preflightHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const wanted = headers["access-control-request-headers"];
  return {
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    // Not `*`, which is no wildcard for `authorization`.
    ...(wanted === undefined ? {} : { "access-control-allow-headers": wanted }),
    ...(headers["access-control-request-private-network"] === "true"
      ? { "access-control-allow-private-network": "true" }
      : {}),
    "access-control-max-age": String(MAX_AGE),
  };
}
