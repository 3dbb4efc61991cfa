import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const git = Bun.which("git");
const folder = mkdtempSync(join(tmpdir(), "gitignore-"));

/** Runs git on the repository in `folder`, as if its user had configured nothing. */
function runGit(...args: string[]): number | null {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return Bun.spawnSync([git ?? "git", "-c", `core.excludesFile=${devNull}`, ...args], {
    cwd: folder,
    env: {
      ...Object.fromEntries(environment),
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_NOSYSTEM: "1",
    },
  }).exitCode;
}

// A repository of its own: the tree under test may be a copy without one.
beforeAll(() => {
  copyFileSync(
    fileURLToPath(new URL("../.gitignore", import.meta.url)),
    join(folder, ".gitignore"),
  );
  if (git !== null) runGit("init", "--quiet", "--template=");
});

afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(git === null).each([".env", ".env.local", "scripts/.env"])(
  "git ignores %s, where keys live",
  (path) => {
    expect(runGit("check-ignore", "--quiet", path)).toBe(0);
  },
);

test.skipIf(git === null)("git keeps .env.example, which holds no key", () => {
  expect(runGit("check-ignore", "--quiet", ".env.example")).toBe(1);
});
