/** Header values that say nothing about who sent them. All others are left out of a transcript. */
const KEPT_HEADERS = new Set([
  "accept",
  "accept-encoding",
  "age",
  "anthropic-version",
  "cache-control",
  "content-encoding",
  "content-language",
  "content-length",
  "content-type",
  "date",
  "location",
  "openai-processing-ms",
  "openai-version",
  "request-id",
  "retry-after",
  "retry-after-ms",
  "server",
  "transfer-encoding",
  "user-agent",
  "vary",
  "via",
  "x-accel-buffering",
  "x-cache",
  "x-request-id",
  "x-siliconcloud-trace-id",
]);

/** Also every rate limit: `x-ratelimit-remaining-tokens` and its like. */
const KEPT_PREFIX = /^x-ratelimit-/;

/** The headers that a transcript may hold, by lower-case name. */
export function keptHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!KEPT_HEADERS.has(lower) && !KEPT_PREFIX.test(lower)) continue;
    kept[lower] = lower === "location" ? redactedUrl(value) : value;
  }
  return kept;
}

/** The URL with a password, and the values of query parameters that name a key, token or signature, masked. */
export function redactedUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]+)@/i, (_, scheme: string, user: string) => {
      return `${scheme}${mask(user)}@`;
    })
    .replace(
      /([?&][^=&#]*(?:key|token|sig)[^=&#]*=)([^&#]*)/gi,
      (_, name: string, value: string) => `${name}${mask(value)}`,
    );
}

function mask(text: string): string {
  return "*".repeat(text.length);
}
