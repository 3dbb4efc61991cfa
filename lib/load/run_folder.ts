import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The files that a run keeps in its folder; nothing else in it is ever touched. */
const OURS = /^(?:\d{6,}\.sse|run\.json)$/;

/**
 * Finds out whether recordings can go into this folder, before anything is sent, and leaves nothing behind.
 *
 * @throws whatever making it throws; `ENOTEMPTY` when something is in it and it is not to be overwritten.
 */
export function checkRecordFolder(
  path: string,
  { overwrite }: { readonly overwrite: boolean },
): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw Object.assign(new Error("it is no folder"), { code: "ENOTDIR" });
  }
  const made = mkdirSync(path, { recursive: true });
  const entries = readdirSync(path);
  if (made === undefined) {
    if (entries.length > 0 && !overwrite) {
      throw Object.assign(new Error("the folder is not empty"), { code: "ENOTEMPTY" });
    }
    const probe = join(path, ".streamgauge");
    mkdirSync(probe);
    rmdirSync(probe);
    return;
  }
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    rmdirSync(folder);
    if (folder === resolve(made)) return;
  }
}

/** Makes the folder for one run. What an earlier run recorded there is removed: the two would read as one. */
export function makeRecordFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  for (const name of readdirSync(path)) if (OURS.test(name)) rmSync(join(path, name));
}

/** The files of streams that should be in a run's folder and are not: somebody has removed them, or the folder. */
export function missingStreams(
  path: string,
  records: readonly { readonly file: string | null }[],
): string[] {
  return records.flatMap(({ file }) =>
    file === null || existsSync(join(path, file)) ? [] : [file],
  );
}
