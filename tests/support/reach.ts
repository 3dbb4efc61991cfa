import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const transpiler = new Bun.Transpiler({ loader: "ts" });

/** What programs reach through their imports, those of types left out: files of the toolkit, and all other modules. */
export function reachOf(files: readonly string[]): {
  readonly files: ReadonlySet<string>;
  readonly modules: ReadonlySet<string>;
  /** The files that the programs import themselves. */
  readonly direct: ReadonlySet<string>;
} {
  const reached = new Set<string>();
  const modules = new Set<string>();
  const direct = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    if (!file.endsWith(".ts")) return;
    for (const { path } of transpiler.scanImports(readFileSync(file, "utf8"))) {
      if (!path.startsWith(".")) modules.add(path);
      else {
        const imported = join(dirname(file), path);
        if (files.includes(file)) direct.add(imported);
        follow(imported);
      }
    }
  };
  for (const file of files) follow(file);
  return { files: reached, modules, direct };
}
