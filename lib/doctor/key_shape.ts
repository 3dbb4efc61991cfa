import { inspectKey } from "../settings/key.ts";

/**
 * How keys begin, and how many letters, digits, `-` or `_` follow at least. `pre_commit.sh` has the same table and the
 * same rule. Keys of other services have no mark of their own: they are found by comparing with what `.env` holds.
 */
const SHAPES = [
  { prefix: "sk-", least: 20 },
  { prefix: "gsk_", least: 20 },
  { prefix: "AIza", least: 30 },
] as const;

/** Fewer different characters than this make a placeholder, such as `sk-xxxxxxxxxxxxxxxxxxxxxxxx`. */
const LEAST_VARIETY = 8;

/**
 * Whether a text holds something that looks like a key: a known beginning that starts a word, enough characters after
 * it, and among these a digit or an uncut run of 20 letters. Without the last rule the CSS class
 * `sk-loading-indicator-wrapper` would be one.
 *
 * @example
 * ```ts
 * holdsKey('const key = "sk-' + "a1b2c3d4e5f6a7b8c9d0" + '"'); // true
 * holdsKey("sk-xxxxxxxxxxxxxxxxxxxxxxxx"); // false
 * holdsKey("disk-encryption-configuration-2024"); // false
 * ```
 */
export function holdsKey(text: string): boolean {
  return SHAPES.some(({ prefix, least }) => {
    for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + 1)) {
      if (at > 0 && /[A-Za-z0-9_-]/.test(text.charAt(at - 1))) continue;
      const rest = /^[A-Za-z0-9_-]*/.exec(text.slice(at + prefix.length))?.[0] ?? "";
      if (rest.length >= least && isRandom(rest)) return true;
    }
    return false;
  });
}

function isRandom(rest: string): boolean {
  return new Set(rest).size >= LEAST_VARIETY && (/\d/.test(rest) || /[A-Za-z]{20}/.test(rest));
}

/**
 * The name of the provider whose keys look like this one; `null` where that cannot be told, which is so for the many
 * services whose keys are `sk-` and nothing more.
 */
export function ownerOfShape(key: string): string | null {
  if (key.startsWith("sk-or-v1-")) return "openrouter";
  if (key.startsWith("sk-ant-")) return "anthropic";
  if (/^sk-(?:proj|svcacct|admin)-|^sk-.*T3BlbkFJ/.test(key)) return "openai";
  if (key.startsWith("gsk_")) return "groq";
  if (key.startsWith("AIza")) return "gemini";
  return null;
}

/** In characters. Shorter values, such as `ollama`, are words that stand anywhere. */
const SHORTEST_SECRET = 16;

/**
 * Whether the value of this variable should stand nowhere else: the variable is named like a secret, and the value is
 * no placeholder and long enough to be told from a word.
 */
export function isSecret(name: string, value: string): boolean {
  return (
    /KEY|TOKEN|SECRET|PASSWORD/i.test(name) &&
    value.length >= SHORTEST_SECRET &&
    new Set(value).size >= LEAST_VARIETY &&
    !/your|xxx|example|replace|change|[<>*\s]/i.test(value) &&
    inspectKey(value).usable
  );
}

/**
 * The text with `[key]` for what may be a part of a key: services repeat a refused key as `sk-ab****yz`.
 *
 * @example
 * ```ts
 * hideKeyShapes("Incorrect API key provided: sk-ab****yz."); // "Incorrect API key provided: [key]."
 * ```
 */
export function hideKeyShapes(text: string): string {
  return text.replace(/(?<![\w-])(?:sk-|gsk_|AIza)[\w*…-]+(?:\.+[\w*…-]+)*/g, "[key]");
}
