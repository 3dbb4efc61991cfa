import { headersWithKey, type HttpRequest } from "../../wire/request.ts";
import { jsonText } from "../../text/json_text.ts";
import { makeHarmless } from "../../text/terminal_text.ts";

/**
 * The request as it would be sent, for people: line, headers, body. The key is masked, and of a picture only the
 * beginning is shown. No final newline.
 */
export function renderRequest(request: HttpRequest): string {
  const { method, url, headers, body } = redacted(request);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const content = body === null ? [] : ["", jsonText(body, { replacer: shortened, indent: 2 })];
  return [...[`${method} ${url}`, ...lines].map(makeHarmless), ...content].join("\n");
}

function shortened(_: string, value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("data:") || value.length <= 100) return value;
  return `${value.slice(0, 60)}… (${value.length} characters)`;
}

/** The request as a value that may be shown or stored: the key is masked. */
export function redacted(request: HttpRequest): Omit<HttpRequest, "key"> {
  const { method, url, body, key } = request;
  return { method, url, headers: headersWithKey(request, key === null ? null : `${key}`), body };
}
