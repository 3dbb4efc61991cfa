import { dirname, join } from "node:path";

/**
 * What a process needs to run, and nothing else: programs, and one place for what Bun has transpiled. Without it every
 * process with a home folder of its own transpiles the toolkit anew and fills a cache there, a third of its time.
 */
export const bareEnvironment: Readonly<Record<string, string>> = {
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  BUN_RUNTIME_TRANSPILER_CACHE_PATH: join(
    import.meta.dir,
    "..",
    "..",
    "node_modules",
    ".cache",
    "transpiled",
  ),
};

/** An environment in which nothing is set, for a user whose home folder this is. */
export function cleanEnvironment(
  home: string,
  env: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...bareEnvironment, HOME: home, ...env };
}
