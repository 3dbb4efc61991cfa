import { UserError } from "../base/message.ts";
import type { PairsFlag } from "./flag_types.ts";
import type { Given } from "./flag_values.ts";
import { notJson, notPair } from "./messages/arguments.ts";

/**
 * `NAME=VALUE`, cut at the first `=`. The value may be empty, the name may not.
 *
 * @throws {UserError} if there is no `=` or no name
 */
function readTextPair({ flag, text }: Given): readonly [name: string, value: string] {
  return cutPair({ flag, text }, { example: '"NAME=VALUE"' });
}

/**
 * `NAME=JSON`, cut at the first `=`: the value as JSON, else as JSON5 (https://spec.json5.org).
 *
 * JSON5 is there for its single quotes. Windows PowerShell 5.1 strips the double quotes inside an argument and cmd
 * knows no single ones, so `user="me"` does not survive there; `--param "user='me'"` and
 * `--param "response_format={type:'json_object'}"` mean the same in bash, PowerShell and cmd. A bare word is an
 * error, not a text: `enable_thinking=False` must not send the text "False".
 *
 * ```ts
 * readJsonPair({ flag: "--param", text: "top_k=5" }); // ["top_k", 5]
 * readJsonPair({ flag: "--param", text: "user='me'" }); // ["user", "me"]
 * ```
 *
 * @throws {UserError} if there is no `=` or no name, or the value is neither, or holds a number that JSON cannot
 * (`NaN`, `Infinity`)
 */
export function readJsonPair({ flag, text }: Given): readonly [name: string, value: unknown] {
  const [name, json] = cutPair({ flag, text }, { example: '"top_k=5"' });
  const value = parseLeniently(json);
  if (value !== undefined) return [name, value];
  const word = json.trim().toLowerCase();
  const suggestion = word === "none" ? "null" : word;
  const known = ["true", "false", "null"].includes(suggestion);
  throw new UserError(notJson(flag, { name, text: json, suggestion: known ? suggestion : null }));
}

/** Reads one `--header`/`--param` as its declaration says. */
export function readPair(
  given: Given,
  { value }: Pick<PairsFlag, "value">,
): readonly [name: string, value: unknown] {
  return value === "json" ? readJsonPair(given) : readTextPair(given);
}

function cutPair(
  { flag, text }: Given,
  { example }: { readonly example: string },
): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(0, equals)).trim();
  if (name === "") throw new UserError(notPair(flag, example));
  return [name, text.slice(equals + 1)];
}

/** The value, or `undefined` if it is no JSON. */
function parseLeniently(text: string): unknown {
  for (const parse of [JSON.parse, Bun.JSON5.parse]) {
    try {
      const value: unknown = parse(text);
      return isFiniteThroughout(value) ? value : undefined;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** `1e999` is JSON, but reads as `Infinity` and would be sent as `null`. */
function isFiniteThroughout(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isFiniteThroughout);
}
