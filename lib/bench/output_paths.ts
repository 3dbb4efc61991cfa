import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { UserError } from "../base/message.ts";
import { outputIsInput, outputsCollide } from "../command/messages/files.ts";

/** In place of a file: stdout. */
export const STDOUT = "-";

/** A file that something is to be written to, and the flag that says so. */
export interface Output {
  readonly flag: string;
  readonly path: string;
}

/** The files that `bench` is to write. */
export function outputsOf({
  out,
  html,
}: {
  readonly out?: string | undefined;
  readonly html?: string | undefined;
}): Output[] {
  return [
    ...(out === undefined ? [] : [{ flag: "--out", path: out }]),
    ...(html === undefined ? [] : [{ flag: "--html", path: html }]),
  ];
}

/** What a folder of recorded runs or results is made of. */
const OF_INPUT = /\.(?:sse|json)$/;

/**
 * Finds out whether every output goes to a place of its own, and none over what is read, before anything is written.
 *
 * @throws {UserError} where two outputs go to one file, or one is an input, or lies among the streams and results of a folder
 *   that is one.
 *
 * @example
 * ```ts
 * checkOutputs([{ flag: "--html", path: "a.html" }], { inputs: ["a.json"] });
 * ```
 */
export function checkOutputs(
  outputs: readonly Output[],
  { inputs }: { readonly inputs: readonly string[] },
): void {
  for (const [at, { flag, path }] of outputs.entries()) {
    const place = placeOf(path);
    if (place === null) continue;
    const before = outputs.slice(0, at).find((other) => placeOf(other.path)?.id === place.id);
    if (before !== undefined) {
      throw new UserError(outputsCollide([before.flag, flag], path));
    }
    if (path !== STDOUT && inputs.some((input) => isPartOf(place, input))) {
      throw new UserError(outputIsInput(flag, path));
    }
  }
}

interface Place {
  readonly path: string;
  /** The same for links to one file. */
  readonly id: string;
}

/** Where a file is or will be; `null` for a device or a pipe, which may get several things. */
function placeOf(path: string): Place | null {
  if (path === STDOUT) return { path, id: path };
  try {
    const entry = statSync(path, { throwIfNoEntry: false });
    if (entry === undefined) {
      const real = join(realpathSync(dirname(resolve(path))), basename(path));
      return { path: real, id: real };
    }
    if (!entry.isFile()) return null;
    return { path: realpathSync(path), id: `${entry.dev}:${entry.ino}` };
  } catch {
    // Whoever opens it says what is wrong.
    return { path: resolve(path), id: resolve(path) };
  }
}

function isPartOf({ path, id }: Place, input: string): boolean {
  const entry = statSync(input, { throwIfNoEntry: false });
  if (entry === undefined) return false;
  if (!entry.isDirectory()) return placeOf(input)?.id === id;
  return OF_INPUT.test(path) && path.startsWith(realpathSync(input) + sep);
}
