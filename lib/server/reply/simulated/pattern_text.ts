import type { Random } from "../../../base/random.ts";

/** What a pattern is made of. */
type Part =
  | { readonly kind: "one of"; readonly characters: readonly string[] }
  | { readonly kind: "any of"; readonly branches: readonly (readonly Repeated[])[] };

interface Repeated {
  readonly part: Part;
  readonly least: number;
  /** `Infinity`: no limit. */
  readonly most: number;
}

const DIGITS = range("0", "9");
const LETTERS = [...range("a", "z"), ...range("A", "Z")];
const IN_WORD = [...LETTERS, ...DIGITS, "_"];
/** What there is to choose from where a class says only what it is not. */
const PRINTABLE = range(" ", "~");

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  d: DIGITS,
  w: IN_WORD,
  s: [" "],
  D: LETTERS,
  W: [" ", "-"],
  S: IN_WORD,
  n: ["\n"],
  r: ["\r"],
  t: ["\t"],
};

/** A text may be tried so often, each longer than the one before. */
const TRIES = 64;

/** A text of a pattern has no more characters than this, and is made in no more steps. */
const LONGEST = 10_000;

/** A longer pattern is not read. */
const LONGEST_PATTERN = 1000;

/**
 * A text that a regular expression matches, with a number of characters from `min` to `max`; `null` where none is found.
 * Known are characters, classes, groups, `|` and repetitions: no look-around, no back-references.
 *
 * @example
 * ```ts
 * patternText("^[A-Z]{2}-\\d{4}$", { random: () => 0, min: 0, max: Infinity }); // "AA-0000"
 * ```
 */
export function patternText(
  pattern: string,
  { random, min, max }: { readonly random: Random; readonly min: number; readonly max: number },
): string | null {
  const isTooLong = pattern.length > LONGEST_PATTERN || min > LONGEST;
  const matcher = isTooLong ? null : regExpOf(pattern);
  if (matcher === null) return null;
  const branches = new PatternParser(pattern).parse();
  if (branches === null) return null;
  const writer: PatternWriter = { random, extra: 0, left: 0 };
  for (let attempt = 0; attempt < TRIES; attempt++) {
    writer.left = LONGEST;
    const text = written({ kind: "any of", branches }, writer);
    if (writer.left <= 0) return null;
    const length = Array.from(text).length;
    if (length < min && !pattern.includes("$") && matcher.test(text)) {
      // What has no end may have anything behind it.
      return text + "x".repeat(min - length);
    }
    if (length >= min && length <= max && matcher.test(text)) return text;
    writer.extra = length < min ? writer.extra + 1 + Math.floor((min - length) / 2) : 0;
  }
  return null;
}

function regExpOf(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return null;
  }
}

interface PatternWriter {
  readonly random: Random;
  /** Repetitions beyond those that have to be. */
  extra: number;
  /** Steps that may still be made. */
  left: number;
}

function written(part: Part, writer: PatternWriter): string {
  writer.left--;
  if (part.kind === "one of") return pick(part.characters, writer.random) ?? "";
  let text = "";
  for (const { part: inner, least, most } of pick(part.branches, writer.random) ?? []) {
    const times = Math.min(most, least + writer.extra, LONGEST);
    for (let time = 0; time < times && writer.left > 0; time++) text += written(inner, writer);
  }
  return text;
}

function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** Reads a pattern; what it does not know makes all of it `null`. */
class PatternParser {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  parse(): (readonly Repeated[])[] | null {
    const branches = this.#branches();
    return this.#at < this.#characters.length ? null : branches;
  }

  #branches(): (readonly Repeated[])[] | null {
    const branches: (readonly Repeated[])[] = [];
    for (;;) {
      const branch = this.#branch();
      if (branch === null) return null;
      branches.push(branch);
      if (!this.#take("|")) return branches;
    }
  }

  #branch(): Repeated[] | null {
    const parts: Repeated[] = [];
    while (this.#at < this.#characters.length && this.#peek() !== "|" && this.#peek() !== ")") {
      if (this.#take("^") || this.#take("$")) continue;
      const part = this.#part();
      const times = part === null ? null : this.#times();
      if (part === null || times === null) return null;
      parts.push({ part, ...times });
    }
    return parts;
  }

  #part(): Part | null {
    const character = this.#next();
    switch (character) {
      case "(": {
        if (this.#take("?") && !this.#take(":")) return null;
        const branches = this.#branches();
        return branches === null || !this.#take(")") ? null : { kind: "any of", branches };
      }
      case "[":
        return this.#class();
      case ".":
        return { kind: "one of", characters: IN_WORD };
      case "\\": {
        const characters = this.#escaped();
        return characters === null ? null : { kind: "one of", characters };
      }
      default:
        return { kind: "one of", characters: [character] };
    }
  }

  #times(): Omit<Repeated, "part"> | null {
    const rest = this.#characters.slice(this.#at, this.#at + 16).join("");
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
    if (found === null) return { least: 1, most: 1 };
    const [all, sign, least, comma, most] = found;
    this.#at += all.length;
    if (sign !== undefined) {
      return { least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : Infinity };
    }
    const atLeast = Number(least);
    return { least: atLeast, most: comma === "" ? atLeast : most === "" ? Infinity : Number(most) };
  }

  #class(): Part | null {
    const isNot = this.#take("^");
    const characters: string[] = [];
    while (!this.#take("]")) {
      const first = this.#next();
      if (first === "") return null;
      const members = first === "\\" ? this.#escaped() : [first];
      if (members === null) return null;
      const isRange = this.#peek() === "-" && (this.#characters[this.#at + 1] ?? "]") !== "]";
      if (!isRange || members.length !== 1) {
        characters.push(...members);
        continue;
      }
      this.#next();
      const end = this.#next();
      const last = end === "\\" ? this.#escaped() : [end];
      characters.push(...range(members[0] ?? "", last?.[0] ?? ""));
    }
    const chosen = isNot
      ? PRINTABLE.filter((character) => !characters.includes(character))
      : characters;
    return chosen.length === 0 ? null : { kind: "one of", characters: chosen };
  }

  #escaped(): readonly string[] | null {
    const character = this.#next();
    if (Object.hasOwn(CLASSES, character)) return CLASSES[character] ?? null;
    if (character === "p" || character === "P" || character === "u" || character === "x") {
      return this.#byName(character);
    }
    return /[\dbBck]/.test(character) ? null : [character];
  }

  #byName(kind: string): readonly string[] | null {
    const rest = this.#characters.slice(this.#at, this.#at + 24).join("");
    if (kind === "p" || kind === "P") {
      const name = /^\{(L|Lu|Ll|N|Nd)\}/.exec(rest);
      if (name === null || kind === "P") return null;
      this.#at += name[0].length;
      return name[1]?.startsWith("N")
        ? DIGITS
        : name[1] === "Lu"
          ? range("A", "Z")
          : range("a", "z");
    }
    const code = (kind === "u" ? /^[\da-f]{4}/i : /^[\da-f]{2}/i).exec(rest);
    if (code === null) return null;
    this.#at += code[0].length;
    return [String.fromCodePoint(Number.parseInt(code[0], 16))];
  }

  #peek(): string {
    return this.#characters[this.#at] ?? "";
  }

  #next(): string {
    return this.#characters[this.#at++] ?? "";
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}

function range(first: string, last: string): string[] {
  const [start = 0, end = -1] = [first.codePointAt(0), last.codePointAt(0)];
  // Of a range as wide as all of Unicode, its beginning will do.
  return Array.from({ length: Math.max(0, Math.min(end - start, 200) + 1) }, (_, index) =>
    String.fromCodePoint(start + index),
  );
}
