import { asArray, asObject, asText, type JsonObject, parseJson } from "../base/json.ts";
import { isPlaceholder } from "./finish_reason.ts";

/** Reasons inside reasons are followed so far. */
const DEEPEST_REASON = 8;
/** Of a list of reasons so many are read. */
const MOST_REASONS = 16;
/** What is longer is never shown whole. */
const LONGEST_TEXT = 5000;
/** A message that holds JSON has it near its beginning. */
const LONGEST_PREFIX = 400;

/**
 * What an error object says, from the outside in: its own message, and behind it what its parts say that the message
 * does not. Gateways wrap the endpoint's error into one of their own, whose message is only "Provider returned error":
 * the reason stands in `metadata.raw` (OpenRouter), `cause`, `innererror` (Azure), `details`, another `error`, or as JSON
 * inside the message. `null` when it says nothing.
 *
 * @example
 * ```ts
 * reasonOf({ message: "Provider returned error", metadata: { raw: "rate-limited upstream" } });
 * // "Provider returned error: rate-limited upstream"
 * ```
 */
export function reasonOf(error: JsonObject): string | null {
  return reasonOfObject(error, 0);
}

function reasonOfObject(error: JsonObject, level: number): string | null {
  if (level > DEEPEST_REASON) return null;
  const own =
    reasonIn(error["message"], level) ?? reasonIn(error["msg"], level) ?? detailOf(error, level);
  const inner = [
    asObject(error["metadata"])?.["raw"],
    error["cause"],
    error["innererror"] ?? error["inner_error"] ?? error["innerError"],
    error["details"],
    error["error"],
    error["errors"],
  ];
  return inner.reduce<string | null>(
    (reason, part) => joined(reason, reasonIn(part, level)),
    joined(own, detailOf(error, level)),
  );
}

/** What a part of an error says: a text, JSON as text, an object, or a list of such. */
function reasonIn(part: unknown, level: number): string | null {
  if (typeof part === "string") return reasonInText(part, level);
  if (level >= DEEPEST_REASON) return null;
  if (Array.isArray(part)) {
    const reasons = part.slice(0, MOST_REASONS).map((one) => reasonIn(one, level + 1));
    return reasons.filter((reason) => reason !== null).join("; ") || null;
  }
  const object = asObject(part);
  return object === null ? null : reasonOfObject(object, level + 1);
}

/** A message may hold the upstream's error as JSON, alone or behind a few words. */
function reasonInText(text: string, level: number): string | null {
  const reason = reasonInJson(text, level) ?? text.slice(0, LONGEST_TEXT);
  return isPlaceholder(reason) || reason.trim() === "" ? null : reason;
}

function reasonInJson(text: string, level: number): string | null {
  const begin = text.slice(0, LONGEST_PREFIX).search(/[{"[]/);
  if (begin === -1 || level >= DEEPEST_REASON || !/[}"\]]\s*$/.test(text.slice(-8))) return null;
  const value = parseJson(text.slice(begin));
  // A text in quotes behind words is a name that they quote.
  if (value === undefined || (typeof value === "string" && begin > 0)) return null;
  const inner = reasonIn(value, level + 1);
  return inner === null ? null : text.slice(0, begin) + inner;
}

/** FastAPI's `detail`, a text or a list in which `loc` names the field that is wrong, which `msg` does not repeat. */
function detailOf(error: JsonObject, level: number): string | null {
  const { detail } = error;
  if (!Array.isArray(detail)) return reasonIn(detail, level);
  const reasons = detail.slice(0, MOST_REASONS).flatMap((one): string[] => {
    const message = asText(asObject(one)?.["msg"]) ?? asText(asObject(one)?.["message"]);
    if (message === null) return [];
    const place = asArray(asObject(one)?.["loc"])
      .filter((step) => typeof step === "string" || typeof step === "number")
      .join(".");
    return [place === "" ? message : `${place}: ${message}`];
  });
  return reasons.join("; ") || null;
}

/** Both, the outer one first; one alone where the other only repeats it. */
function joined(outer: string | null, inner: string | null): string | null {
  if (outer === null || inner === null) return outer ?? inner;
  if (outer.includes(inner)) return outer;
  if (inner.includes(outer)) return inner;
  return `${outer.replace(/[\s.:：。]{1,8}$/, "")}: ${inner}`;
}
