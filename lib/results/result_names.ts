import { basename, resolve, sep } from "node:path";

/**
 * What each of several files or folders is called: its name, with as many of the folders above it as tell it from the others.
 * The same one given again has a number.
 *
 * @example
 * ```ts
 * namesOf(["old/a.json", "new/a.json", "b.json"], { without: ".json" }); // ["old/a", "new/a", "b"]
 * ```
 */
export function namesOf(
  paths: readonly string[],
  {
    without = "",
  }: { /** An ending that is left away. Default: none. */ readonly without?: string } = {},
): string[] {
  const parts = paths.map((path) => resolve(path).split(sep));
  const named = (at: number, depth: number): string => {
    const [last = "", ...above] = (parts[at] ?? []).toReversed();
    const name = basename(last, without);
    return [...above.slice(0, depth).toReversed(), name].join("/");
  };
  const depths = paths.map(() => 0);
  for (;;) {
    const names = paths.map((_, at) => named(at, depths[at] ?? 0));
    const groups = Map.groupBy(names.keys(), (at) => names[at]);
    const grown = [...groups.values()]
      .filter((group) => new Set(group.map((at) => parts[at]?.join(sep))).size > 1)
      .flatMap((group) => group.filter((at) => (depths[at] ?? 0) < (parts[at]?.length ?? 0)));
    if (grown.length === 0) return numbered(names);
    for (const at of grown) depths[at] = (depths[at] ?? 0) + 1;
  }
}

function numbered(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name} #${before + 1}`;
  });
}
