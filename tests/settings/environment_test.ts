import { afterAll, expect, spyOn, test } from "bun:test";
import { describeEnvFile } from "../../lib/doctor/env_text.ts";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAssignments } from "../../lib/settings/assignment.ts";
import { type Environment, isSameSource, readEnvironment } from "../../lib/settings/environment.ts";
import { exportedEnvironment } from "../../lib/settings/exported_environment.ts";
import { UserError } from "../../lib/base/message.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** An environment from files given as text, with `/here` as the current folder and `/kit` as the toolkit's. */
function environmentOf(
  files: Record<string, string | Uint8Array>,
  { exported = {}, envFile }: { exported?: Record<string, string>; envFile?: string } = {},
): Environment {
  return readEnvironment({
    exported,
    currentFolder: "/here",
    toolkitFolder: "/kit",
    envFile,
    readFile(path) {
      const content = files[path];
      return typeof content === "string" ? encode(content) : (content ?? null);
    },
  });
}

/** `value from source`, or `unset`. */
function show(environment: Environment, name: string): string {
  const setting = environment.get(name);
  if (setting === null) return "unset";
  const { source } = setting;
  return `${setting.value.reveal()} from ${source.kind === "file" ? source.path : source.kind}`;
}

test("environment prefers what is exported, then the current folder's .env, then the toolkit's", () => {
  const environment = environmentOf(
    { "/here/.env": "A=2\nB=2\n", "/kit/.env": "A=3\nB=3\nC=3\n" },
    { exported: { A: "1" } },
  );
  expect(["A", "B", "C", "D"].map((name) => show(environment, name))).toEqual([
    "1 from exported",
    "2 from /here/.env",
    "3 from /kit/.env",
    "unset",
  ]);
  expect(environment.files).toEqual([
    { path: "/here/.env", found: true },
    { path: "/kit/.env", found: true },
  ]);
});

test("empty or blank variable is unset in every layer", () => {
  const environment = environmentOf(
    { "/here/.env": "A=\nB='  '\nC=''\n", "/kit/.env": "A=3\nB=\n" },
    { exported: { A: "", C: " \t" } },
  );
  expect(["A", "B", "C"].map((name) => show(environment, name))).toEqual([
    "3 from /kit/.env",
    "unset",
    "unset",
  ]);
});

test("--env-file is read instead of both files, under what is exported", () => {
  const files = { "/here/.env": "A=2\nB=2\n", "/kit/.env": "C=3\n", "other.env": "A=4\nD=4\n" };
  const environment = environmentOf(files, { exported: { D: "1" }, envFile: "other.env" });
  expect(["A", "B", "C", "D"].map((name) => show(environment, name))).toEqual([
    "4 from other.env",
    "unset",
    "unset",
    "1 from exported",
  ]);
});

test("missing --env-file is an error that names it, missing .env files are none", () => {
  expect(() => environmentOf({}, { envFile: "no.env" })).toThrow(
    new UserError({
      cause: { en: 'Cannot read --env-file "no.env": there is no such file', zh: "" },
    }),
  );
  expect(environmentOf({}).files).toEqual([
    { path: "/here/.env", found: false },
    { path: "/kit/.env", found: false },
  ]);
});

test("file that was saved as .env.txt is not read, but noticed", () => {
  const environment = environmentOf({ "/here/.env.txt": "A=1\n", "/kit/.env": "B=2\n" });
  expect(environment.get("A")).toBeNull();
  expect(environment.files).toEqual([
    { path: "/here/.env", found: false, misnamed: "/here/.env.txt" },
    { path: "/kit/.env", found: true },
  ]);
  expect(environmentOf({ "/here/.env": "", "/here/.env.txt": "" }).files[0]).toEqual({
    path: "/here/.env",
    found: true,
  });
});

test("file that cannot be read is an error of the user", () => {
  const options = {
    exported: {},
    currentFolder: "/here",
    toolkitFolder: "/kit",
    readFile(): never {
      throw Object.assign(new Error("EISDIR: illegal operation"), { code: "EISDIR" });
    },
  };
  expect(() => readEnvironment(options)).toThrow('Cannot read "/here/.env": EISDIR');
});

test("current folder's .env is read once when it is the toolkit's", () => {
  const environment = readEnvironment({
    exported: {},
    currentFolder: "/kit",
    toolkitFolder: "/kit/",
    readFile: () => encode("A=1\n"),
  });
  expect(environment.files).toEqual([{ path: "/kit/.env", found: true }]);
});

test("file written by PowerShell in UTF-16 is read", () => {
  const text = "\uFEFFSILICONFLOW_API_KEY='sk-a$Bc1'\r\n";
  const bytes = new Uint8Array(new Uint16Array([...text].map((c) => c.charCodeAt(0))).buffer);
  expect(show(environmentOf({ "/here/.env": bytes }), "SILICONFLOW_API_KEY")).toBe(
    "sk-a$Bc1 from /here/.env",
  );
});

test("value taken from another variable is not literal", () => {
  const environment = environmentOf({
    "/here/.env": "A=plain\nB='quo$ted'\nC=https://example.org/$A/v1\nD=${HOME}/x\n",
  });
  const literal = ["A", "B", "C", "D"].map((name) => environment.get(name)?.literal);
  expect(literal).toEqual([true, true, false, false]);
});

test("names that objects have by nature are unset", () => {
  const environment = environmentOf({ "/here/.env": "A=1\n" });
  for (const name of ["toString", "__proto__", "constructor"]) {
    expect(show(environment, name)).toBe("unset");
  }
});

test("environment shows no value when it is inspected", () => {
  const environment = environmentOf(
    { "/here/.env": "A=sk-2f9c41d0\n" },
    { exported: { B: "sk-77aa88bb" } },
  );
  const parts = [environment, environment.get("A"), environment.get("B")];
  const shown = parts
    .map((part) => Bun.inspect(part, { depth: 9 }) + JSON.stringify(part))
    .join("");
  expect(shown).not.toMatch(/2f9c41d0|77aa88bb/);
});

test("sources are the same when both are exported or both in one file", () => {
  const [exported, a, b] = [
    { kind: "exported" },
    { kind: "file", path: "/a" },
    { kind: "file", path: "/b" },
  ] as const;
  expect(isSameSource(exported, exported)).toBe(true);
  expect(isSameSource(a, { ...a })).toBe(true);
  expect(isSameSource(a, b)).toBe(false);
  expect(isSameSource(a, exported)).toBe(false);
  expect(isSameSource(exported, b)).toBe(false);
});

test("assignment tells whether a # cut the value off and whether a $ stands in it", () => {
  const lines = {
    "KEY=abc#def": "cut",
    "export KEY = abc#def": "cut",
    "KEY=abc # mine": "",
    "KEY=# none": "",
    "KEY='abc#def'": "",
    "KEY=sk-a$Bc1": "dollar",
    "KEY=$OTHER": "",
    "KEY=${OTHER} # mine": "",
    "KEY='sk-a$Bc1'": "",
    "KEY=old#1\nKEY=new": "",
    "#KEY=abc#def": "none",
    "MY_KEY=abc#def": "none",
  };
  const found = Object.keys(lines).map((text) => {
    const assignment = readAssignments(text).get("KEY");
    if (assignment === undefined) return [text, "none"];
    const marks = [assignment.cutAtHash ? "cut" : "", assignment.holdsDollar ? "dollar" : ""];
    return [text, marks.join("")];
  });
  expect(Object.fromEntries(found)).toEqual(lines);
});

test("on Linux only what the kernel kept is exported", () => {
  expect(
    exportedEnvironment({
      processEnv: { KEY: "sk-a", ADDED: "by Bun" },
      procEnviron: encode("KEY=sk-a$Bc1\0EMPTY=\0EQUALS=a=b\0KEY=second\0=odd\0no equals\0"),
      bunLoaded: [],
    }),
  ).toEqual({ KEY: "sk-a$Bc1", EMPTY: "", EQUALS: "a=b" });
});

/** Whether `value` of `NAME` counts as exported beside a file that Bun loaded, where there is no `/proc`. */
function countsAsExported(value: string, file: string): boolean {
  const options = { processEnv: { NAME: value }, procEnviron: null, bunLoaded: ["", file] };
  return "NAME" in exportedEnvironment(options);
}

test("without /proc a variable that no file of Bun's sets is exported", () => {
  expect(countsAsExported("value", "")).toBe(true);
  expect(countsAsExported("value", "OTHER=value\n# NAME=value\nMY_NAME=value\n")).toBe(true);
});

test("without /proc a variable that differs from a plain line of the file is exported", () => {
  expect(countsAsExported("value", "NAME=another\n")).toBe(true);
  expect(countsAsExported("value", "NAME=\n")).toBe(true);
});

test("without /proc a variable that the file may have set does not count as exported", () => {
  for (const file of [
    "NAME=value",
    "export NAME = value\r\n",
    "NAME: value",
    "name=value",
    "NAME\n=value",
    "NAME='value'",
    "NAME=`value`",
    "NAME=$OTHER",
    "NAME=val\\ue",
    "NAME=\u2028value",
    "NAME=other\nNAME=value",
    "A=1 NAME=value",
    'NAME="\nvalue\n"',
    "NAME=value # why",
  ]) {
    expect([file, countsAsExported("value", file)]).toEqual([file, false]);
  }
});

const sandbox = realpathSync(mkdtempSync(join(tmpdir(), "environment-test-")));
afterAll(() => rmSync(sandbox, { recursive: true }));

/** Runs `systemEnvironment` in a process of its own whose current folder holds `files`. */
async function systemShows(
  name: string,
  { files, env }: { files: Record<string, string>; env: Record<string, string> },
): Promise<unknown> {
  const folder = join(sandbox, crypto.randomUUID());
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const module = import.meta.resolve("../../lib/settings/system_environment.ts");
  const program = `
    const { systemEnvironment } = await import(${JSON.stringify(module)});
    const setting = systemEnvironment().get(${JSON.stringify(name)});
    const loadedByBun = process.env[${JSON.stringify(name)}] ?? null;
    console.log(JSON.stringify({ value: setting?.value.reveal() ?? null, source: setting?.source ?? null, loadedByBun }));
  `;
  const child = Bun.spawn([process.execPath, "-e", program], {
    cwd: folder,
    env,
    stderr: "inherit",
  });
  const shown = await new Response(child.stdout).json();
  return JSON.parse(JSON.stringify(shown).replaceAll(folder, "FOLDER"));
}

test("key with a $ in the current folder's .env arrives whole although Bun loaded it damaged", async () => {
  const files = { ".env": "MY_TEST_KEY='sk-a$Bc1'\n" };
  expect(await systemShows("MY_TEST_KEY", { files, env: {} })).toEqual({
    value: "sk-a$Bc1",
    source: { kind: "file", path: "FOLDER/.env" },
    loadedByBun: "sk-a",
  });
});

test("exported variable is known as exported beside a .env that sets it too", async () => {
  const options = { files: { ".env": "MY_TEST_KEY=file\n" }, env: { MY_TEST_KEY: "shell" } };
  expect(await systemShows("MY_TEST_KEY", options)).toEqual({
    value: "shell",
    source: { kind: "exported" },
    loadedByBun: "shell",
  });
});

test.skipIf(process.platform !== "linux")(
  "variable that Bun took from .env.local is not taken for an exported one",
  async () => {
    const files = { ".env.local": "MY_TEST_URL=https://evil.example/v1\n" };
    expect(await systemShows("MY_TEST_URL", { files, env: {} })).toMatchObject({
      value: null,
      loadedByBun: "https://evil.example/v1",
    });
  },
);

test("environment refuses a line that names a deciding variable without setting it, and shows nothing of it", () => {
  for (const line of [
    "OPENAI_BASE_URL：http://127.0.0.1:1/v1?a=b",
    "OPENAI_BASE_URL http://127.0.0.1:1/v1",
    "export OPENAI_API_KEY＝sk-0123456789",
    "SILICONFLOW_API_KEY: sk-0123456789",
  ]) {
    const read = () =>
      readEnvironment({
        exported: {},
        currentFolder: "/here",
        toolkitFolder: "/toolkit",
        readFile: (path) =>
          path === "/here/.env" ? new TextEncoder().encode(`# mine\n${line}\n`) : null,
      });
    const name = /[A-Z_]{5,}/.exec(line)?.[0] ?? "";
    expect(read).toThrow(`Cannot read /here/.env: line 2 names ${name}, but no = follows it`);
    expect(read).not.toThrow("sk-0123456789");
  }
});

test("environment takes blanks around the equals sign, and comments that name a variable", () => {
  const text =
    "#OPENAI_BASE_URL http://x\nOPENAI_BASE_URL = http://127.0.0.1:1/v1\nOPENAI_BASE_URLS x\n";
  const environment = readEnvironment({
    exported: {},
    currentFolder: "/here",
    toolkitFolder: "/toolkit",
    readFile: (path) => (path === "/here/.env" ? new TextEncoder().encode(text) : null),
  });
  expect(environment.get("OPENAI_BASE_URL")?.value.reveal()).toBe("http://127.0.0.1:1/v1");
});

test("a name that is none may be a key: the scripts read past it and print nothing", () => {
  using warn = spyOn(console, "warn").mockImplementation(() => {});
  const text = "sk-4f9Zk2Q7=\nA-B=c\nC=d";
  expect(show(environmentOf({ "/here/.env": text }), "C")).toBe("d from /here/.env");
  describeEnvFile(encode(text));
  expect(warn).not.toHaveBeenCalled();
});
