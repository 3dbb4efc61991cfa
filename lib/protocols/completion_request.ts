import type { HttpRequest } from "../wire/request.ts";
import type { CompletionRequest } from "./protocol.ts";
import { protocolNamed } from "./protocols.ts";

/**
 * The HTTP request for a streamed completion, with usage asked for where it has to be.
 *
 * `accept-encoding: identity` because a server that compresses without flushing makes every time to first token
 * false. What the protocol has no field for is left out: {@linkcode Protocol.lacks} tells it beforehand.
 *
 * @example
 * ```ts
 * const request = completionRequest({
 *   api: "responses",
 *   baseUrl: "http://127.0.0.1:8000/v1",
 *   model: "demo",
 *   messages: [{ role: "user", content: "你好" }],
 *   key: null,
 * });
 * request.url; // "http://127.0.0.1:8000/v1/responses"
 * ```
 */
export function completionRequest(request: CompletionRequest): HttpRequest {
  const protocol = protocolNamed(request.api ?? "chat");
  const headers: Record<string, string> = {
    accept: "text/event-stream",
    "accept-encoding": "identity",
    "content-type": "application/json",
    ...protocol.headers,
  };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  const body = { ...protocol.body(request), ...request.parameters };
  const { usageCache, think } = request;
  return {
    method: "POST",
    url: `${request.baseUrl}${protocol.path}`,
    headers,
    body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)),
    key: request.key,
    keyHeader: request.keyHeader ?? protocol.keyHeader,
    ...(usageCache === undefined ? undefined : { usageCache }),
    ...(think === undefined ? undefined : { think }),
  };
}

/**
 * The same for a chat completion.
 *
 * @example
 * ```ts
 * const request = chatRequest({
 *   baseUrl: "http://127.0.0.1:8000/v1",
 *   model: "demo",
 *   messages: [{ role: "user", content: "你好" }],
 *   key: null,
 * });
 * request.url; // "http://127.0.0.1:8000/v1/chat/completions"
 * ```
 */
export function chatRequest(request: Omit<CompletionRequest, "api">): HttpRequest {
  return completionRequest({ ...request, api: "chat" });
}
