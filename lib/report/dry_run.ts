import type { HttpRequest } from "../wire/request.ts";

/** The request as it would be sent, for people: line, headers, body. The key is masked. No final newline. */
export function renderRequest(request: HttpRequest): string {
  const { method, url, headers, body } = redacted(request);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const content = body === null ? [] : ["", JSON.stringify(body, null, 2)];
  return [`${method} ${url}`, ...lines, ...content].join("\n");
}

/** The request as a value that may be shown or stored: the key is masked. */
export function redacted(request: HttpRequest): Omit<HttpRequest, "key"> {
  const { method, url, headers, body, key } = request;
  const authorization = key === null ? undefined : { authorization: `Bearer ${key}` };
  return { method, url, headers: { ...headers, ...authorization }, body };
}
