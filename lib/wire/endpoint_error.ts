import { asArray, asObject, asText, type JsonObject, parseJson } from "./json.ts";

/** What an endpoint says went wrong, in its own words. */
export interface EndpointError {
  readonly message: string;
  /** The endpoint's code or error type, such as `invalid_api_key` or SiliconFlow's `20012`. */
  readonly code: string | null;
}

/**
 * The error in a decoded chunk or body, or `null` when it holds none.
 *
 * Knows OpenAI's `{"error":{"message","type","code"}}`, `{"error":"text"}`, `{"object":"error","message"}`,
 * SiliconFlow's `{"code","message","data"}`, and MiniMax's `{"base_resp":{"status_code","status_msg"}}`, in which 0
 * is success. An object with `choices` is an error only if it has an `error` (OpenRouter sends both) or a
 * `base_resp`, too.
 */
export function endpointErrorFrom(value: JsonObject): EndpointError | null {
  const error = value["error"];
  if (asText(error) !== null) return { message: error as string, code: codeOf(value) };
  const inner = asObject(error);
  if (inner !== null) {
    return { message: sentence(inner) ?? JSON.stringify(inner), code: codeOf(inner) };
  }
  const base = asObject(value["base_resp"]);
  const status = base?.["status_code"];
  if (typeof status === "number" && status !== 0) {
    return { message: asText(base?.["status_msg"]) ?? JSON.stringify(base), code: String(status) };
  }
  if (Array.isArray(value["choices"])) return null;
  const message = sentence(value);
  if (value["object"] === "error") {
    return { message: message ?? JSON.stringify(value), code: codeOf(value) };
  }
  const saysError = "code" in value || /error/i.test(asText(value["type"]) ?? "");
  const code = codeOf(value);
  return message !== null && code !== null && saysError ? { message, code } : null;
}

/**
 * The error that the body of a failed response tells. Always says something: the body may also be a bare JSON
 * string (SiliconFlow's 401), FastAPI's `{"detail"}`, plain text, a proxy's HTML page (its title, or its first
 * words), or empty (`""`).
 */
export function endpointErrorFromBody(body: string): EndpointError {
  const value = parseJson(body.replace(/^\uFEFF/, ""));
  if (typeof value === "string") return { message: value.trim(), code: null };
  // Gemini's compatible endpoint wraps its error object into an array.
  const object = asObject(Array.isArray(value) ? value[0] : value);
  if (object !== null) {
    const known = endpointErrorFrom(object);
    if (known !== null) return known;
    return { message: sentence(object) ?? oneLine(body), code: codeOf(object) };
  }
  return { message: /^\s*</.test(body) ? htmlText(body) : oneLine(body), code: null };
}

function sentence(value: JsonObject): string | null {
  const direct = asText(value["message"]) ?? asText(value["msg"]) ?? asText(value["detail"]);
  if (direct !== null) return direct;
  // Mistral puts FastAPI's details into the message.
  const inner = asObject(value["message"]);
  if (inner !== null) return sentence(inner);
  return asArray(value["detail"]).flatMap(detailText).join("; ") || null;
}

/** One of FastAPI's details: `loc` names the field that is wrong, which `msg` does not repeat. */
function detailText(detail: unknown): string[] {
  const object = asObject(detail);
  const message = asText(object?.["msg"]);
  if (message === null) return [];
  const place = asArray(object?.["loc"]).join(".");
  return [place === "" ? message : `${place}: ${message}`];
}

function codeOf(value: JsonObject): string | null {
  const code = value["code"];
  if (typeof code === "number") return String(code);
  return asText(code) ?? asText(value["type"]);
}

function htmlText(page: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(page)?.[1];
  const text = page.replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
  return oneLine(title?.trim() || text);
}

/** At most 300 characters: an error line is read, not stored. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const characters = Array.from(line.slice(0, 700));
  return characters.length > 300 ? `${characters.slice(0, 300).join("")}…` : line;
}
