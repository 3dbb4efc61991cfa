import { expect, test } from "bun:test";
import { describeEnvFile } from "../../lib/doctor/env_text.ts";
import { random, siliconFlowKey } from "../support/key_shapes.ts";

const line = `SILICONFLOW_API_KEY=${siliconFlowKey}\r\n`;

function utf16(text: string, { bigEndian = false, mark = true } = {}): Uint8Array {
  const bytes = new Uint8Array(Buffer.from((mark ? "\uFEFF" : "") + text, "utf16le"));
  return bigEndian ? new Uint8Array(Buffer.from(bytes).swap16()) : bytes;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test("encoding, byte order mark and line ends of a file are told, and its key is found in each", () => {
  const written: [Uint8Array, object][] = [
    [encode(line), { encoding: "UTF-8", byteOrderMark: false, crlf: true }],
    [encode(`\uFEFF${line}`), { encoding: "UTF-8", byteOrderMark: true, crlf: true }],
    [encode(line.trim()), { encoding: "UTF-8", byteOrderMark: false, crlf: false }],
    [utf16(line), { encoding: "UTF-16LE", byteOrderMark: true, crlf: true }],
    [utf16(line, { mark: false }), { encoding: "UTF-16LE", byteOrderMark: false, crlf: true }],
    [utf16(line, { bigEndian: true }), { encoding: "UTF-16BE", byteOrderMark: true, crlf: true }],
  ];
  for (const [bytes, expected] of written) {
    const text = describeEnvFile(bytes);
    expect(text).toMatchObject({ ...expected, invalid: false, variables: 1, strayLines: [] });
    expect(text.secrets.map((secret) => secret.reveal())).toEqual([siliconFlowKey]);
  }
});

test("bytes of GBK are noticed", () => {
  const gbk = Uint8Array.of(0x23, 0xc3, 0xdc, 0xd4, 0xbf, 0x0a);
  expect(describeEnvFile(gbk).invalid).toBe(true);
});

test("line that its writer takes for a setting is found", () => {
  const stray = {
    [siliconFlowKey]: "unnamed",
    [`# SILICONFLOW_API_KEY=${siliconFlowKey}`]: "commented",
    [`SILICONFLOW_API_KEY: ${siliconFlowKey}`]: "unread",
    [`"SILICONFLOW_API_KEY=${siliconFlowKey}"`]: "unread",
    [`$env:SILICONFLOW_API_KEY="${siliconFlowKey}"`]: "unread",
    [`set SILICONFLOW_API_KEY=${siliconFlowKey}`]: "unread",
    [`SILICONFLOW_API_KEY＝${siliconFlowKey}`]: "unread",
  } as const;
  for (const [text, fault] of Object.entries(stray)) {
    const { strayLines } = describeEnvFile(encode(`\n${text}\n`));
    expect([text, strayLines]).toEqual([text, [{ line: 2, fault }]]);
  }
});

test("a line of any other form is passed over, unless it is a part of a quoted value", () => {
  const text = "A=1\nsk-strayline12345\nFOO BAR=1\n\n# 密钥\nB='\nx y\n'\n1C=2\nkey: value\n";
  for (const newline of ["\n", "\r\n", "\r"]) {
    const { strayLines } = describeEnvFile(encode(text.replaceAll("\n", newline)));
    expect(strayLines).toEqual([2, 3, 9, 10].map((line) => ({ line, fault: "ignored" })));
  }
});

test("a variable that its references leave empty is found, unless a default says so", () => {
  const text =
    "NOT_HERE_A=$NOT_HERE_B\n\nNOT_HERE_B=${NOT_HERE_A}\nC=$NOT_HERE\nD=${NOT_HERE:-}\nE=\nF='$X'\n";
  expect(describeEnvFile(encode(text)).emptiedValues).toEqual([
    { name: "NOT_HERE_A", line: 1 },
    { name: "NOT_HERE_B", line: 3 },
    { name: "C", line: 4 },
  ]);
});

test("lines of a good file are no strays", () => {
  const good = `# 密钥\n\nexport SILICONFLOW_API_KEY = '${siliconFlowKey}'\n# OPENAI_API_KEY=\nA=1\n`;
  expect(describeEnvFile(encode(good))).toMatchObject({
    strayLines: [],
    strayKeys: [],
    variables: 2,
  });
});

test("key under a name that nothing reads is found, unless the name may be a key itself", () => {
  const text = `API_KEY=${siliconFlowKey}\ngsk_${random}=${random}\nDEEPSEEK_API_KEY=${siliconFlowKey}\n`;
  expect(describeEnvFile(encode(text)).strayKeys).toEqual(["API_KEY"]);
});

test("description shows no key when it is printed", () => {
  const text = describeEnvFile(encode(`${line}API_KEY='Bearer ${random}'\n${siliconFlowKey}\n`));
  const shown = Bun.inspect(text, { depth: 9 }) + JSON.stringify(text);
  expect(text.secrets.map((secret) => secret.reveal())).toEqual([siliconFlowKey, random]);
  expect(shown).not.toMatch(new RegExp(`${siliconFlowKey.slice(3)}|${random}`));
});
