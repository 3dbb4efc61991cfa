import { errorPlaces } from "./error_places.ts";
import { reasonOf } from "./error_reason.ts";
import { isPlaceholder } from "./finish_reason.ts";
import { asObject, asText, isTooDeep, type JsonObject, parseJson } from "../base/json.ts";
import { lineOfHtml, oneLine } from "./one_line.ts";

/** What an endpoint says went wrong, in its own words. */
export interface EndpointError {
  /** At most {@linkcode LONGEST_MESSAGE} characters. */
  readonly message: string;
  /** The endpoint's code or error type, such as `invalid_api_key` or SiliconFlow's `20012`. */
  readonly code: string | null;
}

/** So many characters of an error's message are kept; the last one is then `…`. */
const LONGEST_MESSAGE = 4096;
const LONGEST_CODE = 200;

/**
 * The error in a decoded chunk or body, or `null` when it holds none.
 *
 * Knows OpenAI's `{"error":{"message","type","code"}}`, `{"error":"text"}`, `{"object":"error","message"}`,
 * SiliconFlow's `{"code","message","data"}`, Cloudflare's `{"success":false,"errors":[…]}`, FastAPI's `{"detail"}`,
 * MiniMax's `{"base_resp":{"status_code","status_msg"}}`, in which 0 is success, and the {@linkcode errorPlaces}. An object with `choices` is an
 * error only if it has an `error` (OpenRouter sends both, also inside a choice) or a `base_resp`, too.
 *
 * An `error` that says nothing (`null`, `false`, `""`, `{}`) and a code of success with its word are no error. The
 * message has the innermost reason, see {@linkcode reasonOf}.
 *
 * @example
 * ```ts
 * endpointErrorFrom({ error: { message: "Incorrect API key", code: "invalid_api_key" } });
 * // { message: "Incorrect API key", code: "invalid_api_key" }
 * ```
 */
export function endpointErrorFrom(value: JsonObject): EndpointError | null {
  const given = value["error"];
  if (given !== undefined && given !== null) {
    const error = errorGiven(given, value);
    if (error !== null) return error;
  }
  const base = asObject(value["base_resp"]);
  if (base !== null) {
    const error = errorInBase(base);
    if (error !== null) return error;
  }
  const { choices } = value;
  if (Array.isArray(choices)) return errorInChoices(choices);
  return errorItself(value) ?? errorElsewhere(value);
}

/**
 * The error that the body of a failed response tells. Always says something: the body may also be a bare JSON
 * string (SiliconFlow's 401), FastAPI's `{"detail"}`, plain text, a proxy's HTML page (its title, or its first
 * words), or empty (`""`).
 */
export function endpointErrorFromBody(body: string): EndpointError {
  // JSON knows fewer blanks than there are, and no byte order mark.
  const text = body.trimStart();
  const value = parseJson(text);
  if (typeof value === "string") return bounded(value.trim(), null);
  // Gemini's compatible endpoint wraps its error object into an array.
  const object = asObject(Array.isArray(value) ? value[0] : value);
  if (object !== null) {
    const known = endpointErrorFrom(object);
    if (known !== null) return known;
    return bounded(reasonOf(object) ?? oneLine(text), codeOf(object));
  }
  return bounded(text.startsWith("<") ? lineOfHtml(text) : oneLine(text), null);
}

/** The error that a text tells which stands where an error is awaited: an `error` field, an event of that name. */
export function endpointErrorFromText(text: string): EndpointError {
  const value = parseJson(text);
  if (typeof value === "string") return bounded(value, null);
  const object = asObject(value);
  if (object === null) return bounded(isTooDeep(text) ? oneLine(text) : text, null);
  return endpointErrorFrom(object) ?? endpointErrorFromBody(text);
}

/** An error with a message and a code of bounded length. */
export function bounded(message: string, code: string | null): EndpointError {
  return {
    message: cut(message, LONGEST_MESSAGE),
    code: code === null ? null : cut(code, LONGEST_CODE),
  };
}

/**
 * What a JSON object says in words that is no chunk and no error by its form, such as SiliconFlow's
 * `{"message":"TPM limit reached","data":null}`, or a shape of its own that names an error or a block. `null` when it
 * says nothing, or only that all is well.
 */
export function remarkIn(value: JsonObject): string | null {
  if (isSuccess(value) || value["type"] === "ping") return null;
  const reason = reasonOf({
    message: value["message"],
    msg: value["msg"],
    detail: value["detail"],
  });
  if (reason !== null) return oneLine(reason);
  const text = JSON.stringify(value).slice(0, 4096);
  return NAMES_FAILURE.test(text) ? oneLine(text) : null;
}

/** A field that is named after a failure and has a value. */
const NAMES_FAILURE =
  /[{,]"\w{0,40}(error|fail|exception|block)\w{0,40}":(?!null|0|false|""|\{\}|\[\])/i;

function errorGiven(error: unknown, around: JsonObject): EndpointError | null {
  if (typeof error === "string") {
    if (isPlaceholder(error)) return null;
    const reason = reasonOf({ message: error, metadata: around["metadata"] }) ?? error;
    return bounded(reason, codeOf(around));
  }
  // `"error": true`, or a number, with the message beside it.
  if (error === true || (typeof error === "number" && error !== 0)) {
    const code = codeOf(around) ?? (error === true ? null : String(error));
    return bounded(reasonOf({ ...around, error: null }) ?? oneLine(JSON.stringify(around)), code);
  }
  if (Array.isArray(error)) {
    if (error.length === 0) return null;
    return bounded(reasonOf({ details: error }) ?? JSON.stringify(error), codeOf(around));
  }
  const inner = asObject(error);
  if (inner === null || saysNothing(inner)) return null;
  const code = codeOf(inner) ?? codeOf(asObject(inner["innererror"]) ?? {});
  return bounded(reasonOf(inner) ?? JSON.stringify(inner), code);
}

function errorInBase(base: JsonObject): EndpointError | null {
  const status = base["status_code"];
  if (typeof status !== "number" || status === 0) return null;
  return bounded(asText(base["status_msg"]) ?? JSON.stringify(base), String(status));
}

/** OpenRouter also puts the error into the choice that it ended, others into its delta. */
function errorInChoices(choices: readonly unknown[]): EndpointError | null {
  for (const choice of choices) {
    const object = asObject(choice);
    const error = object?.["error"] ?? asObject(object?.["delta"])?.["error"];
    if (error === undefined || error === null) continue;
    const found = errorGiven(error, {});
    if (found !== null) return found;
  }
  return null;
}

function errorElsewhere(value: JsonObject): EndpointError | null {
  for (const { error, around } of errorPlaces(value)) {
    if (error === undefined || error === null) continue;
    const found = errorGiven(error, around);
    if (found !== null) return found;
  }
  return null;
}

/** The object is itself the error, without an `error` around it. */
function errorItself(value: JsonObject): EndpointError | null {
  const keys = Object.keys(value);
  // FastAPI's is alone.
  if (keys.length === 1 && keys[0] === "detail") {
    const reason = reasonOf(value);
    return reason === null ? null : bounded(reason, null);
  }
  if (isSuccess(value)) return null;
  // Baidu's.
  const own = value["error_code"] ?? value["errcode"];
  if (typeof own === "number" && own !== 0) {
    const words = asText(value["error_msg"]) ?? asText(value["errmsg"]) ?? reasonOf(value);
    return bounded(words ?? JSON.stringify(value), String(own));
  }
  const { errors } = value;
  const failed = value["success"] === false || (Array.isArray(errors) && errors.length > 0);
  const message = reasonOf(failed ? value : { ...value, errors: null, details: null });
  if (value["object"] === "error") return bounded(message ?? JSON.stringify(value), codeOf(value));
  if (message === null) return null;
  const status = statusOf(value);
  if (failed || status !== null) return bounded(message, codeOf(value) ?? status);
  const code = codeOf(value);
  const saysError = "code" in value || /error/i.test(asText(value["type"])?.slice(0, 200) ?? "");
  return code !== null && saysError ? bounded(message, code) : null;
}

/** An HTTP status of failure that the object names as its own. */
function statusOf(value: JsonObject): string | null {
  const status = value["status_code"] ?? value["statusCode"] ?? value["status"];
  if (typeof status === "number") return status >= 400 && status < 600 ? String(status) : null;
  return typeof status === "string" && /^(error|failed|failure)$/i.test(status) ? status : null;
}

/** No value in it but those that mean nothing, or success. */
function saysNothing(error: JsonObject): boolean {
  return (
    isSuccess(error) ||
    Object.values(error).every(
      (value) =>
        value === null ||
        value === false ||
        value === 0 ||
        (typeof value === "string" && isPlaceholder(value)) ||
        (typeof value === "object" && Object.keys(value).length === 0),
    )
  );
}

/** Whether an object has a code of success, with no message but a word of success. */
export function isSuccess(value: JsonObject): boolean {
  const { code } = value;
  const message = value["message"] ?? value["msg"] ?? "";
  const isCode =
    code === 0 ||
    code === 200 ||
    (typeof code === "string" && /^(0|200|success|succeeded|ok)$/i.test(code));
  return (
    isCode &&
    typeof message === "string" &&
    message.length < 32 &&
    /^\s*((request )?(success|succeeded|successful|ok|okay)|(操作|请求|处理)?成功)?[\s.!。！]*$/i.test(
      message,
    )
  );
}

function codeOf(value: JsonObject): string | null {
  const { code } = value;
  if (typeof code === "number") return String(code);
  return asText(code) ?? asText(value["type"]);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
