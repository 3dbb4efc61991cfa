import { afterEach, expect, spyOn, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { decodeEnvFile, load, loadSync, parse, stringify } from "@std/dotenv";
import * as fc from "fast-check";
import { runs } from "../../support/runs.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folders: string[] = [];
const environment = { ...process.env };

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) delete process.env[name];
  }
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dotenv-"));
  folders.push(folder);
  return folder;
}

function envFile(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), ".env");
  writeFileSync(path, content);
  return path;
}

test("parse reads one variable a line and skips comments and empty lines", () => {
  expect(
    parse("BASIC=basic\n\n# a comment\n#COMMENT=not-parsed\n  # NOR=this\nAFTER=empty\n"),
  ).toEqual({
    BASIC: "basic",
    AFTER: "empty",
  });
});

test("parse reads an empty value as an empty string", () => {
  expect(parse("A=\nB=''\nC=\"\"\nD=  \nE= # nothing")).toEqual({
    A: "",
    B: "",
    C: "",
    D: "",
    E: "",
  });
});

test("parse takes blanks and tabs around names and plain values away", () => {
  expect(parse("  A = a b \n\tB\t=\tb\t\nC= some value")).toEqual({
    A: "a b",
    B: "b",
    C: "some value",
  });
});

test("parse keeps the blanks inside quotes", () => {
  expect(parse(`A='  a  '\nB="  b  "`)).toEqual({ A: "  a  ", B: "  b  " });
});

test("parse keeps quotes inside a plain value", () => {
  expect(parse(`JSON={"foo": "bar"}\nNOTE=it's`)).toEqual({ JSON: '{"foo": "bar"}', NOTE: "it's" });
});

test("parse takes a backtick for an ordinary character", () => {
  expect(parse("A=`a`")).toEqual({ A: "`a`" });
});

test("parse splits at the first equals sign", () => {
  expect(parse("A=equ==als\nB='equ==als'")).toEqual({ A: "equ==als", B: "equ==als" });
});

test("parse ends a plain value at a number sign", () => {
  expect(parse("A=a # comment\nB=b#comment\nC=123#!$%&'\"")).toEqual({ A: "a", B: "b", C: "123" });
});

test("parse keeps a number sign inside quotes and drops the comment after them", () => {
  expect(parse(`A='a#b' # it's\nB="a#b" # a "comment"`)).toEqual({ A: "a#b", B: "a#b" });
});

test("parse replaces escapes in double quotes only", () => {
  const value = String.raw`a\nb\r\nc\td\"e\\n\$\x`;
  expect(parse(`A="${value}"\nB='${value}'\nC=${value}`)).toEqual({
    A: 'a\nb\r\nc\td"e\\n$\\x',
    B: value,
    C: value,
  });
});

test("parse takes a single quote behind a backslash for itself in double quotes", () => {
  expect(parse(String.raw`A="it\'s"` + "\n" + String.raw`B="it's \\'"`)).toEqual({
    A: "it's",
    B: "it's \\'",
  });
});

test("parse reads quoted values over several lines without the line breaks next to the quotes", () => {
  const key = "-----BEGIN KEY-----\nHkVN9=\n#...\n-----END KEY-----";
  expect(parse(`A='\n${key}\n'\nB="\n${key}\n"\nC='${key}'\nD=d`)).toEqual({
    A: key,
    B: key,
    C: key,
    D: "d",
  });
});

test("parse drops what follows a closing quote on its line", () => {
  expect(parse(`A='a'b\nB="b" 'c'\nC=c`)).toEqual({ A: "a", B: "b", C: "c" });
});

test("parse begins no line at a U+2028", () => {
  expect(parse("# comment\u2028A=a\nB=b\u2028C=c")).toEqual({ B: "b\u2028C=c" });
});

test("parse ignores export before a name", () => {
  expect(parse("export A=a\n export\tB='b'\nexport=c")).toEqual({ A: "a", B: "b", export: "c" });
});

/** What was warned of on the console meanwhile. */
function warningsOf(action: () => void): unknown[][] {
  using warn = spyOn(console, "warn").mockImplementation(() => {});
  action();
  return warn.mock.calls.slice();
}

function ignored(name: string): string[] {
  return [
    `Ignored the key "${name}" as it is not a valid identifier: The key need to match the pattern /^[a-zA-Z_][a-zA-Z0-9_]*$/.`,
  ];
}

test("parse skips a name that is not one, with its whole value, and warns of it by its name alone", () => {
  const warnings = warningsOf(() => {
    expect(parse("1A=a\nB-C='\nD=d\n'\nÄ=a\nwords here\n=x\nA B=c\nE=e")).toEqual({ E: "e" });
  });
  expect(warnings).toEqual(["1A", "B-C", "Ä"].map(ignored));
  expect(warningsOf(() => parse("# A-B=c\nA=b # C-D=e\nF='\nG-H=i'"))).toEqual([]);
});

test("load warns of a name that is not one as parse does", async () => {
  const path = envFile("A-B=secret\nC=c");
  expect(warningsOf(() => loadSync({ envPath: path }))).toEqual([ignored("A-B")]);
  using warn = spyOn(console, "warn").mockImplementation(() => {});
  expect(await load({ envPath: path })).toEqual({ C: "c" });
  expect(warn.mock.calls).toEqual([ignored("A-B")]);
});

test("parse takes the last of two equal names", () => {
  expect(parse("A=$B\nB=b\nA='$B'")).toEqual({ A: "$B", B: "b" });
});

test("parse takes a quote that is never closed for part of a plain value", () => {
  expect(parse(`A="a\nB=b`)).toEqual({ A: '"a', B: "b" });
});

test("parse takes names of Object.prototype for ordinary names", () => {
  expect(Object.entries(parse("__proto__=a\ntoString=b\nC=[$valueOf]"))).toEqual([
    ["__proto__", "a"],
    ["toString", "b"],
    ["C", "[]"],
  ]);
});

test("parse reads LF, CRLF and CR line ends and a byte order mark", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    expect(parse(`\uFEFFA=a${end}${end}# c${end}B='b'${end}C="c" ${end}`)).toEqual({
      A: "a",
      B: "b",
      C: "c",
    });
  }
});

test("parse replaces references in plain and double-quoted values, never in single quotes", () => {
  expect(parse(`A=42\nB=$A\nC=\${A}0\nD="$A \${A}"\nE='$A \${A}'`)).toEqual({
    A: "42",
    B: "42",
    C: "420",
    D: "42 42",
    E: "$A ${A}",
  });
});

test("parse keeps an escaped dollar and what a reference brings in, in double quotes", () => {
  const text = String.raw`A='b\n$C'` + "\n" + String.raw`D="\$A $A \\$A \$"`;
  expect(parse(text)["D"]).toBe(String.raw`$A b\n$C \b\n$C $`);
});

const variables = `ANSWER=42\nSINGLE='single quoted'\nDOUBLE="double quoted"\nBOTH=$SINGLE!==\${DOUBLE}\nEMPTY=\n`;

test.each([
  ["$SINGLE!==$DOUBLE", "single quoted!==double quoted"],
  ["${SINGLE}!==${DOUBLE}", "single quoted!==double quoted"],
  ["$BOTH", "single quoted!==double quoted"],
  ["${BOTH}", "single quoted!==double quoted"],
  ["$NONE", ""],
  ["a${NONE}b", "ab"],
  ["$NONE:-default", "default"],
  ["$ANSWER:-default", "42"],
  ["$NONE:-$ANSWER", "42"],
  ["$NONE:-$BOTH", "single quoted!==double quoted"],
  ["$NONE:-$NEITHER:-default", "default"],
  ["$NONE:-/default/path", "/default/path"],
  ["$NONE:-all of this", "all of this"],
  ["${NONE:-default}", "default"],
  ["${ANSWER:-default}", "42"],
  ["${EMPTY:-default}", ""],
  ["${NONE:-}", ""],
  ["${NONE:-$ANSWER}", "42"],
  ["${NONE:-${ANSWER:-default}}", "42"],
  ["${NONE:-${NEITHER:-default}}", "default"],
  ["${NONE:-${NEITHER:-${ANSWER}}}!", "42!"],
  ["${NONE:-/default/path}/file", "/default/path/file"],
  ["${NONE:-a}${NEITHER:-b}", "ab"],
  ['${NONE:-{"a":1}}', '{"a":1}'],
  ["${ANSWER:-{}}", "42"],
])("parse replaces %s by %s", (value, expected) => {
  expect(parse(`${variables}X=${value}`)["X"]).toBe(expected);
  expect(parse(`X=${value}\n${variables}`)["X"]).toBe(expected);
});

test.each([
  "\\$ANSWER",
  "\\${ANSWER}",
  "$5",
  "a$",
  "$$",
  "${ANSWER",
  "${A.B}",
  "${}",
  "${ANSWER:default}",
])("parse leaves %s as it stands", (value) => {
  expect(parse(`${variables}X=${value}`)["X"]).toBe(value);
});

test("parse looks a reference up in the file, then in the process", () => {
  process.env["DOTENV_OUTER"] = "outer $DOTENV_INNER";
  process.env["DOTENV_INNER"] = "process";
  expect(parse("A=$DOTENV_OUTER\nB=$DOTENV_INNER\nDOTENV_INNER=file")).toEqual({
    A: "outer $DOTENV_INNER",
    B: "file",
    DOTENV_INNER: "file",
  });
});

test("parse does not replace references that a quoted value brings in", () => {
  expect(parse("A='$B'\nB=b\nC=$A")).toMatchObject({ C: "$B" });
});

test("parse takes a reference of a variable to itself for the process's variable", () => {
  process.env["DOTENV_PATH"] = "/bin";
  expect(parse("DOTENV_PATH=/opt:$DOTENV_PATH\nA=$DOTENV_PATH")).toEqual({
    DOTENV_PATH: "/opt:/bin",
    A: "/opt:/bin",
  });
  expect(parse("A=a$B\nB=b$A")).toEqual({ A: "ab", B: "ba" });
});

test.each([
  ["basic", "BASIC", "BASIC=basic"],
  ["42", "ANSWER", "ANSWER=42"],
  ["", "EMPTY", "EMPTY="],
  ["single quoted", "SINGLE", "SINGLE='single quoted'"],
  ["    blanks   ", "BLANKS", "BLANKS='    blanks   '"],
  ["equ==als", "EQUALS", "EQUALS='equ==als'"],
  ["sk-a$Bc1#2", "KEY", "KEY='sk-a$Bc1#2'"],
  ["中文", "TEXT", "TEXT='中文'"],
  ['{"a":1}', "JSON", `JSON='{"a":1}'`],
  ["par'se", "PARSE", `PARSE="par'se"`],
  ["hello\nworld", "LINES", String.raw`LINES="hello\nworld"`],
  [`a\\n\r\t'"`, "ALL", String.raw`ALL="a\\n\r\t'\""`],
])("stringify writes %j so that it reads back", (value, name, line) => {
  expect(stringify({ [name]: value })).toBe(line);
  expect(parse(line)).toEqual({ [name]: value });
});

test("stringify writes a value that is missing as an empty one", () => {
  const object: object = { A: undefined, B: null };
  expect(stringify(object as Record<string, string>)).toBe("A=\nB=");
});

test("stringify leaves out a name that parse would not take, and warns of it", () => {
  const warnings = warningsOf(() => {
    expect(stringify({ "#COMMENT": "a", "1A": "b", "A=1\nB": "c", "": "d", E: "e" })).toBe("E=e");
  });
  expect(warnings).toEqual([
    ["key starts with a '#' indicates a comment and is ignored: '#COMMENT'"],
    ...["1A", "A=1\nB", ""].map(ignored),
  ]);
});

test("parse gives back what stringify wrote", () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/),
    fc.constantFrom("export", "__proto__", "A"),
  );
  const awkward = fc.constantFrom(
    ..."'\"`\\$#={} \t\n\r\v\u00A0\u2028\uFEFFnA中😀",
    "${A}",
    "$A",
    "\\n",
    "\r\n",
  );
  const value = fc.oneof(
    fc.array(awkward).map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.constantFrom("\n", "\r\n"), (entries, end) => {
      const object = Object.fromEntries(entries);
      const text = stringify(object);
      expect(Object.entries(parse(text.replaceAll("\n", end)))).toEqual(Object.entries(object));
      const bytes = Buffer.from(`\uFEFF${text.replaceAll("\n", end)}`);
      expect(decodeEnvFile(bytes)).toBe(text);
    }),
    { numRuns: runs(500) },
  );
});

const content = "# 密钥\r\nA='中文 😀'\r\nB=\"1\r\n2\"\r\nC=$A\r\n";
const decoded = { A: "中文 😀", B: "1\n2", C: "中文 😀" };
const marked = `\uFEFF${content}`;

test.each([
  ["UTF-8", Buffer.from(content)],
  ["UTF-8 with a byte order mark", Buffer.from(marked)],
  ["UTF-8 with LF line ends", Buffer.from(content.replaceAll("\r\n", "\n"))],
  ["UTF-16 LE with a byte order mark", Buffer.from(marked, "utf16le")],
  ["UTF-16 BE with a byte order mark", Buffer.from(marked, "utf16le").swap16()],
  ["UTF-16 LE", Buffer.from(content, "utf16le")],
  ["UTF-16 BE", Buffer.from(content, "utf16le").swap16()],
])("load and loadSync read a file in %s", async (_, bytes) => {
  const envPath = envFile(bytes);
  expect(await load({ envPath })).toEqual(decoded);
  expect(loadSync({ envPath })).toEqual(decoded);
});

test("load reads the names in a file whose comments are in another encoding", async () => {
  // 密钥 in GBK, as Notepad on Windows may save it.
  const bytes = Buffer.concat([Buffer.from([0x23, 0xc3, 0xdc, 0xd4, 0xbf]), Buffer.from("\nA=a")]);
  expect(await load({ envPath: envFile(bytes) })).toEqual({ A: "a" });
});

test("load takes a URL for the path", async () => {
  const envPath = pathToFileURL(envFile("A=a"));
  expect(await load({ envPath })).toEqual({ A: "a" });
  expect(loadSync({ envPath })).toEqual({ A: "a" });
});

test("load gives nothing for a missing file, an empty file and null", async () => {
  for (const envPath of [join(temporaryFolder(), "missing"), envFile(""), null]) {
    expect(await load({ envPath })).toEqual({});
    expect(loadSync({ envPath })).toEqual({});
  }
});

test("load names the path that it cannot read", async () => {
  const envPath = temporaryFolder();
  const message = `Cannot read env file "${envPath}": EISDIR`;
  await expect(load({ envPath })).rejects.toThrow(message);
  expect(() => loadSync({ envPath })).toThrow(message);
});

test("load sets nothing in the process unless told to", async () => {
  const envPath = envFile("DOTENV_NEW=a");
  await load({ envPath });
  loadSync({ envPath, export: false });
  expect(process.env["DOTENV_NEW"]).toBeUndefined();
});

test.each([
  ["load", load],
  ["loadSync", loadSync],
])("%s with export sets what is not set yet, and returns what the file says", async (_, read) => {
  process.env["DOTENV_OLD"] = "process";
  process.env["DOTENV_EMPTY"] = "";
  const envPath = envFile("DOTENV_OLD=file\nDOTENV_EMPTY=file\nDOTENV_NEW=file\nvalueOf=file");
  expect(await read({ envPath, export: true })).toEqual({
    DOTENV_OLD: "file",
    DOTENV_EMPTY: "file",
    DOTENV_NEW: "file",
    valueOf: "file",
  });
  expect(process.env).toMatchObject({
    DOTENV_OLD: "process",
    DOTENV_EMPTY: "",
    DOTENV_NEW: "file",
    valueOf: "file",
  });
});

// The name is free on npm, and Bun installs unknown specifiers by itself: nothing else may ever answer to it.
test.each(["scripts", "tests", "lib"])(
  "@std/dotenv in %s is lib/settings/dotenv/mod.ts",
  (folder) => {
    expect(Bun.resolveSync("@std/dotenv", join(root, folder))).toBe(
      join(root, "lib", "settings", "dotenv", "mod.ts"),
    );
  },
);

test("a process in another folder reads that folder's file, untouched by Bun's own loading", async () => {
  const path = envFile("K='sk-a$Bc1'\nL=$K");
  const child = Bun.spawn([process.execPath, join(root, "tests/support/print_env_file.ts")], {
    cwd: join(path, ".."),
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const variables = { K: "sk-a$Bc1", L: "sk-a$Bc1" };
  expect({ output: JSON.parse(output || "null"), errors }).toEqual({
    output: [variables, variables],
    errors: "",
  });
});
