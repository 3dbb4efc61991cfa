import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** A part of the toolkit that runs in a process of its own. */
export type Part = "worker" | "simulated" | "serving";

/** The modules of the parts, from here. */
const MODULES: Readonly<Record<Part, string>> = {
  worker: "./worker",
  simulated: "./simulated",
  serving: "../../serve/workers/serving",
};

/** The flag that has a program in one file be a part of itself. */
const PART = "--streamgauge-part=";

/**
 * The command that starts a part of the toolkit. From source it is the part's module, found from this one; a program that was
 * compiled into one file has no modules to name, and starts itself once more with a flag.
 *
 * `--no-orphans`: it ends with its parent. `--no-env-file`: a folder's `.env` has no say in it, and neither has its
 * `bunfig.toml` where this program was told to read another one.
 */
export function childCommand(part: Part, args: readonly string[] = []): string[] {
  if (isCompiled()) return [process.execPath, `${PART}${part}`, ...args];
  const module = `${MODULES[part]}${extname(import.meta.url)}`;
  const path = fileURLToPath(new URL(module, import.meta.url));
  const config = process.execArgv.filter((flag) => flag.startsWith("--config="));
  return [process.execPath, ...config, "--no-orphans", "--no-env-file", path, ...args];
}

/** The part that a compiled program was started as; `null` for a program that a person started. */
export function startedPart(args: readonly string[]): Part | null {
  const [first = ""] = args;
  const part = first.startsWith(PART) ? first.slice(PART.length) : "";
  return isCompiled() && Object.hasOwn(MODULES, part) ? (part as Part) : null;
}

/** Bun keeps the modules of a compiled program in a folder that is on no disk. */
function isCompiled(): boolean {
  return /\$bunfs|~BUN/.test(import.meta.url);
}
