import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Message, UserError } from "../base/message.ts";
import { runGit } from "./git.ts";
import {
  hookBesideAnother,
  hookChanged,
  hookInstalled,
  hookIsThere,
  hookNotWritten,
  hookWithoutGit,
  hookWithoutRepository,
} from "./messages/hook.ts";
import preCommit from "./pre_commit.sh" with { type: "text" };

/** What marks a hook as ours, in whatever version. */
const MARK = "# streamgauge pre-commit hook";

/** Where ours goes when another hook has the name: that one can call it. */
const BESIDE = "pre-commit-streamgauge";

/** The hook's text: a POSIX shell script with LF line ends, also where git has checked it out with CRLF. */
export function hookText(): string {
  return preCommit.replaceAll("\r\n", "\n");
}

/**
 * Writes the hook to the hooks folder of the repository that holds `folder` (`core.hooksPath` is respected), executable.
 *
 * A hook of somebody else is never touched: ours is then written beside it, and the error says how to call it from there.
 * One of ours that differs, from an older version or changed by hand, is replaced only with `force`.
 *
 * @returns what was done, to be said.
 * @throws {UserError} when there is no repository, the file cannot be written, or the commits are not guarded yet.
 */
export async function installHook({
  folder,
  force,
}: {
  readonly folder: string;
  readonly force: boolean;
}): Promise<Message> {
  const path = join(await hooksFolder(folder), "pre-commit");
  const text = hookText();
  const present = read(path);
  if (present !== null && !present.includes(MARK)) {
    const beside = join(dirname(path), BESIDE);
    if (present.includes(BESIDE)) {
      write(beside, text);
      return hookInstalled(beside);
    }
    write(beside, text);
    throw new UserError(hookBesideAnother(path, BESIDE));
  }
  if (present !== null && present !== text && !force) throw new UserError(hookChanged(path));
  // Also when nothing changes: a copied repository may have lost the permission.
  write(path, text);
  return present === text ? hookIsThere(path) : hookInstalled(path);
}

async function hooksFolder(folder: string): Promise<string> {
  const result = await runGit(["rev-parse", "--git-path", "hooks"], { folder });
  if (result === null) throw new UserError(hookWithoutGit());
  if (result.code !== 0) throw new UserError(hookWithoutRepository(folder));
  return resolve(folder, result.out.replace(/\r?\n$/, ""));
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8").replaceAll("\r\n", "\n") : null;
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(hookNotWritten(path, code));
  }
}
