import { asArray, asObject, asText, type JsonObject } from "../wire/json.ts";

/** What a message costs besides its text. */
const PER_MESSAGE = 4;

/** A Chinese, Japanese or Korean character; a word; any other sign. */
const TOKEN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]|[[\p{L}\p{M}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]]+|[^\s\p{L}\p{M}\p{N}]/gv;

/**
 * Counts the prompt of a request as the simulated model does: one token for each word, each character of Chinese,
 * Japanese or Korean, and each sign, and four for each message. No real tokenizer counts so; but it is always the same.
 *
 * @example
 * ```ts
 * promptTokens({ messages: [{ role: "user", content: "Hello, 世界" }] }); // 4 + 4
 * ```
 */
export function promptTokens(body: JsonObject): number {
  return asArray(body["messages"])
    .map((message) => PER_MESSAGE + contentTokens(asObject(message)?.["content"]))
    .reduce((sum, tokens) => sum + tokens, 0);
}

function contentTokens(content: unknown): number {
  if (typeof content === "string") return tokensIn(content);
  return asArray(content)
    .map((part) => tokensIn(asText(asObject(part)?.["text"]) ?? ""))
    .reduce((sum, tokens) => sum + tokens, 0);
}

function tokensIn(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}
