import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transcriptMalformed } from "../../lib/replay/messages.ts";
import { problemInChinese } from "../../lib/replay/transcript_problems.ts";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import { TranscriptError } from "../../lib/transcript/format.ts";

const place = { file: "a.sse", line: 3 };

/** What stands in the place of what the code puts in. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/\$\{missingFrom\([^}]*\}/g, "7 bytes before the end of the piece of line 2"],
  [/\$\{times\}/g, "from 2 s to 1 s"],
  [/\$\{problem\}/g, 'without "version"'],
  [/\$\{what\}/g, "marker"],
  [/\$\{quote\([^}]*\}/g, '"x"'],
  [/\$\{[^}]*\}/g, "7"],
];

/** The states that the code says of a line, from its source. */
function statesIn(file: string): string[] {
  const url = new URL(`../../lib/transcript/${file}`, import.meta.url);
  const source = readFileSync(fileURLToPath(url), "utf8");
  const calls = source.matchAll(
    /malformed\(\s*(?:(?:this\.)?#?\w+,\s*)?((?:cut\s*\?\s*)?["'`][^;]*?)\)?;/g,
  );
  return Array.from(calls, ([, code = ""]) => code).flatMap((code) => {
    const texts = [...code.matchAll(/(["'`])((?:(?!\1)[^\\])*)\1/g)].map(([, , text = ""]) => text);
    return texts
      .filter((text) => /^(is|has|stands|closes|brings) /.test(text))
      .map((text) => VALUES.reduce((filled, [hole, value]) => filled.replace(hole, value), text));
  });
}

test("everything that can be wrong with a line of a transcript has words in Chinese", () => {
  const states = [
    "decode.ts",
    "bare_chunks.ts",
    "header.ts",
    "line.ts",
    "piece_assembler.ts",
  ].flatMap(statesIn);
  expect(states.length).toBeGreaterThan(20);
  for (const state of states) {
    const zh = problemInChinese(new TranscriptError(`line 3 ${state}`, place));
    expect(zh, state).toMatch(/[\u4e00-\u9fff]/);
    expect(zh, state).not.toContain("undefined");
  }
});

function kindOf(state: string): string {
  return problemInChinese(new TranscriptError(`line 1 has a header ${state}`, place));
}

test("what is wrong with a header's field is told in Chinese, too", () => {
  expect(kindOf('whose "request.headers" is not an object of strings')).toBe(
    '文件头的 "request.headers" 不是值均为字符串的对象',
  );
  expect(kindOf('without "recorded_at"')).toBe('文件头缺少 "recorded_at"');
  expect(kindOf('whose "response.at_ms" is not a number of milliseconds')).toBe(
    '文件头的 "response.at_ms" 不是毫秒数',
  );
});

test("a broken transcript is told in both languages", () => {
  const header = {
    version: 1,
    recorded_at: "2026-01-01T00:00:00Z",
    request: { method: "POST", url: "http://127.0.0.1/", headers: {} },
    response: null,
  };
  const text = `:@transcript ${JSON.stringify(header)}\n:@ 12\n`;
  try {
    decodeTranscript(new TextEncoder().encode(text), { name: "a.sse" });
    expect.unreachable();
  } catch (error) {
    expect(transcriptMalformed(error as TranscriptError)).toEqual({
      cause: {
        en: 'Cannot read transcript "a.sse": line 2 has a marker without a length',
        zh: '无法读取转录文件 "a.sse"：第 2 行有误（标记缺少长度）',
      },
    });
  }
});
