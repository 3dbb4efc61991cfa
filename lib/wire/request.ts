import type { JsonObject } from "../base/json.ts";
import type { Secret } from "../base/secret.ts";
import type { ThinkStart } from "./think_tags.ts";

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool" | "developer";
  readonly content: string | readonly JsonObject[];
}

/** An HTTP request as it goes out, but for the key. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: none. */
  readonly body: JsonObject | null;
  readonly key: Secret | null;
  /** Where the key goes: `Authorization: Bearer …`, the default, or `x-api-key: …`. */
  readonly keyHeader?: "authorization" | "x-api-key" | undefined;
  /** Whether prompt tokens out of a cache are among the `input_tokens`, where it is known. */
  readonly usageCache?: "included" | "apart" | undefined;
  /** How reasoning inside the content begins, where that was said. */
  readonly think?: ThinkStart | undefined;
}

/** The headers of a request with its key, or with what is shown in its place. */
export function headersWithKey(
  { headers, keyHeader = "authorization" }: HttpRequest,
  key: string | null,
): Record<string, string> {
  if (key === null) return { ...headers };
  return { ...headers, [keyHeader]: keyHeader === "authorization" ? `Bearer ${key}` : key };
}

/** The same request without `stream_options`, for endpoints that refuse it. */
export function withoutStreamOptions(request: HttpRequest): HttpRequest {
  const { stream_options: _, ...body } = request.body ?? {};
  return { ...request, body };
}
