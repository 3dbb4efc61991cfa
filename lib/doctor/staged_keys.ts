import { holdsKey } from "./key_shape.ts";

/**
 * The files of a `git diff` with added lines that look like they hold a key. The diff must have been made with `-U0`,
 * `--src-prefix=a/` and `--dst-prefix=b/`. NULs are skipped, so keys in UTF-16 files are found with `--text`.
 *
 * The added lines of a hunk are counted, since one that reads `++ b/x` looks like a file's name.
 *
 * @example
 * ```ts
 * const line = "+key = 'sk-" + "a1b2c3d4e5f6a7b8c9d0'";
 * stagedKeys(`+++ b/ask.py\n@@ -0,0 +1 @@\n${line}\n`); // ["ask.py"]
 * ```
 */
export function stagedKeys(diff: string): string[] {
  const files = new Set<string>();
  let file = "";
  let added = 0;
  for (const line of diff.replaceAll("\0", "").split("\n")) {
    if (added > 0 && line.startsWith("+")) {
      added--;
      if (holdsKey(line.slice(1))) files.add(file);
    } else if (line.startsWith("+++ b/")) file = line.slice(6).replace(/\t$/, "");
    else if (line.startsWith('+++ "b/')) file = line.slice(7).replace(/"\t?$/, "");
    else {
      const hunk = /^@@ -\d+(?:,\d+)? \+\d+(?:,(\d+))? @@/.exec(line);
      if (hunk !== null) added = Number(hunk[1] ?? 1);
    }
  }
  return [...files];
}
