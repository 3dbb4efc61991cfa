import { expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { hookText, installHook } from "../../lib/doctor/hook.ts";
import { UserError } from "../../lib/base/message.ts";
import { keyShapeCases, random, siliconFlowKey } from "../support/key_shapes.ts";
import { isolateGit, Repository } from "../support/repository.ts";

isolateGit();

const git = Bun.which("git");
const testWithGit = test.skipIf(git === null || Bun.which("sh") === null);

/** No key of these tests may be in what a person reads, nor the beginning of one. */
function withoutKeys(text: string): string {
  for (const key of [siliconFlowKey.slice(3), random]) {
    expect(text).not.toContain(key);
    expect(text).not.toContain(key.slice(0, 6));
  }
  return text;
}

async function guarded(): Promise<Repository> {
  const repository = new Repository();
  await installHook({ folder: repository.folder, force: false });
  return repository;
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error("it was not refused");
  return error.message;
}

testWithGit(
  "hook refuses .env and its variants by name, in any folder, and names them",
  async () => {
    using repository = await guarded();
    for (const name of [".env", ".env.local", "my app/.env", "应用/.env", ".ENV", 'a "b"/.env']) {
      const { code, text } = repository.commit({ [name]: "A=1\n" });
      expect([name, code]).toEqual([name, 1]);
      expect(text).toContain("is a file for keys");
      expect(text).toContain(".env 写入 .gitignore");
      repository.git("rm", "--cached", "-r", "--quiet", ".");
    }
    const { text } = repository.commit({ "应用/.env": "A=1\n" });
    expect(text).toContain('git rm --cached -- "应用/.env"');
  },
);

testWithGit(
  "hook gives a .env with a key in it one advice: to take it out, not to add it again",
  async () => {
    using repository = await guarded();
    const key = `sk-${"a1B2c3D4e5F6g7H8"}`;
    const { code, text } = repository.commit({
      ".env": `OPENAI_API_KEY=${key}\n`,
      "notes.md": `the key is ${key}\n`,
    });
    expect(code).toBe(1);
    expect(text.match(/^ {2}\S+$/gm)).toEqual(["  .env", "  notes.md"]);
    expect(text).not.toContain('git add -- ".env"');
    expect(text).toContain('git add -- "notes.md"');
  },
);

testWithGit(
  "hook lets everything else pass: the first commit, a template, a file that was .env",
  async () => {
    using repository = await guarded();
    const files = {
      ".env.example": "SILICONFLOW_API_KEY=\n",
      "my 笔记.md": "Put SILICONFLOW_API_KEY=sk-your-key into .env\n",
      "environment.py": "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
      ".envrc": "layout bun\n",
    };
    expect(repository.commit(files)).toEqual({ code: 0, text: "" });
    repository.write({ ".env": "A=1\n" });
    repository.git("add", ".env");
    repository.git("commit", "--quiet", "--no-verify", "-m", "by mistake");
    repository.git("rm", "--quiet", "--cached", ".env");
    expect(repository.git("commit", "--quiet", "-m", "taken out")).toEqual({ code: 0, text: "" });
  },
);

testWithGit(
  "hook and library agree on what looks like a key, and the hook prints none",
  async () => {
    using repository = await guarded();
    const names = keyShapeCases.map((_, index) => `line ${index} 行.txt`);
    const files = keyShapeCases.map(
      ({ line }, index) => [names[index], `before\n${line}\n`] as const,
    );
    const { code, text } = repository.commit(Object.fromEntries(files));
    expect(code).toBe(1);
    const refused = names.filter((name) => withoutKeys(text).includes(`  ${name}\n`));
    expect(refused).toEqual(names.filter((_, index) => keyShapeCases[index]?.isKey));
  },
);

testWithGit(
  "hook finds the values of .env, however that is written, in whatever encoding",
  async () => {
    const line = `MY_SERVICE_TOKEN=${random}`;
    const written: (string | Uint8Array)[] = [
      `${line}\n`,
      `\uFEFF# key\r\nA=1\r\n  export MY_SERVICE_TOKEN = "${random}" # mine\r\n`,
      `MY_SERVICE_TOKEN='Bearer ${random}'`,
      new Uint8Array(Buffer.from(`\uFEFF${line}\r\n`, "utf16le")),
    ];
    using repository = await guarded();
    repository.commit({ ".gitignore": ".env\n" });
    for (const env of written) {
      repository.write({ ".env": env });
      const { code, text } = repository.commit({ "a b.py": `token = "${random}"\n` });
      expect(code).toBe(1);
      expect(withoutKeys(text)).toContain('git add -- "a b.py"');
    }
    repository.write({
      ".env": `OPENAI_BASE_URL=${random}\nMY_TOKEN=your-own-token-here\n#${line}\n`,
    });
    const harmless = { "a b.py": `"${random}", your-own-token-here\n` };
    expect(repository.commit(harmless)).toEqual({ code: 0, text: "" });
  },
);

testWithGit("hook finds keys in files that are UTF-16 or binary", async () => {
  using repository = await guarded();
  const wide = new Uint8Array(Buffer.from(`\uFEFFkey: ${siliconFlowKey}\r\n`, "utf16le"));
  const { code, text } = repository.commit({ "key.txt": wide });
  expect(code).toBe(1);
  expect(withoutKeys(text)).toContain("  key.txt\n");
});

testWithGit(
  "hook looks at what is staged, not at what is on disk, and not at what was there",
  async () => {
    using repository = await guarded();
    repository.write({ "a.txt": `old ${siliconFlowKey}\n` });
    repository.git("add", "a.txt");
    repository.git("commit", "--quiet", "--no-verify", "-m", "by mistake");
    expect(repository.commit({ "a.txt": `old ${siliconFlowKey}\nmore\n` }).code).toBe(0);
    expect(repository.commit({ "a.txt": "clean\n" }).code).toBe(0);
    repository.write({ "a.txt": `${siliconFlowKey}\n`, "b.txt": "b\n" });
    repository.git("add", "b.txt");
    expect(repository.git("commit", "--quiet", "-m", "b").code).toBe(0);
    expect(repository.git("commit", "--quiet", "-m", "a", "a.txt").code).toBe(1);
  },
);

testWithGit("hook works with a diff that its user has configured", async () => {
  using repository = await guarded();
  const settings = { "diff.noprefix": "true", "color.diff": "always", "diff.external": "false" };
  for (const [name, value] of Object.entries(settings)) repository.git("config", name, value);
  expect(repository.commit({ "a.txt": `${siliconFlowKey}\n` }).code).toBe(1);
  expect(repository.commit({ "a.txt": "clean\n" }).code).toBe(0);
});

testWithGit("merge goes through with the hook, and --no-verify goes past it", async () => {
  using repository = await guarded();
  repository.commit({ "a.txt": "a\n" });
  repository.git("switch", "--quiet", "-c", "side");
  repository.commit({ "b.txt": "b\n", "a.txt": "side\n" });
  repository.git("switch", "--quiet", "main");
  repository.commit({ "a.txt": "main\n" });
  expect(repository.git("merge", "--quiet", "side").code).toBe(1);
  expect(repository.commit({ "a.txt": "both\n" })).toEqual({ code: 0, text: "" });
  repository.write({ "key.txt": siliconFlowKey });
  repository.git("add", "key.txt");
  expect(repository.git("commit", "--quiet", "--no-verify", "-m", "x").code).toBe(0);
});

testWithGit("hook is installed executable where git looks for it, and twice is once", async () => {
  using repository = new Repository();
  repository.git("config", "core.hooksPath", "my hooks");
  const first = await installHook({ folder: repository.folder, force: false });
  const path = join(repository.folder, "my hooks", "pre-commit");
  expect(readFileSync(path, "utf8")).toBe(hookText());
  expect(statSync(path).mode & 0o111).not.toBe(0);
  expect(first.cause.en).toBe(`${path} now guards every commit here: no .env, no key`);
  const second = await installHook({ folder: repository.folder, force: false });
  expect(second.cause.en).toBe(`${path} already guards every commit here`);
  expect(repository.commit({ ".env": "A=1\n" }).code).toBe(1);
});

testWithGit("hook is installed from a folder inside the repository", async () => {
  using repository = new Repository();
  repository.write({ "a/b/c.txt": "" });
  await installHook({ folder: join(repository.folder, "a", "b"), force: false });
  expect(repository.commit({ ".env": "A=1\n" }).code).toBe(1);
});

testWithGit("another hook is left alone, and calls ours with the line that is said", async () => {
  using repository = new Repository();
  const theirs = "#!/bin/sh\necho theirs\n";
  const path = join(repository.folder, ".git", "hooks", "pre-commit");
  repository.write({ ".git/hooks/pre-commit": theirs });
  chmodSync(path, 0o755);
  for (const force of [false, true]) {
    const message = await refusal(installHook({ folder: repository.folder, force }));
    expect(message).toStartWith(`Cannot install the hook: ${path} is another one`);
    expect(message).toContain('"$(dirname "$0")/pre-commit-streamgauge" || exit 1');
    expect(readFileSync(path, "utf8")).toBe(theirs);
  }
  const line = '"$(dirname "$0")/pre-commit-streamgauge" || exit 1';
  repository.write({ ".git/hooks/pre-commit": theirs.replace("\n", `\n${line}\n`) });
  expect(repository.commit({ ".env": "A=1\n" })).toMatchObject({ code: 1 });
  repository.git("rm", "--quiet", "--cached", ".env");
  expect(repository.commit({ "a.txt": "a\n" })).toEqual({ code: 0, text: "theirs\n" });
  const combined = await installHook({ folder: repository.folder, force: false });
  expect(combined.cause.en).toContain("pre-commit-streamgauge now guards every commit");
});

testWithGit("older hook of ours is replaced only by force", async () => {
  using repository = await guarded();
  const path = join(repository.folder, ".git", "hooks", "pre-commit");
  repository.write({ ".git/hooks/pre-commit": `${hookText()}# mine\n` });
  expect(await refusal(installHook({ folder: repository.folder, force: false }))).toBe(
    `Cannot install the hook: ${path} is another version of it, or was changed\n--force replaces it`,
  );
  await installHook({ folder: repository.folder, force: true });
  expect(readFileSync(path, "utf8")).toBe(hookText());
});

testWithGit("without a repository there is nothing to install it in", async () => {
  using repository = new Repository({ empty: true });
  expect(await refusal(installHook({ folder: repository.folder, force: false }))).toBe(
    `Cannot install the hook: ${repository.folder} is in no git repository\nGo to your project, or make one: git init`,
  );
});

testWithGit("commit is refused when the hook cannot look", async () => {
  using repository = await guarded();
  repository.write({ "a.txt": "a\n" });
  repository.git("add", "a.txt");
  const child = Bun.spawnSync(["/bin/sh", join(repository.folder, ".git/hooks/pre-commit")], {
    cwd: repository.folder,
    env: { PATH: repository.folder },
  });
  expect(child.exitCode).toBe(1);
  expect(child.stderr.toString()).toStartWith("Commit refused: cannot look for keys (awk)");
});
