/** What decides whether a stream is coloured. */
export interface ColorSources {
  /** `true` for `--color`, `false` for `--no-color`. */
  readonly flag?: boolean | undefined;
  /** The environment variables: `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether this stream (stdout and stderr differ) is a terminal. */
  readonly isTTY: boolean;
}

/**
 * Whether to colour one stream. The first that is set decides: `--color`/`--no-color`, `NO_COLOR`
 * (https://no-color.org), `FORCE_COLOR` (https://force-color.org; `0` and `false` mean off), `TERM=dumb` (off);
 * else a terminal is coloured and a pipe is not. An empty variable is not set. `CI` does not count: a log that
 * is a pipe stays plain.
 *
 * Give the answer to picocolors' `createColors` once for each stream: picocolors itself looks at stdout only
 * and takes `FORCE_COLOR=0` for on.
 *
 * ```ts
 * colorDecision({ environment: { CI: "1" }, isTTY: false }); // false
 * colorDecision({ flag: true, environment: { NO_COLOR: "1" }, isTTY: false }); // true
 * ```
 */
export function colorDecision({ flag, environment, isTTY }: ColorSources): boolean {
  if (flag !== undefined) return flag;
  const { NO_COLOR = "", FORCE_COLOR = "", TERM } = environment;
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR.toLowerCase() !== "false";
  return TERM !== "dumb" && isTTY;
}
