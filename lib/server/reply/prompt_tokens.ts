import { asArray, asObject, asText } from "../../base/json.ts";
import type { ChatMessage } from "../../wire/request.ts";

/** What a message costs besides its text. */
const PER_MESSAGE = 4;

/**
 * Counts the conversation of a request as the simulated model does: one token for each word, each character of Chinese,
 * Japanese or Korean, and each sign, and four for each message. No real tokenizer counts so; but it is always the same.
 *
 * @example
 * ```ts
 * promptTokens([{ role: "user", content: "Hello, 世界" }]); // 8, 4 of them for the message
 * ```
 */
export function promptTokens(messages: readonly ChatMessage[]): number {
  let tokens = 0;
  for (const { content } of messages) tokens += PER_MESSAGE + contentTokens(content);
  return tokens;
}

/** Gives each of the tokens that {@linkcode promptTokens} counts, as a text: of those besides the words, the role. */
export function eachToken(messages: readonly ChatMessage[], token: (text: string) => void): void {
  for (const { role, content } of messages) {
    for (let index = 0; index < PER_MESSAGE; index++) token(role);
    for (const text of textsOf(content)) {
      let start = -1;
      tokensIn(text, (at) => {
        if (start >= 0) token(text.slice(start, at));
        start = at;
      });
      if (start >= 0) token(text.slice(start));
    }
  }
}

function contentTokens(content: unknown): number {
  return textsOf(content).reduce((sum, text) => sum + tokensIn(text), 0);
}

function textsOf(content: unknown): string[] {
  if (typeof content === "string") return [content];
  return asArray(content).map((part) => asText(asObject(part)?.["text"]) ?? "");
}

/** Classes of characters. A run of letters, marks and digits is one token; each character of its own is one. */
const UNKNOWN = 0;
const BLANK = 1;
const WORD = 2;
const OWN = 3;

/** The class of every character, each looked up when it first comes: 1 MiB, most of it never touched. */
const CLASSES = new Uint8Array(0x110000);

const IDEOGRAPH = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const IN_WORD = /[\p{L}\p{M}\p{N}]/u;

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  const isWord = IN_WORD.test(character) && !IDEOGRAPH.test(character);
  const found = isWord ? WORD : /\s/.test(character) ? BLANK : OWN;
  CLASSES[codePoint] = found;
  return found;
}

/** Goes over the text once and keeps nothing of it: a prompt may have 60 million characters. Tells where each token begins. */
function tokensIn(text: string, begins?: (index: number) => void): number {
  let tokens = 0;
  let before = BLANK;
  for (let index = 0; index < text.length; index++) {
    const start = index;
    let character = text.charCodeAt(index);
    // The first half of a pair; without its second half it is a sign.
    if ((character & 0xfc00) === 0xd800) {
      character = text.codePointAt(index) ?? character;
      if (character > 0xffff) index++;
    }
    let found = CLASSES[character] ?? UNKNOWN;
    if (found === UNKNOWN) found = classify(character);
    if (found === OWN || (found === WORD && before !== WORD)) {
      tokens++;
      begins?.(start);
    }
    before = found;
  }
  return tokens;
}
