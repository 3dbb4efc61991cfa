import { expect, test } from "bun:test";
import { join } from "node:path";
import { describeEnvFile } from "../../lib/doctor/env_text.ts";
import type { GitFact } from "../../lib/doctor/facts.ts";
import { askGit, runGit } from "../../lib/doctor/git.ts";
import { random, siliconFlowKey } from "../support/key_shapes.ts";
import { isolateGit, Repository } from "../support/repository.ts";

isolateGit();
const testWithGit = test.skipIf(Bun.which("git") === null);

const env = `SILICONFLOW_API_KEY=${siliconFlowKey}\n`;

function ask(repository: Repository, name = ".env"): Promise<GitFact> {
  const { secrets } = describeEnvFile(new TextEncoder().encode(env));
  return askGit(join(repository.folder, name), { secrets });
}

testWithGit("git is not given the keys that are exported", async () => {
  using repository = new Repository();
  process.env["STREAMGAUGE_TEST_API_KEY"] = siliconFlowKey;
  try {
    const args = ["-c", "alias.variables=!env", "variables"];
    const result = await runGit(args, { folder: repository.folder });
    expect(result?.out).toContain("PATH=");
    expect(result?.out).not.toContain(siliconFlowKey);
  } finally {
    delete process.env["STREAMGAUGE_TEST_API_KEY"];
  }
});

testWithGit("new repository knows nothing of .env", async () => {
  using repository = new Repository();
  expect(await ask(repository)).toEqual({
    state: "repository",
    folder: repository.folder,
    name: ".env",
    tracked: false,
    ignored: false,
    history: null,
    stagedKeys: [],
    leaks: [],
  });
});

testWithGit(".env is ignored, then staged, then committed, then taken out", async () => {
  using repository = new Repository();
  repository.commit({ ".gitignore": ".env\n" });
  expect(await ask(repository)).toMatchObject({ tracked: false, ignored: true, history: null });
  repository.write({ ".env": env });
  repository.git("add", "--force", ".env");
  expect(await ask(repository)).toMatchObject({ tracked: true, history: null, leaks: [] });
  repository.commit({ ".env": env });
  const commit = repository.git("rev-parse", "--short", "HEAD").text.trim();
  expect(await ask(repository)).toMatchObject({
    tracked: true,
    history: { commit, keys: "current" },
  });
  repository.git("rm", "--quiet", "--cached", ".env");
  repository.git("commit", "--quiet", "-m", "taken out");
  expect(await ask(repository)).toMatchObject({
    tracked: false,
    ignored: true,
    history: { keys: "current" },
  });
});

testWithGit(
  ".env in a commit of another branch is found, and whether its key is the one in use",
  async () => {
    using repository = new Repository();
    repository.commit({ "a.txt": "a\n" });
    repository.git("switch", "--quiet", "-c", "side");
    repository.commit({ ".env": "SILICONFLOW_API_KEY=\n" });
    repository.git("switch", "--quiet", "main");
    expect(await ask(repository)).toMatchObject({ tracked: false, history: { keys: "none" } });
    repository.git("switch", "--quiet", "side");
    repository.commit({ ".env": `OPENAI_API_KEY=sk-${random}\n` });
    repository.commit({ ".env": "SILICONFLOW_API_KEY=\n" });
    repository.git("switch", "--quiet", "main");
    expect(await ask(repository)).toMatchObject({ tracked: false, history: { keys: "other" } });
  },
);

testWithGit(".env in a folder of the repository is its own file", async () => {
  using repository = new Repository();
  repository.commit({ "app/.env": env, "app/[x] 文件.txt": "" });
  expect(await ask(repository, "app/.env")).toMatchObject({
    tracked: true,
    history: { keys: "current" },
    leaks: [],
  });
  expect(await ask(repository)).toMatchObject({ tracked: false, leaks: ["app/.env"] });
  expect(await ask(repository, "app/[x] 文件.txt")).toMatchObject({ tracked: true });
});

testWithGit("staged keys, and the values of .env in other files, are found by name", async () => {
  using repository = new Repository();
  repository.commit({ ".gitignore": ".env\n", "我的 ask.py": `key = "${siliconFlowKey}"\n` });
  repository.write({ "b c.txt": `sk-${random}\n`, "d.txt": `${random}\n` });
  repository.git("add", ".");
  expect(await ask(repository)).toMatchObject({ stagedKeys: ["b c.txt"], leaks: ["我的 ask.py"] });
});

testWithGit(
  "folder outside of a repository, and one that git cannot read, are told apart",
  async () => {
    using folder = new Repository({ empty: true });
    expect(await ask(folder)).toEqual({ state: "no repository", folder: folder.folder });
    folder.write({ ".git": "gitdir: /nowhere/at/all\n" });
    expect(await ask(folder)).toMatchObject({ state: "no repository" });
    folder.write({ ".git": "nonsense\n" });
    expect(await ask(folder)).toEqual({
      state: "failed",
      folder: folder.folder,
      words: `invalid gitfile format: ${folder.folder}/.git`,
    });
  },
);
