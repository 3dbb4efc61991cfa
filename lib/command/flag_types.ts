import type { Bilingual } from "../base/message.ts";

interface FlagBase {
  /** The heading in the help under which the flag stands. Groups come in the order of their first flag. */
  readonly group: Bilingual;
  /** What the flag does: a short phrase without a final period. */
  readonly description: Bilingual;
  /**
   * What happens without the flag, for the help only: an absent flag stays `undefined`, so that
   * settings from elsewhere can step in.
   */
  readonly shownDefault?: string | Bilingual;
}

/** `--json`. With `negatable` also `--no-json`, which gives `false`. */
export interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
  readonly negatable?: true;
  /** One letter that stands for the flag after a single dash. Letters cannot be joined (`-hv`). */
  readonly short?: string;
}

/**
 * `--model NAME`. A `repeatable` one may come several times and gives an array; with `words` the words behind it, up to
 * the next flag, are its values, too, as a shell makes them of `--against new-*.json`.
 */
export interface TextFlag extends FlagBase {
  readonly type: "text";
  /** Stands for the value in the help, `TEXT` if left out. */
  readonly hint?: string;
  readonly repeatable?: true;
  readonly words?: true;
  /** Takes `--system ""` as a value. Without it an empty value is an error: mostly an unset shell variable. */
  readonly mayBeEmpty?: true;
}

/** `--reasoning show`: one of `options`, exactly as written there. */
export interface EnumFlag extends FlagBase {
  readonly type: "enum";
  readonly options: readonly string[];
}

/** `--temperature 0.2`: a decimal number between `min` and `max`, both included. */
export interface NumberFlag extends FlagBase {
  readonly type: "number";
  readonly hint?: string;
  /** Only whole numbers that a double holds exactly. */
  readonly integer?: true;
  readonly min?: number;
  readonly max?: number;
  /** The flag that takes several numbers where this one takes one. */
  readonly several?: string;
}

/** `--idle-timeout 60s`: whole **milliseconds**, see {@linkcode readDuration}. */
export interface DurationFlag extends FlagBase {
  readonly type: "duration";
  /** Least value in ms. Default 1; `min: 0` where no time at all makes sense. */
  readonly min?: number;
  /** Greatest value in ms. Default {@linkcode LONGEST_DURATION}. */
  readonly max?: number;
}

/**
 * `--header X-A=b`: a name and a value, may be repeated. The value is a text, or with `value: "json"`
 * the JSON value that {@linkcode readJsonPair} reads. Names of texts are compared without case, as HTTP does.
 */
export interface PairsFlag extends FlagBase {
  readonly type: "pairs";
  readonly value: "text" | "json";
}

/** A flag with a grammar of its own, such as `--speed N|max`. */
export interface CustomFlag extends FlagBase {
  readonly type: "custom";
  readonly hint: string;
  /**
   * Reads the text, which is never empty. `flag` is the name with its dashes, for the message.
   *
   * @throws {UserError} if the text is no value of this flag
   */
  readonly read: (text: string, flag: string) => unknown;
}

/** How one flag is declared. */
export type Flag =
  BooleanFlag | TextFlag | EnumFlag | NumberFlag | DurationFlag | PairsFlag | CustomFlag;

/** The flags of a command by their name: without the dashes before it, kebab-case. */
export type Flags = Readonly<Record<string, Flag>>;

/** Names and values in the order they were given: goes into `new Headers(…)` and `Object.fromEntries(…)`. */
export type Pairs<Value> = readonly (readonly [name: string, value: Value])[];

/** The type of the value that a declared flag gives. */
export type FlagValue<Declared extends Flag> = Declared extends BooleanFlag
  ? boolean
  : Declared extends TextFlag
    ? Declared extends { readonly repeatable: true }
      ? readonly string[]
      : string
    : Declared extends EnumFlag
      ? Declared["options"][number]
      : Declared extends NumberFlag | DurationFlag
        ? number
        : Declared extends PairsFlag
          ? Pairs<Declared["value"] extends "text" ? string : unknown>
          : Declared extends CustomFlag
            ? ReturnType<Declared["read"]>
            : never;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** What was given: `--idle-timeout` is read as `idleTimeout`; a flag that was not given is absent. */
export type FlagValues<Declared extends Flags> = {
  readonly [Name in keyof Declared & string as CamelCase<Name>]?: FlagValue<Declared[Name]>;
};
