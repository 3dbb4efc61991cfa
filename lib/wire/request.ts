import type { JsonObject } from "../base/json.ts";
import type { Secret } from "../base/secret.ts";

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool" | "developer";
  readonly content: string | readonly JsonObject[];
}

/** A chat completion to ask for, and where. */
export interface ChatRequest {
  /** As in `https://api.siliconflow.cn/v1`, without a final slash. */
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Sent as `Authorization: Bearer …`, to `baseUrl` and nowhere else. `null`: no such header. */
  readonly key: Secret | null;
  /** Further headers. They win over ours, except for the key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further body fields, such as `temperature`. They win over ours; `undefined` removes one of ours. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** An HTTP request as it goes out, but for the key. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: none. */
  readonly body: JsonObject | null;
  readonly key: Secret | null;
}

/**
 * The HTTP request for a streamed chat completion, with usage asked for.
 *
 * `accept-encoding: identity` because a server that compresses without flushing makes every time to first token
 * false.
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
export function chatRequest(request: ChatRequest): HttpRequest {
  const headers: Record<string, string> = {
    accept: "text/event-stream",
    "accept-encoding": "identity",
    "content-type": "application/json",
  };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  const body = {
    model: request.model,
    messages: request.messages,
    stream: true,
    stream_options: { include_usage: true },
    ...request.parameters,
  };
  return {
    method: "POST",
    url: `${request.baseUrl}/chat/completions`,
    headers,
    body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)),
    key: request.key,
  };
}

/** The same request without `stream_options`, for endpoints that refuse it. */
export function withoutStreamOptions(request: HttpRequest): HttpRequest {
  const { stream_options: _, ...body } = request.body ?? {};
  return { ...request, body };
}
