import { existsSync } from "node:fs";
import { join } from "node:path";

/** A Python tool in a virtual environment of its own. */
export interface PythonTool {
  /** The path of one of its programs, such as `pip`. */
  readonly program: (name: string) => string;
}

/** What kept it from being installed, with the last words of who said so. */
export interface NotInstalled {
  readonly why: string;
  readonly words: string;
}

/**
 * Installs a tool from PyPI with pip, in a virtual environment in `folder`. What is there already is taken, if the same
 * was installed whole. `env`: for what is compiled.
 *
 * @example
 * ```ts
 * const tool = installPythonTool("litellm[proxy]==1.105.7", { folder });
 * if ("why" in tool) return unable(tool.why);
 * tool.program("litellm"); // …/bin/litellm
 * ```
 */
export function installPythonTool(
  requirement: string,
  {
    folder,
    env = {},
  }: { readonly folder: string; readonly env?: Readonly<Record<string, string>> },
): PythonTool | NotInstalled {
  const program = (name: string): string => {
    const [directory, file] =
      process.platform === "win32" ? ["Scripts", `${name}.exe`] : ["bin", name];
    return join(folder, directory, file);
  };
  const installed = existsSync(program("pip"))
    ? Bun.spawnSync([program("pip"), "freeze"])
        .stdout.toString()
        .split("\n")
        .map(plainName)
    : [];
  if (installed.includes(plainName(requirement))) return { program };
  const python = Bun.which("python3") ?? Bun.which("python");
  if (python === null) return { why: "There is no python3 on the path", words: "" };
  const venv = Bun.spawnSync([python, "-m", "venv", folder]);
  if (!venv.success) return { why: "python3 -m venv failed", words: lastOf(venv.stderr) };
  process.stderr.write(`Installing ${requirement} …\n`);
  const pip = Bun.spawnSync([program("pip"), "install", "--quiet", requirement], {
    env: { ...process.env, ...env },
  });
  if (pip.success) return { program };
  const words = pip.stderr.toString();
  const isAway = /connection|resolve|timed out|retries|network|No matching distribution/i.test(
    words,
  );
  const why = isAway ? "PyPI cannot be reached, or does not have it" : "pip failed";
  return { why, words: lastOf(pip.stderr) };
}

/** As what is installed is named: without extras, and with one sort of dash. */
function plainName(requirement: string): string {
  return requirement.replace(/\[[^\]]*\]/, "").replaceAll("_", "-");
}

function lastOf(output: Buffer): string {
  return output.toString().trim().split("\n").slice(-3).join("\n");
}
