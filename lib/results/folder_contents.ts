import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { holdsRun } from "../load/run_file.ts";

/** What of a folder a report can be about. Paths begin with that of the folder. */
export interface FolderContents {
  /** Folders of recorded runs, those of one sweep or repetition together. */
  readonly recorded: readonly {
    readonly path: string;
    readonly folders: readonly string[];
  }[];
  /** Files that may be results. */
  readonly json: readonly string[];
  readonly transcripts: readonly string[];
  /** Folders that hold something of the kind, and were not looked into. */
  readonly leftOut: readonly string[];
}

/** As a series of `bench --record` names the folders of its runs. */
const OF_SERIES = /^run-\d+$/;

/** What may be in a report. */
const OURS = /\.(?:sse|json)$/;

/** Looks through a folder, and the recorded runs in it; `null` for what is no folder. */
export async function folderContents(path: string): Promise<FolderContents | null> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  const isRun = holdsRun(path);
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const named = (ending: string): string[] =>
    sorted
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith(ending))
      .map(({ name }) => join(path, name));
  const folders = sorted.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const runs = folders.filter(({ name }) => holdsRun(join(path, name)));
  const series = runs
    .filter(({ name }) => OF_SERIES.test(name))
    .map(({ name }) => join(path, name));
  const alone = runs
    .filter(({ name }) => !OF_SERIES.test(name))
    .map(({ name }) => join(path, name));
  const leftOut: string[] = [];
  for (const { name } of folders.filter((folder) => !runs.includes(folder))) {
    const within = await readdir(join(path, name), { withFileTypes: true }).catch(() => []);
    const holds = within.some((entry) =>
      entry.isDirectory() ? holdsRun(join(path, name, entry.name)) : OURS.test(entry.name),
    );
    if (holds) leftOut.push(join(path, name));
  }
  return {
    recorded: [
      ...(isRun ? [{ path, folders: [path] }] : []),
      ...(series.length > 0 ? [{ path, folders: series }] : []),
      ...alone.map((folder) => ({ path: folder, folders: [folder] })),
    ],
    json: named(".json").filter((file) => file !== join(path, "run.json")),
    // Those of a run are its own.
    transcripts: isRun ? [] : named(".sse"),
    leftOut,
  };
}
