import { defineCommand, type ArgsDef, type CommandDef } from "citty";
import { invocation } from "./invocation.ts";
import type { Flag, Flags, FlagValues } from "./flag_types.ts";
import type { Bilingual, Language } from "../base/message.ts";

/** The words of a command line that are no flags. */
export interface Positional {
  /** What one of them is, in lower case: `question`. */
  readonly name: Bilingual;
  readonly description: Bilingual;
  readonly min: number;
  readonly max: number;
  /**
   * It is a text that people type, not a path. Several words are then answered with "put it in quotes",
   * and the words after `--` are joined with spaces to one: `ask -- --help me` asks "--help me".
   */
  readonly spoken?: true;
  /** What stands behind `--` is a command of its own, to be run, and none of these words. */
  readonly command?: true;
}

/** A command line that works, and what it does. */
export interface Example {
  /** What follows the call of the verb: `--demo --wire`. */
  readonly args: string | Bilingual;
  readonly description: Bilingual;
}

/** What a script declares about itself. */
export interface Declaration<Declared extends Flags> {
  /** What it does, as one word: `ask`. */
  readonly verb: string;
  /** One line on what it does, without a final period. */
  readonly summary: Bilingual;
  /** Three to five, the simplest first: the help begins with them. */
  readonly examples: readonly Example[];
  /** Absent: the command takes flags only. */
  readonly positional?: Positional;
  readonly flags: Declared;
  /** Sets of flags of which at most one may be given. A flag given as `--no-x` does not count. */
  readonly exclusive?: readonly (readonly (NoInfer<keyof Declared> & string)[])[];
}

/** A declared command. It is also a citty command with the English texts. */
export interface Command<Declared extends Flags = Flags>
  extends Omit<Declaration<Declared>, "exclusive">, CommandDef<ArgsDef> {
  readonly exclusive?: readonly (readonly string[])[];
  /** How it is called: see {@linkcode invocation}. */
  readonly name: string;
  /** citty's view of the flags and the positional, with the value hints that the help and the errors show. */
  readonly args: ArgsDef;
}

/** The type of the flags that {@linkcode parseArguments} gives for a command. */
export type CommandFlags<Declared> =
  Declared extends Command<infer Names> ? FlagValues<Names> : never;

/**
 * Declares a command as data. citty is used for the declaration only: the result is a citty command, so whatever
 * reads these can read it. Parsing and help are ours: citty takes unknown flags silently, knows neither numbers
 * nor repeated flags, and its help has one language, no groups, no wrapping and right-aligned names.
 *
 * ```ts
 * const hello = declareCommand({
 *   verb: "hello",
 *   summary: { en: "Greet", zh: "问好" },
 *   examples: [{ args: "--times 3", description: { en: "thrice", zh: "三次" } }],
 *   flags: {
 *     times: {
 *       type: "number",
 *       integer: true,
 *       min: 1,
 *       group: { en: "Greeting", zh: "问候" },
 *       description: { en: "How often", zh: "次数" },
 *     },
 *     ...commonFlags,
 *   },
 * });
 * parseArguments(hello, ["--times", "3"]).flags.times; // 3
 * ```
 */
export function declareCommand<const Declared extends Flags>(
  declaration: Declaration<Declared>,
): Command<Declared> {
  const args: ArgsDef = {};
  for (const [name, flag] of Object.entries(declaration.flags)) args[name] = cittyArgument(flag);
  const { verb, summary, positional } = declaration;
  if (positional !== undefined) {
    const required = positional.min > 0;
    args[positional.name.en.toUpperCase()] = {
      type: "positional",
      required,
      description: positional.description.en,
    };
  }
  return {
    ...defineCommand({ meta: { name: invocation(verb), description: summary.en }, args }),
    ...declaration,
    args,
    get name() {
      return invocation(verb);
    },
  };
}

function cittyArgument(flag: Flag): ArgsDef[string] {
  const description = flag.description.en;
  if (flag.type === "boolean") {
    return flag.short === undefined
      ? { type: "boolean", description }
      : { type: "boolean", description, alias: flag.short };
  }
  if (flag.type === "enum") {
    const options = [...flag.options];
    return { type: "enum", description, options, valueHint: options.join("|") };
  }
  return { type: "string", description, valueHint: valueHint(flag) };
}

function valueHint(flag: Exclude<Flag, { type: "boolean" | "enum" }>): string {
  switch (flag.type) {
    case "text":
      return flag.hint ?? "TEXT";
    case "number":
      return flag.hint ?? "N";
    case "duration":
      return "DURATION";
    case "pairs":
      return flag.value === "json" ? "K=JSON" : "K=V";
    case "custom":
      return flag.hint;
  }
}

const COMMAND: Bilingual = { en: "COMMAND", zh: "命令" };

/** The command with what it takes: `bun scripts/ask.ts [FLAGS] [QUESTION]`. */
export function usageLine({ name, positional }: Pick<Command, "name" | "positional">): Bilingual {
  const words = (language: Language): string => {
    if (positional === undefined) return "";
    const word = positional.name[language].toUpperCase() + (positional.max > 1 ? "..." : "");
    const words = positional.min > 0 ? ` ${word}` : ` [${word}]`;
    return positional.command === true ? `${words} [-- ${COMMAND[language]}...]` : words;
  };
  return { en: `${name} [FLAGS]${words("en")}`, zh: `${name} [选项]${words("zh")}` };
}

const general: Bilingual = { en: "General", zh: "通用" };

/** The flags that every script has. Spread them last: the help then shows them last. */
export const commonFlags = {
  help: {
    type: "boolean",
    short: "h",
    group: general,
    description: { en: "Show this help", zh: "显示本帮助" },
  },
  version: {
    type: "boolean",
    group: general,
    description: { en: "Show the version", zh: "显示版本号" },
  },
  lang: {
    type: "enum",
    options: ["zh", "en"],
    group: general,
    description: { en: "Language of the messages", zh: "提示信息的语言" },
    shownDefault: { en: "that of the system", zh: "系统语言" },
  },
  color: {
    type: "boolean",
    negatable: true,
    group: general,
    description: { en: "Use colors or do not", zh: "是否使用颜色" },
    shownDefault: { en: "only on a terminal", zh: "仅在终端中使用" },
  },
  verbose: {
    type: "boolean",
    group: general,
    description: { en: "Say more about what is done", zh: "输出更多过程信息" },
  },
} as const satisfies Flags;
