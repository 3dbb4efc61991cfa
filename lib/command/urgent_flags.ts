import type { Language } from "../base/message.ts";

/** The flags that count even if the rest of the command line is wrong. */
export interface UrgentFlags {
  readonly help: boolean;
  readonly version: boolean;
  readonly lang?: Language;
  readonly color?: boolean;
}

/**
 * Finds `--help`, `--version`, `--lang` and `--color` wherever they stand before `--`, with no look at the rest:
 * help is given for a wrong command line too, and its error comes in the right language and colour.
 *
 * ```ts
 * urgentFlags(["--tempratur", "1", "--lang=zh"]); // { help: false, version: false, lang: "zh" }
 * ```
 */
export function urgentFlags(args: readonly string[]): UrgentFlags {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const lang = before
    .map((word, index) => (word === "--lang" ? before[index + 1] : /^--lang=(.*)/.exec(word)?.[1]))
    .find((value) => value === "zh" || value === "en");
  const color = before.findLast((word) => word === "--color" || word === "--no-color");
  return {
    help: before.includes("--help") || before.includes("-h"),
    version: before.includes("--version"),
    ...(lang !== undefined && { lang }),
    ...(color !== undefined && { color: color === "--color" }),
  };
}
