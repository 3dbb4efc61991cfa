import { afterAll, beforeAll } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Git as if its user had configured nothing, also when the tests themselves run inside a git hook. */
export const gitEnvironment: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("GIT_"),
    ),
  ),
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.org",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.org",
};

/**
 * To be called once at the top of a test file in whose process the toolkit runs git: the configuration of whoever works
 * here may name a folder for all hooks, and a git hook that runs the tests names its own repository.
 */
export function isolateGit(): void {
  const before = { ...process.env };
  beforeAll(() => {
    for (const name of Object.keys(process.env))
      if (name.startsWith("GIT_")) delete process.env[name];
    Object.assign(process.env, gitEnvironment);
  });
  afterAll(() => {
    for (const name of Object.keys(gitEnvironment))
      if (name.startsWith("GIT_")) delete process.env[name];
    Object.assign(process.env, before);
  });
}

/** A git repository in a folder of its own. Disposing of it removes the folder. */
export class Repository implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "streamgauge-git-")));

  constructor({ empty = false } = {}) {
    if (!empty) this.git("init", "--quiet", "--template=", "--initial-branch=main");
  }

  write(files: Record<string, string | Uint8Array>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), content);
    }
  }

  /** Runs git; `text` is all that it and its hooks printed. */
  git(...args: string[]): { readonly code: number; readonly text: string } {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["git", ...args], {
      cwd: this.folder,
      env: gitEnvironment,
    });
    return { code: exitCode, text: `${stdout}${stderr}` };
  }

  /** Writes and stages the files, and tries to commit them. */
  commit(files: Record<string, string | Uint8Array>): {
    readonly code: number;
    readonly text: string;
  } {
    this.write(files);
    this.git("add", "--force", "--", ...Object.keys(files));
    return this.git("commit", "--quiet", "-m", "change");
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
