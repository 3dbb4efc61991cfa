/** What pictures in a terminal are drawn with. */
export interface Glyphs {
  /** From the lowest to the highest. */
  readonly levels: readonly string[];
  /** A full cell of a bar. */
  readonly full: string;
  /** A cell of what a bar has still to fill. */
  readonly empty: string;
  /** The rest of a bar, in eighths of a cell, from none to seven; one entry: there is no rest. */
  readonly rest: readonly string[];
  readonly waiting: string;
  readonly stall: string;
  readonly cut: string;
  /** A limit across bars. */
  readonly limit: string;
}

/** Of block elements, one column each. */
export const BLOCKS: Glyphs = {
  levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  full: "█",
  empty: "░",
  rest: ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"],
  waiting: "·",
  stall: "▒",
  cut: "✕",
  limit: "│",
};

/** Of ASCII, for what cannot show others. */
export const ASCII: Glyphs = {
  levels: ["_", "-", "=", "*", "#"],
  full: "#",
  empty: "-",
  rest: [""],
  waiting: ".",
  stall: "!",
  cut: "x",
  limit: "|",
};

/** What decides with which glyphs one stream is drawn. */
export interface GlyphSources {
  /** The environment variables: `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
  /** `process.platform`. */
  readonly platform: string;
}

/**
 * Whether block elements can be shown. The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is not empty has to name UTF-8, as
 * for any program, also where the output is a pipe, for a reader or a file is of the same locale; Windows, which has no
 * such variables, can. The console of Linux and a dumb terminal have no such characters.
 *
 * @example
 * ```ts
 * glyphsFor({ environment: { LANG: "C" }, isTTY: true, platform: "linux" }).full; // "#"
 * glyphsFor({ environment: { LANG: "de_DE.UTF-8" }, isTTY: false, platform: "linux" }).full; // "█"
 * ```
 */
export function glyphsFor({ environment, isTTY, platform }: GlyphSources): Glyphs {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = environment;
  if (isTTY && (TERM === "dumb" || TERM === "linux")) return ASCII;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "");
  if (locale === undefined) return platform === "win32" ? BLOCKS : ASCII;
  return /utf-?8/i.test(locale) ? BLOCKS : ASCII;
}

/**
 * A bar of so many columns, or a part of one; never nothing for something.
 *
 * @example
 * ```ts
 * barOf(2.5, BLOCKS); // "██▌"
 * ```
 */
export function barOf(columns: number, { full, rest }: Glyphs): string {
  if (columns <= 0) return "";
  const parts = Math.max(1, Math.round(columns * rest.length));
  return full.repeat(Math.floor(parts / rest.length)) + (rest[parts % rest.length] ?? "");
}
