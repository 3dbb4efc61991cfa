import { expect, test } from "bun:test";
import { readEnvironment } from "../../lib/settings/environment.ts";
import { UserError } from "../../lib/base/message.ts";
import type { Check } from "../../lib/doctor/check.ts";
import { exitCodeOf } from "../../lib/doctor/check.ts";
import { describeEnvFile } from "../../lib/doctor/env_text.ts";
import { examine } from "../../lib/doctor/examine.ts";
import type { EnvFileFact, Facts, GitFact } from "../../lib/doctor/facts.ts";
import { random, siliconFlowKey } from "../support/key_shapes.ts";

const path = "/here/.env";
const keyLine = `SILICONFLOW_API_KEY=${siliconFlowKey}\n`;

const cleanGit: Extract<GitFact, { state: "repository" }> = {
  state: "repository",
  folder: "/here",
  name: ".env",
  tracked: false,
  ignored: true,
  history: null,
  stagedKeys: [],
  leaks: [],
};

/** The facts of a machine on which all is well but for what is given. `env`: the content of `.env`; `null`: none. */
function factsOf(
  given: Partial<Facts> & {
    readonly env?: string | Uint8Array | null;
    readonly exported?: Record<string, string>;
  } = {},
): Facts {
  const { env = keyLine, exported = {}, ...facts } = given;
  const bytes = typeof env === "string" ? new TextEncoder().encode(env) : env;
  const file: EnvFileFact =
    bytes === null
      ? { state: "missing", path }
      : { state: "read", path, ...describeEnvFile(bytes) };
  return {
    windows: false,
    bun: { version: "1.4.5", wanted: "1.4.5" },
    files: [file],
    neighbours: [],
    git: [cleanGit],
    proxies: {},
    flags: {},
    environment: readEnvironment({
      exported,
      currentFolder: "/here",
      toolkitFolder: "/here",
      readFile: () => bytes,
    }),
    ...facts,
  };
}

/** What is not well, one line for each: mark, id, cause. Checks that nothing of a key is shown. */
function complaints(facts: Facts): string[] {
  const { checks } = examine(facts);
  const shown = Bun.inspect(checks, { depth: 9 });
  expect(shown).not.toContain(siliconFlowKey.slice(3));
  expect(shown).not.toContain(random);
  return checks.filter(isComplaint).map(({ status, id, message }) => {
    expect(message.step?.zh ?? "步骤").toMatch(/\p{Script=Han}/u);
    return `${status === "error" ? "✗" : "!"} ${id}: ${message.cause.en}`;
  });
}

function isComplaint({ status }: Check): boolean {
  return status === "error" || status === "warning";
}

function stepsOf(facts: Facts): string[] {
  return examine(facts)
    .checks.filter(isComplaint)
    .flatMap(({ message }) => message.step?.en ?? []);
}

test("good settings give no complaint, and the exit code 0", () => {
  const { checks } = examine(factsOf());
  expect(checks.map(({ id, status, message }) => `${status} ${id}: ${message.cause.en}`)).toEqual([
    "ok bun: 1.4.5",
    "ok env_file: /here/.env: 1 variable (UTF-8)",
    "ok endpoint: https://api.siliconflow.cn/v1 (SiliconFlow), because SILICONFLOW_API_KEY is set in /here/.env",
    "ok key: SILICONFLOW_API_KEY from /here/.env has the shape of a key",
    "ok git: /here/.env is ignored, and in no commit",
    "ok proxy: none is set",
  ]);
  expect(exitCodeOf(checks)).toBe(0);
});

test(".env that PowerShell wrote in UTF-16 is good, and its encoding is said", () => {
  const env = new Uint8Array(Buffer.from(`\uFEFF${keyLine.replace("\n", "\r\n")}`, "utf16le"));
  expect(complaints(factsOf({ env }))).toEqual([]);
  const [, file] = examine(factsOf({ env })).checks;
  expect(file?.message.cause).toEqual({
    en: "/here/.env: 1 variable (UTF-16LE, with a byte order mark, CRLF)",
    zh: "/here/.env：1 个变量（UTF-16LE，带 BOM，CRLF）",
  });
});

test("without a key the error says where to get one", () => {
  const facts = factsOf({ env: null });
  expect(complaints(facts)).toEqual(["✗ key: Cannot choose an endpoint: no API key is set"]);
  expect(exitCodeOf(examine(facts).checks)).toBe(2);
});

test(".env.txt in the place of .env gets the command that renames it, of the system at hand", () => {
  const neighbours = [{ path: "/here/.env.txt", insteadOf: path, holdsKey: true }];
  const windows = factsOf({ env: null, neighbours, windows: true });
  expect(complaints(windows)).toContain("! env_file: /here/.env.txt is not read, but holds a key");
  expect(stepsOf(windows)).toContain('Rename it: Rename-Item ".env.txt" ".env"');
  expect(stepsOf(factsOf({ env: null, neighbours }))).toContain('Rename it: mv ".env.txt" ".env"');
});

function beside(holdsKey: boolean): Facts {
  return factsOf({ neighbours: [{ path: "/here/env.txt", insteadOf: path, holdsKey }] });
}

test("file beside a good .env matters only if it holds a key", () => {
  expect(complaints(beside(false))).toEqual([]);
  expect(complaints(beside(true))).toEqual([
    "! env_file: /here/env.txt is not read, but holds a key",
  ]);
});

test("real key in .env.example is an error", () => {
  const neighbours = [{ path: "/here/.env.example", insteadOf: path, holdsKey: true }];
  expect(complaints(factsOf({ neighbours }))).toEqual([
    "✗ env_file: /here/.env.example holds a real key, and git keeps this file",
  ]);
});

test("lines that set nothing are found where a key is missing", () => {
  const env = `${siliconFlowKey}\n#SILICONFLOW_API_KEY=${siliconFlowKey}\nAPI_KEY=${random}\n`;
  expect(complaints(factsOf({ env }))).toEqual([
    "! env_file: Line 1 of /here/.env holds a key without a name",
    "! env_file: API_KEY in /here/.env holds a key, but no script reads that variable",
    "✗ key: Cannot choose an endpoint: no API key is set",
  ]);
  expect(complaints(factsOf({ env: `# OPENAI_API_KEY=sk-${random}\n` }))).toEqual([
    "! env_file: /here/.env sets nothing",
    "! env_file: Line 1 of /here/.env holds a key behind a #, so it is a comment",
    "✗ key: Cannot choose an endpoint: no API key is set",
  ]);
  expect(complaints(factsOf({ env: `${keyLine}# OPENAI_API_KEY=sk-${random}\n` }))).toEqual([]);
});

test("lines that are passed over are named by their numbers, never shown", () => {
  const env = `${keyLine}sk-strayline12345\nFOO BAR=1\n`;
  const { checks } = examine(factsOf({ env }));
  expect(Bun.inspect(checks, { depth: 9 })).not.toContain("strayline");
  expect(complaints(factsOf({ env }))).toEqual([
    "! env_file: Lines 2, 3 of /here/.env are not NAME=value, and are passed over",
  ]);
  expect(complaints(factsOf({ env: `${keyLine}FOO BAR=1\n` }))).toEqual([
    "! env_file: Line 2 of /here/.env is not NAME=value, and is passed over",
  ]);
  const many = factsOf({ env: `${keyLine}${"a b\n".repeat(9)}` });
  expect(complaints(many)).toEqual([
    "! env_file: Lines 2, 3, 4, 5, 6 and 4 more of /here/.env are not NAME=value, and are passed over",
  ]);
  const chinese = examine(many).checks.filter(isComplaint);
  expect(chinese.map(({ message }) => message.cause.zh)).toEqual([
    "/here/.env 第 2、3、4、5、6 行等共 9 行不是“变量名=值”的格式，会被忽略",
  ]);
});

test("a variable in a circle of references is named with its line", () => {
  const env = `${keyLine}NOT_HERE_A=$NOT_HERE_B\nNOT_HERE_B=$NOT_HERE_A\n`;
  const causes = examine(factsOf({ env }))
    .checks.filter(isComplaint)
    .map(({ message }) => message);
  expect(complaints(factsOf({ env }))).toEqual([
    "! env_file: Line 2 of /here/.env (NOT_HERE_A) sets nothing: what it refers to is not set, or leads back to it",
    "! env_file: Line 3 of /here/.env (NOT_HERE_B) sets nothing: what it refers to is not set, or leads back to it",
  ]);
  expect(causes[0]?.cause.zh).toBe(
    "/here/.env 第 2 行（NOT_HERE_A）没有设置任何值：它引用的变量未设置，或又引用回它自己",
  );
});

test("the placeholder that the advice shows is told from a key, also for a server on this machine", () => {
  const flags = { baseUrl: "http://127.0.0.1:8000/v1", keyEnv: "MYKEY" };
  const placed = factsOf({ env: "MYKEY=YOUR_KEY\n", flags });
  expect(complaints(placed)).toEqual(["! key: MYKEY from /here/.env is a placeholder, not a key"]);
  expect(stepsOf(placed)).toEqual([
    "Put the key in its place; a server on this machine that wants none takes any word",
  ]);
  expect(complaints(factsOf({ env: "MYKEY=您的密钥\n", flags }))).toEqual([
    "✗ key: Cannot use the key in MYKEY (/here/.env): it is a placeholder, not a key",
  ]);
  for (const word of ["none", "EMPTY", "ollama", "abc-123"]) {
    expect(complaints(factsOf({ env: `MYKEY=${word}\n`, flags }))).toEqual([]);
  }
});

test("faulty key is an error that names variable and file", () => {
  expect(complaints(factsOf({ env: "SILICONFLOW_API_KEY=sk-xxxxxxxx\n" }))).toEqual([
    "✗ key: Cannot use the key in SILICONFLOW_API_KEY (/here/.env): it is a placeholder, not a key",
  ]);
  expect(complaints(factsOf({ env: `SILICONFLOW_API_KEY='Bearer ${siliconFlowKey}'\n` }))).toEqual([
    '! key: The key in SILICONFLOW_API_KEY (/here/.env) is used without the "Bearer" before it',
  ]);
});

test("key that may belong to SiliconFlow in OPENAI_API_KEY is a warning; one of OpenAI is not", () => {
  const other = factsOf({ env: `OPENAI_API_KEY=${siliconFlowKey}\n` });
  expect(complaints(other)).toEqual([
    "! key: OPENAI_API_KEY goes to OpenAI, but it does not look like a key of OpenAI",
  ]);
  expect(stepsOf(other)[0]).toStartWith(
    "If it is a SiliconFlow key, rename it to SILICONFLOW_API_KEY",
  );
  expect(complaints(factsOf({ env: `OPENAI_API_KEY=sk-proj-${random}\n` }))).toEqual([]);
});

test("key with the mark of another service is named", () => {
  expect(complaints(factsOf({ env: `SILICONFLOW_API_KEY=gsk_${random}\n` }))).toEqual([
    "! key: SILICONFLOW_API_KEY holds what looks like a key of Groq",
  ]);
});

/** The complaints about a base URL, with a key beside it. */
function withUrl(url: string): string[] {
  const env = `OPENAI_BASE_URL=${url}\nOPENAI_API_KEY=${siliconFlowKey}\n`;
  return complaints(factsOf({ env }));
}

test("base URL is mended with a warning, or refused", () => {
  expect(withUrl("https://llm.example.org")).toEqual([
    '! base_url: "/v1" was added to the base URL of llm.example.org',
  ]);
  expect(withUrl("https://llm.example.org/v1/v1")).toEqual([
    '! base_url: The base URL of llm.example.org ends with "/v1" twice: one is used',
  ]);
  expect(withUrl("https://llm.example.org/v1/chat/completions")).toEqual([
    '! base_url: "/chat/completions" was taken off the base URL of llm.example.org: it is added to each request',
  ]);
  expect(withUrl(`https://${random}@llm.example.org/v1`)).toEqual([
    '✗ endpoint: The URL in OPENAI_BASE_URL holds a user name or password before "@"',
  ]);
});

test("key that is held back from a host is said", () => {
  const flags = { baseUrl: "https://llm.example.org/v1" };
  expect(complaints(factsOf({ flags, env: `OPENAI_API_KEY=${siliconFlowKey}\n` }))).toEqual([
    "! key: No key is sent to llm.example.org: OPENAI_API_KEY was not set for this host",
  ]);
});

test("settings that cannot be read are the endpoint's error", () => {
  const { userMessage } = new UserError({ cause: { en: "Cannot read it", zh: "无法读取" } });
  expect(complaints(factsOf({ environment: userMessage }))).toEqual(["✗ endpoint: Cannot read it"]);
});

test("demo needs neither key nor settings", () => {
  const facts = factsOf({ env: null, flags: { demo: true } });
  expect(complaints(facts)).toEqual([]);
  expect(examine(facts).endpoint).toBe("demo");
});

/** The complaints about what git knows, and the steps. */
function git(fact: Partial<typeof cleanGit>): [string, string] {
  const facts = factsOf({ git: [{ ...cleanGit, ...fact }] });
  return [complaints(facts).join("; "), stepsOf(facts).join("; ")];
}

test("git: what is worse comes with the stronger advice", () => {
  const other = { commit: "abc1234", keys: "other" } as const;
  const current = { commit: "abc1234", keys: "current" } as const;
  const none = { commit: "abc1234", keys: "none" } as const;
  const revoke = "REVOKE the key at https://cloud.siliconflow.cn/account/ak";
  expect(git({ ignored: false })).toEqual([
    "! git: git does not ignore /here/.env",
    'Add a line ".env" to .gitignore',
  ]);
  expect(git({ tracked: true })).toEqual([
    "✗ git: /here/.env is staged: the next commit would hold the key",
    'Take it out: git rm --cached -- ".env", and add a line ".env" to .gitignore',
  ]);
  expect(git({ tracked: true, history: other })).toEqual([
    "✗ git: /here/.env is in git (commit abc1234): its key counts as public",
    `1. ${revoke} and make a new one  2. git rm --cached -- ".env"  3. add a line ".env" to .gitignore  4. git commit -m "Stop tracking .env"`,
  ]);
  expect(git({ tracked: true, history: none })[0]).toStartWith(
    "! git: /here/.env is in git, without",
  );
  expect(git({ history: current })).toEqual([
    "✗ git: /here/.env was once committed (last touched in abc1234), with the key that is in it now",
    `${revoke} and make a new one: deleting the file does not help. See it: git log --all --oneline -- ".env"`,
  ]);
  expect(git({ history: other })[0]).toStartWith("! git: /here/.env was once committed");
  expect(git({ history: none })).toEqual(["", ""]);
  expect(git({ leaks: ["ask.py"], stagedKeys: ["ask.py", "b.py"] })[0]).toBe(
    '✗ git: "ask.py" in git holds a key of your .env; ✗ git: What is staged of "b.py" holds what looks like a key',
  );
});

test("missing git and a folder without a repository are fine", () => {
  const folder = "/here";
  expect(complaints(factsOf({ git: [{ state: "no git" }] }))).toEqual([]);
  expect(complaints(factsOf({ git: [{ state: "no repository", folder }] }))).toEqual([]);
  expect(
    complaints(
      factsOf({ git: [{ state: "failed", folder, words: "detected dubious ownership" }] }),
    ),
  ).toEqual(["! git: Cannot ask git about /here: detected dubious ownership"]);
});

test("proxies: one in .env is said to be ignored, unless it is exported, too", () => {
  const env = `${keyLine}HTTPS_PROXY=http://me:s3cret@127.0.0.1:7890\n`;
  expect(complaints(factsOf({ env }))).toEqual([
    "! proxy: HTTPS_PROXY in /here/.env is ignored: a folder from elsewhere must not lead your key anywhere",
  ]);
  const { checks } = examine(factsOf({ env }));
  expect(Bun.inspect(checks, { depth: 9 })).not.toContain("s3cret");
  const check = checks.find(({ status, id }) => id === "proxy" && status === "warning");
  expect(check?.message).toEqual({
    cause: {
      en: "HTTPS_PROXY in /here/.env is ignored: a folder from elsewhere must not lead your key anywhere",
      zh: "/here/.env 中的 HTTPS_PROXY 不起作用：别处得来的文件夹不应左右密钥的去向",
    },
    step: {
      en: 'If the endpoint needs it: export HTTPS_PROXY="http://127.0.0.1:PORT"',
      zh: '如果访问接口需要代理：export HTTPS_PROXY="http://127.0.0.1:PORT"',
    },
  });
  const exported = { HTTPS_PROXY: "http://127.0.0.1:1" };
  expect(complaints(factsOf({ env, exported, proxies: exported }))).toEqual([]);
  expect(complaints(factsOf({ env: `${keyLine}HTTPS_PROXY=\n` }))).toEqual([]);
});

/** What is said of proxy variables. */
function proxied(proxies: Record<string, string>): string[] {
  const { checks } = examine(factsOf({ proxies }));
  expect(Bun.inspect(checks, { depth: 9 })).not.toContain("s3cret");
  return checks
    .filter(({ id }) => id === "proxy")
    .map(({ status, message }) => `${status}: ${message.cause.en}`);
}

test("proxies: what counts is said, what cannot be used is a complaint, and passwords are not shown", () => {
  expect(proxied({ HTTPS_PROXY: "http://me:s3cret@127.0.0.1:7890" })).toEqual([
    "ok: requests to api.siliconflow.cn go through http://***@127.0.0.1:7890 (HTTPS_PROXY)",
  ]);
  expect(proxied({ HTTPS_PROXY: "http://127.0.0.1:7890", NO_PROXY: "siliconflow.cn" })).toEqual([
    "ok: http://127.0.0.1:7890 (HTTPS_PROXY) is set, but NO_PROXY excepts api.siliconflow.cn",
  ]);
  expect(proxied({ https_proxy: "socks5://me:s3cret@127.0.0.1:7890" })).toEqual([
    "error: socks5://***@127.0.0.1:7890 (https_proxy) cannot be used: Bun takes http:// and https:// proxies only",
  ]);
  expect(proxied({ ALL_PROXY: "socks5://127.0.0.1:7890" })).toEqual([
    "ok: requests to api.siliconflow.cn go directly",
    "warning: socks5://127.0.0.1:7890 (ALL_PROXY) is not used: Bun passes over a proxy other than http:// or https:// there",
  ]);
  expect(proxied({ HTTP_PROXY: "http://127.0.0.1:7890" })).toEqual([
    "warning: HTTP_PROXY is set, but not HTTPS_PROXY: requests to api.siliconflow.cn go directly",
  ]);
  expect(proxied({ HTTPS_PROXY: "http://me:s3cret@a b" })).toEqual([
    "error: The address in HTTPS_PROXY cannot be read",
  ]);
  expect(proxied({ HTTPS_PROXY: "http://a:1", https_proxy: "http://b:1" })).toEqual([
    "ok: requests to api.siliconflow.cn go through http://b:1 (https_proxy)",
    "warning: https_proxy and HTTPS_PROXY differ: https_proxy counts",
  ]);
});

test("another version of Bun is a warning", () => {
  expect(complaints(factsOf({ bun: { version: "1.3.0", wanted: "1.4.5" } }))).toEqual([
    "! bun: 1.3.0, but the toolkit is made for 1.4.5",
  ]);
});

test("the endpoint is told with its protocol, where that is not chat completions", () => {
  const env = `ANTHROPIC_API_KEY=sk-ant-api03-${random}\n`;
  const endpoint = (flags: Facts["flags"]) => {
    const { checks } = examine(factsOf({ env, flags }));
    const found = checks.find(({ id }) => id === "endpoint");
    return [found?.message.cause.en, found?.message.cause.zh];
  };
  expect(endpoint({ provider: "anthropic" })).toEqual([
    "https://api.anthropic.com/v1 (Anthropic), over Messages, its usual protocol, as --provider says",
    "https://api.anthropic.com/v1（Anthropic），使用 Messages 协议（Anthropic 的默认协议），由 --provider 指定",
  ]);
  expect(endpoint({ provider: "vllm", api: "responses" })).toEqual([
    "http://127.0.0.1:8000/v1 (vLLM), over Responses, as --provider says",
    "http://127.0.0.1:8000/v1（vLLM），使用 Responses 协议，由 --provider 指定",
  ]);
  expect(endpoint({ provider: "anthropic", api: "responses" })).toEqual([
    "Cannot ask Anthropic over Responses: it has no such endpoint",
    "无法通过 Responses 协议请求 Anthropic：它没有这个接口",
  ]);
});

test("a key of Anthropic in another variable is told apart", () => {
  const facts = factsOf({ env: `OPENAI_API_KEY=sk-ant-api03-${random}\n` });
  expect(complaints(facts)).toEqual([
    "! key: OPENAI_API_KEY holds what looks like a key of Anthropic",
  ]);
});
