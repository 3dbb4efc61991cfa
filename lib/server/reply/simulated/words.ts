import { type Random, seededRandom } from "../../../base/random.ts";

/** Each is one token, the blank before it included. */
const WORDS =
  "the of and to in a is that it was for on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know".split(
    " ",
  );

/** So many tokens of plain text, made when they are asked for. */
export function* words(random: Random, count: number): Generator<string, void> {
  for (let token = 0; token < count; token++) {
    const word = WORDS[Math.floor(random() * WORDS.length)] ?? "";
    yield token === 0 ? word : ` ${word}`;
  }
}

/** The same words each time that they are asked for. */
export function wordsOf(seed: number, count: number): Iterable<string> {
  return { [Symbol.iterator]: () => words(seededRandom(seed), count) };
}

/**
 * A text in tokens: a word with the blank before it, a few signs of JSON, or any other character.
 *
 * @example
 * ```ts
 * tokensOf('{"city":"New York"}'); // ['{"', "city", '":"', "New", " York", '"}']
 * ```
 */
export function tokensOf(text: string): string[] {
  return text.match(/ ?[\p{L}\p{N}_]+|[{}[\]",:]{1,3}|[^]/gu) ?? [];
}
