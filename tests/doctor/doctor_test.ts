import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { hookText } from "../../lib/doctor/hook.ts";
import { random, siliconFlowKey } from "../support/key_shapes.ts";
import { bareEnvironment } from "../support/clean_environment.ts";
import { gitEnvironment, Repository } from "../support/repository.ts";
import { startServer } from "../support/server.ts";
import { copyToolkit } from "../support/toolkit_copy.ts";

// Many processes at once on a busy machine: each is quick, their sum is not.
setDefaultTimeout(30_000);

let toolkit = "";
beforeAll(() => void (toolkit = copyToolkit()));
afterAll(() => rmSync(toolkit, { recursive: true, force: true }));

const testWithGit = test.skipIf(Bun.which("git") === null);
const keyLine = `SILICONFLOW_API_KEY=${siliconFlowKey}\n`;

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs doctor in the folder, with nothing of the environment but what git needs. Checks that it prints no key. */
async function run(
  folder: Repository,
  args: readonly string[],
  {
    env = {},
    onOutput,
  }: {
    readonly env?: Record<string, string>;
    readonly onOutput?: (text: string, child: Bun.Subprocess) => void;
  } = {},
): Promise<Run> {
  const git = Object.entries(gitEnvironment).filter(([name]) => name.startsWith("GIT_"));
  const child = Bun.spawn([process.execPath, join(toolkit, "scripts", "doctor.ts"), ...args], {
    cwd: folder.folder,
    env: {
      ...Object.fromEntries(git),
      ...bareEnvironment,
      HOME: folder.folder,
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const decoder = new TextDecoder();
  const error = new Response(child.stderr).text();
  let out = "";
  for await (const bytes of child.stdout) {
    out += decoder.decode(bytes, { stream: true });
    onOutput?.(out, child);
  }
  const err = await error;
  for (const key of [siliconFlowKey.slice(3), random]) {
    expect(out + err).not.toContain(key.slice(0, 6));
    expect(out + err).not.toContain(key.slice(-6));
  }
  return { code: await child.exited, out, err };
}

interface Json {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly message: string;
    readonly step: string | null;
    readonly took_ms: number | null;
  }[];
}

testWithGit("doctor says what it read, in which order, and that all is well", async () => {
  using folder = new Repository();
  folder.commit({ ".gitignore": ".env\n" });
  folder.write({ ".env": keyLine });
  const { code, out, err } = await run(folder, []);
  const shown = out.replaceAll(folder.folder, "HERE").replaceAll(toolkit, "TOOLKIT");
  expect(shown).toBe(
    [
      `✓ Bun         ${Bun.version}`,
      "✓ .env        HERE/.env: 1 variable (UTF-8)",
      "– .env        TOOLKIT/.env is not there",
      "✓ endpoint    https://api.siliconflow.cn/v1 (SiliconFlow), because SILICONFLOW_API_KEY is set in HERE/.env",
      "✓ key         SILICONFLOW_API_KEY from HERE/.env has the shape of a key",
      "✓ git         HERE/.env is ignored, and in no commit",
      "✓ git         TOOLKIT is in no repository",
      "✓ proxy       none is set",
      "",
      "All is well. Nothing was sent; --online tries the endpoint, with a request of one token",
      "",
    ].join("\n"),
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

test("student's Windows: .env.txt, UTF-16, a proxy, in Chinese", async () => {
  using folder = new Repository({ empty: true });
  folder.write({ ".env.txt": Buffer.from(`\uFEFF${keyLine}`, "utf16le") });
  const { code, out } = await run(folder, [], {
    env: { LANG: "zh_CN.UTF-8", HTTPS_PROXY: `socks5://me:${random}@127.0.0.1:7890`, TERM: "dumb" },
  });
  expect(code).toBe(2);
  expect(out).toContain(`! .env        ${folder.folder}/.env.txt 不会被读取，但其中有密钥`);
  expect(out).toContain('-> 请改名：mv ".env.txt" ".env"');
  expect(out).toContain("x 密钥        无法选择接口：尚未设置 API 密钥");
  expect(out).toContain("x 代理        无法使用 socks5://***@127.0.0.1:7890（HTTPS_PROXY）");
  expect(out).toEndWith("\n2 个问题，1 个警告\n");
});

testWithGit("committed .env is an error that says how to revoke the key", async () => {
  using folder = new Repository();
  folder.commit({ ".env": keyLine, "ask.py": `key = "${siliconFlowKey}"\n` });
  const { code, out } = await run(folder, ["--env-file", ".env", "--json"]);
  const { ok, checks } = JSON.parse(out) as Json;
  expect({ code, ok }).toEqual({ code: 2, ok: false });
  const git = checks.filter(({ id }) => id === "git");
  expect(git.map(({ status }) => status)).toEqual(["error", "error"]);
  expect(git[0]?.step).toContain("REVOKE the key at https://cloud.siliconflow.cn/account/ak");
  expect(git[0]?.step).toContain('git rm --cached -- ".env"');
  expect(git[1]?.message).toBe('"ask.py" in git holds a key of your .env');
});

testWithGit("what doctor found is its exit code, also where its reader has enough", async () => {
  using folder = new Repository();
  folder.commit({ ".env": "OPENAI_API_KEY=" + siliconFlowKey + "\n" });
  const closed = Promise.withResolvers<void>();
  await using server = await startServer(async (exchange) => {
    await closed.promise;
    exchange.head(404);
    exchange.end();
  });
  const online = ["--online", "--base-url", server.baseUrl, "--key-env", "OPENAI_API_KEY"];
  const child = Bun.spawn([process.execPath, join(toolkit, "scripts", "doctor.ts"), ...online], {
    cwd: folder.folder,
    env: { ...gitEnvironment, ...bareEnvironment, HOME: folder.folder },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  closed.resolve();
  expect(await child.exited).toBe(2);
});

test("doctor does without git", async () => {
  using folder = new Repository({ empty: true });
  folder.write({ ".env": keyLine });
  const { code, out } = await run(folder, [], { env: { PATH: dirname(process.execPath) } });
  expect(code).toBe(0);
  expect(out).toContain("✓ git         not installed");
});

test("missing --env-file, unreadable .env and a wrong flag have the exit code 2", async () => {
  using folder = new Repository({ empty: true });
  folder.write({ ".env/x": "" });
  const runs = await Promise.all([
    run(folder, ["--env-file", "nowhere.env"]),
    run(folder, []),
    run(folder, ["--onlin"]),
    run(folder, ["--install"]),
    run(folder, ["--hook", "--json"]),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect(runs[0]?.out).toContain("there is no such file");
  expect(runs[1]?.out).toContain(`Cannot read ${folder.folder}/.env: EISDIR`);
  expect(runs[2]?.err).toContain("did you mean --online?");
  expect(runs[3]?.err).toContain("--hook is missing");
});

test("demo passes every check of --online, as JSON", async () => {
  using folder = new Repository({ empty: true });
  const { code, out, err } = await run(folder, ["--demo", "--online", "--json"]);
  const { ok, checks } = JSON.parse(out) as Json;
  expect({ code, ok, err }).toEqual({ code: 0, ok: true, err: "" });
  const online = checks.slice(-5).map(({ id, status, took_ms }) => [id, status, took_ms !== null]);
  expect(online).toEqual([
    ["dns", "skipped", false],
    ["tcp", "ok", true],
    ["tls", "skipped", false],
    ["models", "ok", true],
    ["completion", "ok", true],
  ]);
});

test("refused key, dead port and lost settings each have their exit code", async () => {
  const message = `Incorrect API key provided: ${siliconFlowKey}`;
  await using refusing = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ error: { message } }, { status: 401 }),
  });
  const dead = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const deadUrl = `http://127.0.0.1:${dead.port}`;
  await dead.stop(true);
  using folder = new Repository({ empty: true });
  folder.write({
    ".env": `OPENAI_BASE_URL=http://127.0.0.1:${refusing.port}\nOPENAI_API_KEY=${siliconFlowKey}\n`,
    "bad.env": `OPENAI_BASE_URL=${siliconFlowKey}\n`,
  });
  const [refused, unreachable, lost] = await Promise.all([
    run(folder, ["--online"], { env: { HTTP_PROXY: "http://127.0.0.1:1" } }),
    run(folder, ["--online", "--base-url", deadUrl, "--key-env", "OPENAI_API_KEY"]),
    run(folder, ["--online", "--env-file", "bad.env"]),
  ]);
  expect(refused.code).toBe(3);
  expect(refused.out).toContain("✗ models      127.0.0.1:");
  expect(refused.out).toContain(
    `refused (401): Incorrect API key provided: ${"*".repeat(siliconFlowKey.length)}`,
  );
  expect(refused.out).toContain("– one token   skipped: models comes first");
  expect(refused.out).toContain("but NO_PROXY excepts 127.0.0.1");
  expect(unreachable.code).toBe(5);
  expect(unreachable.out).toContain("refuses the connection (ECONNREFUSED)");
  expect(lost.code).toBe(2);
  expect(lost.out).toContain("✗ endpoint    Cannot read the URL in OPENAI_BASE_URL");
  expect(lost.out).toContain("– DNS         skipped: the settings come first");
});

test("Ctrl-C while the endpoint is silent ends with 130, and what came is kept", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using silent = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch() {
      resolve();
      return new Promise<Response>(() => {});
    },
  });
  using folder = new Repository({ empty: true });
  let isStopping = false;
  const stopped = await run(
    folder,
    ["--online", "--base-url", `http://127.0.0.1:${silent.port}/v1`],
    {
      onOutput(_, child) {
        if (isStopping) return;
        isStopping = true;
        void asked.then(() => child.kill("SIGINT"));
      },
    },
  );
  expect(stopped.code).toBe(130);
  expect(stopped.out).toContain("✓ connection  127.0.0.1:");
  expect(stopped.out).not.toContain("one token");
  expect(stopped.err).toBe("Interrupted\n");
});

testWithGit("--hook prints the hook, and --install writes it into the repository", async () => {
  using folder = new Repository();
  expect(await run(folder, ["--hook"])).toEqual({ code: 0, out: hookText(), err: "" });
  const { code, out, err } = await run(folder, ["--hook", "--install"]);
  expect({ code, out }).toEqual({ code: 0, out: "" });
  const path = join(folder.folder, ".git", "hooks", "pre-commit");
  expect(err).toStartWith(`${path} now guards every commit here`);
  expect(readFileSync(path, "utf8")).toBe(hookText());
  const refused = folder.commit({ ".env": keyLine, "a.txt": `sk-${random}\n` });
  expect(refused.code).toBe(1);
  expect(refused.text).not.toContain(siliconFlowKey.slice(3, 9));
  expect(refused.text).not.toContain(random.slice(0, 6));
});
