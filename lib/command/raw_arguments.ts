/**
 * The arguments as they were typed. Bun takes away a `--` that stands directly after the script's name
 * (`bun ask.ts -- --help me` gives `--help`, `me`); on Linux `/proc/self/cmdline` still has it.
 *
 * `argv` is what Bun gave after the script's name, `process.argv.slice(2)`; `cmdline` is the content of that file,
 * its arguments each ended by a NUL, or `null` where there is no such file: then `argv` is all that is known.
 * A `--` in front of the script, among Bun's own flags, is never taken for one, because the script's name
 * stands between. `bun run ask -- …` and `npm run ask -- …` use up one `--` before they start the script, of
 * which nothing is left to restore: there it takes two.
 *
 * ```ts
 * rawArguments(["--help", "me"], "bun\0ask.ts\0--\0--help\0me\0"); // ["--", "--help", "me"]
 * ```
 */
export function rawArguments(argv: readonly string[], cmdline: string | null): readonly string[] {
  const typed = (cmdline ?? "").replace(/\0$/, "").split("\0");
  const tail = typed.length - argv.length;
  const isEaten =
    typed[tail - 1] === "--" && argv.every((word, index) => word === typed[tail + index]);
  return isEaten ? ["--", ...argv] : argv;
}
