/** Whether a text holds escapes, in which a word may be hidden: quick to say no, which is the answer for most. */
export function holdsEscapes(text: string): boolean {
  // One character is found many times faster than several.
  return (
    (text.includes("\\") && text.includes("\\u00")) || (text.includes("%") && /%[2-7]/.test(text))
  );
}

/** One character of a secret, and how JSON and URLs write it. */
interface Spelling {
  /** What stands for the character as it is: itself; of base64's last two also their URL-safe twins. */
  readonly plain: string;
  /** Its code in JSON: `0073`. */
  readonly unicode: string;
  /** Its code in a URL: `73`; `null` where it takes several bytes. */
  readonly percent: string | null;
}

/** The text ends inside the word. */
const UNFINISHED = -1;
const NONE = -2;

/** JSON inside JSON doubles its backslashes, and a URL inside a URL its `%25`: so deep it is followed. */
const MOST_BACKSLASHES = 16;
const MOST_PERCENTS = 4;

/** Base64 in its two alphabets. */
const TWINS: Readonly<Record<string, string>> = { "+": "+-", "/": "/_" };

/**
 * A word that is found in every spelling: each of its characters as it is, escaped as JSON does (`\/`, `\u0073`, also
 * in JSON inside JSON) or as URLs do (`%73`), mixed as they come.
 *
 * @example
 * ```ts
 * new SpelledWord("sk/1").find("a sk\\/%31", 0); // { start: 2, end: 9 }
 * ```
 */
export class SpelledWord {
  /** In characters of text: no spelling is longer. */
  readonly longest: number;
  readonly #spellings: readonly Spelling[];
  /** Stands wherever the word does, unless escapes hide it: the longest run that JSON and URLs leave as it is. */
  readonly fragment: string;
  readonly #begin: RegExp;

  constructor(word: string, { isBase64 = false }: { readonly isBase64?: boolean } = {}) {
    this.#spellings = word.split("").map((character) => {
      const code = character.charCodeAt(0).toString(16);
      return {
        plain: (isBase64 ? TWINS[character] : undefined) ?? character,
        unicode: code.padStart(4, "0"),
        percent: code.length <= 2 ? code.padStart(2, "0") : null,
      };
    });
    this.longest = word.length * (MOST_BACKSLASHES + 5);
    const runs = word.match(/[A-Za-z0-9]+/g) ?? [word.charAt(0)];
    this.fragment = runs.toSorted((one, other) => other.length - one.length)[0] ?? word;
    const first = (this.#spellings[0]?.plain ?? "").replaceAll(/[\\\]^-]/g, "\\$&");
    this.#begin = new RegExp(`[${first}\\\\%]`, "g");
  }

  /** The first place of the word at or behind `from`; `null` where there is none. */
  find(text: string, from: number): { readonly start: number; readonly end: number } | null {
    const begin = this.#begin;
    begin.lastIndex = from;
    for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
      const end = this.#end(text, { at: found.index, index: 0 });
      if (end >= 0) return { start: found.index, end };
    }
    return null;
  }

  /** How many of the last characters may be the beginning of the word. */
  beginningAtEnd(text: string): number {
    // No spelling of a character ends a line.
    if (text.endsWith("\n")) return 0;
    const begin = this.#begin;
    begin.lastIndex = Math.max(0, text.length - this.#reach(text));
    for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
      if (this.#end(text, { at: found.index, index: 0 }) === UNFINISHED) {
        return text.length - found.index;
      }
    }
    return 0;
  }

  /** So far back from its end a text may begin the word: no further than the word is long, unless escapes lengthen it. */
  #reach(text: string): number {
    return /[\\%]/.test(text.slice(-this.longest)) ? this.longest : this.#spellings.length;
  }

  /** Where the word ends whose character `index` stands at `at`. */
  #end(text: string, place: { readonly at: number; readonly index: number }): number {
    let { at, index } = place;
    for (;;) {
      const spelling = this.#spellings[index];
      if (spelling === undefined) return at;
      if (at === text.length) return index === 0 ? NONE : UNFINISHED;
      const ends = characterEnds(text, { at, spelling });
      const [first = NONE] = ends;
      if (ends.length > 1) {
        // Rare: a backslash or a percent sign that is itself a character of the word. The longest reading counts.
        const next = index + 1;
        const found = ends.map((end) =>
          end < 0 ? end : this.#end(text, { at: end, index: next }),
        );
        return Math.max(...found);
      }
      if (first < 0) return first;
      at = first;
      index++;
    }
  }
}

/** Where the character may end that begins here, in each way it can be read. */
function characterEnds(
  text: string,
  { at, spelling }: { readonly at: number; readonly spelling: Spelling },
): number[] {
  const first = text.charAt(at);
  const ends = spelling.plain.includes(first) ? [at + 1] : [];
  if (first === "\\") ends.push(...escapeEnds(text, { at, spelling }));
  else if (first === "%") ends.push(...percentEnds(text, { at, spelling }));
  return ends;
}

function escapeEnds(
  text: string,
  { at, spelling }: { readonly at: number; readonly spelling: Spelling },
): number[] {
  let end = at + 1;
  while (text.charAt(end) === "\\" && end - at < MOST_BACKSLASHES) end++;
  const isBackslash = spelling.plain === "\\";
  // How many of them are one backslash of the word, only what follows can tell.
  const ends = isBackslash ? Array.from({ length: end - at - 1 }, (_, more) => at + 2 + more) : [];
  if (end === text.length) return [...ends, UNFINISHED];
  const next = text.charAt(end);
  if (next === "u") return [...ends, ...codeEnd(text, { at: end + 1, code: spelling.unicode })];
  return spelling.plain.includes(next) && /["/]/.test(next) ? [...ends, end + 1] : ends;
}

function percentEnds(
  text: string,
  { at, spelling: { percent } }: { readonly at: number; readonly spelling: Spelling },
): number[] {
  if (percent === null) return [];
  const ends: number[] = [];
  for (let code = at + 1, depth = 0; depth < MOST_PERCENTS; code += 2, depth++) {
    ends.push(...codeEnd(text, { at: code, code: percent }));
    const isDoubled = codeEnd(text, { at: code, code: "25" });
    if (isDoubled[0] === UNFINISHED) ends.push(UNFINISHED);
    if (!(isDoubled[0] === code + 2)) break;
  }
  return ends;
}

function codeEnd(
  text: string,
  { at, code }: { readonly at: number; readonly code: string },
): number[] {
  const written = text.slice(at, at + code.length).toLowerCase();
  if (written === code) return [at + code.length];
  return at + written.length === text.length && code.startsWith(written) ? [UNFINISHED] : [];
}
