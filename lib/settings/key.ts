import { Secret } from "../base/secret.ts";

/** What is harmless and taken away, so that the key can be used. */
export type KeyRepair = "outer blanks" | "quotes" | "bearer";

/** Why a value cannot be a key. */
export type KeyFault =
  | "empty"
  | "placeholder"
  | "assignment"
  | "url"
  | "control character"
  | "line break"
  | "blank"
  | "foreign letter"
  | "too short"
  | "cut at #"
  | "quote";

/** What {@linkcode inspectKey} found. */
export type KeyInspection =
  | { readonly usable: true; readonly key: Secret; readonly repairs: readonly KeyRepair[] }
  | { readonly usable: false; readonly fault: KeyFault };

/** In characters. Services give out longer keys; a local server takes whatever it was started with. */
const SHORTEST_KEY = 8;

const QUOTES = ["''", '""', "``", "“”", "‘’", "「」", "＂＂"];

/** Blanks and the invisible characters that web pages and editors add: soft hyphen, zero-width ones, byte order mark. */
const BLANK = /[\s\u00AD\u200B-\u200F\u2060\uFEFF]/;

/**
 * Looks at the shape of a key before anything is sent, for what goes wrong when a key is copied.
 * Outer blanks, quotes around it and a pasted `Bearer ` are taken away and named; anything else is a fault.
 * Nothing of the value is in the findings.
 *
 * `cutAtHash`: the `.env` line went on after a `#`. `local`: the server is this machine's, where any word may be the key.
 *
 * @example
 * ```ts
 * inspectKey('"Bearer sk-2f9c41d0"'); // { usable: true, repairs: ["quotes", "bearer"], … }
 * inspectKey("sk-xxxxxxxx"); // { usable: false, fault: "placeholder" }
 * inspectKey("sk-2f9c 41d0"); // { usable: false, fault: "blank" }
 * ```
 */
export function inspectKey(
  value: string,
  options: { cutAtHash?: boolean; local?: boolean } = {},
): KeyInspection {
  const { text, repairs } = repair(value);
  const fault = findFault(text, options);
  if (fault !== null) return { usable: false, fault };
  return { usable: true, key: new Secret(text), repairs };
}

function repair(value: string): { text: string; repairs: KeyRepair[] } {
  const repairs = new Set<KeyRepair>();
  let text = value;
  for (;;) {
    const before = text;
    text = withoutOuterBlanks(text);
    if (text !== before) repairs.add("outer blanks");
    const unquoted = withoutQuotes(text);
    if (unquoted !== text) repairs.add("quotes");
    text = unquoted.replace(/^(?:authorization\s*:\s*)?bearer(?:\s+|\s*:\s*|$)/i, "");
    if (text !== unquoted) repairs.add("bearer");
    if (text === before) return { text, repairs: [...repairs] };
  }
}

/** By hand: a pattern that ends in `+$` tries each run of blanks inside anew from each of its characters. */
function withoutOuterBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text.charAt(start))) start++;
  while (end > start && BLANK.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function withoutQuotes(text: string): string {
  const isQuoted =
    text.length >= 2 &&
    QUOTES.some(([open = "", close = ""]) => text.startsWith(open) && text.endsWith(close));
  return isQuoted ? text.slice(1, -1) : text;
}

function findFault(
  text: string,
  options: { cutAtHash?: boolean; local?: boolean },
): KeyFault | null {
  if (text === "") return "empty";
  if (!options.local && isPlaceholder(text)) return "placeholder";
  if (/^(?:export\s+)?[A-Z][A-Z0-9_]*(?:KEY|TOKEN)\s*=/.test(text)) return "assignment";
  if (/^https?:\/\//i.test(text)) return "url";
  if (/[\r\n]/.test(text)) return "line break";
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(text))
    return "control character";
  if (/\s/.test(text)) return "blank";
  if (/[^\u0021-\u007E]/.test(text)) return isPlaceholder(text) ? "placeholder" : "foreign letter";
  if (options.cutAtHash) return "cut at #";
  if (/^['"`]|['"`]$/.test(text)) return "quote";
  if (text.length < SHORTEST_KEY && !options.local) return "too short";
  return null;
}

/** Each is how documentation, `.env` templates or tutorials write "put your key here". */
const PLACEHOLDERS: readonly RegExp[] = [
  /^<[^]*>$/,
  /^\[[^]*\]$/,
  /^\{[^]*\}$/,
  /^(?:\$\w+|\$\{\w+\}|%\w+%)$/,
  /^(?:[a-z]{2,4}[-_])?(?:proj-)?[x*.…·•_-]{3,}$/i,
  /^(?:sk|gsk)[-_](?:proj-)?(?:x{3}|\*{3}|\.{3}|…)/i,
  /x{8}|\*{4}|\.{3}|…/i,
  /(?:your|my|the|insert|enter|paste|put|replace)[-_ ]?(?:own[-_ ]?|real[-_ ]?)?(?:[a-z]{1,40}[-_ ])?(?:api|key|token|secret)/i,
  /^(?:sk-)?(?:api[-_ ]?key|key|token|secret)(?:[-_ ]?(?:here|goes[-_ ]here|value))?$/i,
  /^[A-Z][A-Z0-9_]*_(?:KEY|TOKEN)$/,
  /^(?:placeholder|change[-_ ]?me|replace[-_ ]?me|todo|none|null|undefined|dummy|example|test)$/i,
  /[你您](?:自己)?的|密钥|秘钥|填入|填写|替换|粘贴/,
];

function isPlaceholder(text: string): boolean {
  return PLACEHOLDERS.some((pattern) => pattern.test(text));
}
