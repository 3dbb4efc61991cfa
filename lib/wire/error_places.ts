import { asObject, asText, type JsonObject } from "../base/json.ts";
import { oneLine } from "./one_line.ts";

/** An error where it is not awaited, and the object whose `code` may belong to it. */
export interface PlacedError {
  readonly error: unknown;
  readonly around: JsonObject;
}

const INSIDE = ["data", "Response", "response", "result", "output", "payload", "body"];
const NAME = /^(error|exception|err(or)?_?(msg|message|info))$/i;
/** Fields that tell by one word what an object is. */
const WORDS = ["type", "event", "status", "state"];
const FAILURE =
  /(^|[^a-z])(errors?|exceptions?|fail(ed|ure)?|abort(ed)?|fatal|crash(ed)?|time(d[^a-z]?)?out)$|(错误|失败|异常)$/;

/**
 * Whether a name, of an event or a type, says that something failed: its last word does.
 *
 * @example
 * ```ts
 * isFailureName("response.failed"); // true
 * isFailureName("no_error"); // false
 * ```
 */
export function isFailureName(name: string): boolean {
  if (name.length > 200) return false;
  const words = name
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
  return (
    FAILURE.test(words) && !/(^|[^a-z])(no|non|without)[^a-z]*[a-z]+$|[无没]有?..$/.test(words)
  );
}

/**
 * Where an object without `choices` may hold an error that is not its `error`: iFlytek's `header` with a code other than
 * 0, one level down (`{"data":{"error":…}}`, Tencent's `{"Response":{"Error":…}}`, `response.failed`), under a name like
 * `Error` or `ErrorMsg`, or told by its `type` alone. The likeliest comes first; what says nothing may be among them.
 */
export function errorPlaces(value: JsonObject): PlacedError[] {
  const { choices } = value;
  if (choices !== undefined && choices !== null) return [];
  const places: PlacedError[] = [];
  const header = asObject(value["header"]);
  if (header !== null && !/^(0|200|undefined|null|)$/.test(wordOf(header["code"]))) {
    places.push({ error: header, around: header });
  }
  places.push(...namedErrors(value));
  for (const name of INSIDE) {
    const inner = asObject(value[name]);
    if (inner !== null && !("choices" in inner)) places.push(...namedErrors(inner));
  }
  const saysFailure = WORDS.some((name) => isFailureName(asText(value[name]) ?? ""));
  if (saysFailure) places.push({ error: oneLine(JSON.stringify(value)), around: {} });
  return places;
}

function namedErrors(value: JsonObject): PlacedError[] {
  return Object.keys(value)
    .filter((name) => NAME.test(name) && !isSuccessWord(value[name]))
    .map((name) => {
      const error = value[name];
      const object = asObject(error);
      return { error: object === null ? error : inLowerCase(object), around: withCode(value) };
    });
}

function isSuccessWord(error: unknown): boolean {
  return (
    typeof error === "string" &&
    /^\s*(success\w{0,5}|ok(ay)?|(操作|请求)?成功)\W?\s*$/i.test(error.slice(0, 32))
  );
}

/** Tencent writes `Code` and `Message`. */
function inLowerCase(error: JsonObject): JsonObject {
  const names = Object.entries(error).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...Object.fromEntries(names), ...error };
}

function withCode(value: JsonObject): JsonObject {
  const code = value["ErrorCode"] ?? value["errorCode"] ?? value["Code"] ?? value["code"];
  return { ...value, code };
}

/** A value as a word. An object from JSON may have a `toString` of its own, which `String` would call. */
function wordOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
