import { expect, test } from "bun:test";
import { lineKind, pageIn } from "../../lib/chat/line_kind.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { everyCut } from "../support/cuts.ts";
import { bodyOfProtocol, readAs } from "../support/protocol_streams.ts";
import { answerOf, streamOf } from "../support/stream.ts";

const APIS: readonly ProtocolName[] = ["chat", "completions", "responses", "messages"];

test("a line that is no field is told by how it begins", () => {
  for (const [kind, lines] of [
    ["page", ["<html>", "  <!DOCTYPE html>", "</body>", "<h1>502</h1>", '<?xml version="1.0"?>']],
    ["mark", ["\uFEFFdata: {}", '\uFEFF{"a":1}']],
    ["blank", [" data: {}", "\tevent: x"]],
    ["json", ['{"a":1}', '  ["x"]', '"x"']],
    ["head", ["HTTP/1.1 502 Bad Gateway"]],
    ["length", ["1f4", "0", "a;name=value"]],
    [
      "log",
      [
        "2026-05-01 12:00:00 INFO restarted",
        "[2026-05-01T12:00:00Z] restarted",
        "12:00:00.123 restarted",
        "INFO: 127.0.0.1:5000",
        "[ERROR] out of memory",
        "WARNING restarted",
        "Traceback (most recent call last):",
        '  File "serve.py", line 3',
        "    at send (server.js:3:4)",
      ],
    ],
    ["text", ["upstream connect error", "< 3 tokens", "INFORMATION", "hello", "cafe babe"]],
  ] as const) {
    for (const line of lines) expect(lineKind(line), line).toBe(kind);
  }
});

test("very long lines are told by their beginning, quickly", () => {
  for (const begin of [" ", "<", "<!--", "[", "a", "\uFEFF "]) {
    lineKind(begin.repeat(1_000_000));
    pageIn(begin.repeat(1_000_000));
  }
});

test("lines of logs are counted and shown over each protocol, wherever the stream is cut", () => {
  for (const api of APIS) {
    const [first = "", ...rest] = bodyOfProtocol(api, "a", "b").split("\n\n");
    const body = [first, "INFO: worker 3 was restarted\n2 of 4 are up", ...rest].join("\n\n");
    for (const parts of everyCut(body)) {
      const { reading, verdict } = readAs(api, parts);
      expect(reading.choices[0]?.content).toBe("ab");
      expect(notesOf({ reading, verdict })).toEqual([
        {
          code: "not_a_field",
          count: 2,
          message: {
            en: "2 lines of the stream are no field of an event, the first (a log line): INFO: worker 3 was restarted",
            zh: "流中有 2 行不是事件字段，第一行（日志行）：INFO: worker 3 was restarted",
          },
        },
      ]);
    }
  }
});

function saidOf(line: string): string[] {
  const result = readAs("chat", `${streamOf(answerOf("a"))}${line}\n\n${streamOf("[DONE]")}`);
  return notesOf(result).map(({ message: { en, zh } }) => `${en} | ${zh}`);
}

test("the note says what the line is, in both languages", () => {
  for (const [line, en, zh] of [
    ["<p>no</p>", "an HTML page", "HTML 页面"],
    ["HTTP/1.1 502 Bad Gateway", "an HTTP status line", "HTTP 状态行"],
    ["1f4", "the length of an HTTP chunk", "HTTP 分块长度"],
    ['{"usage":null}', "JSON without data:", "缺少 data: 的 JSON"],
    [" data: {}", "behind a blank", "前面有空白"],
    ["\uFEFFdata: {}", "behind a byte order mark", "前面有字节顺序标记"],
  ] as const) {
    const shown = line.trim();
    expect(saidOf(line)).toEqual([
      `1 line of the stream is no field of an event (${en}): ${shown} | 流中有 1 行不是事件字段（${zh}）：${shown}`,
    ]);
  }
});

const PAGE = "<html><head><title>502 Bad Gateway</title></head></html>";

test("a page in the place of a stream's end is named, also where it is glued to half an event", () => {
  for (const api of APIS) {
    const half = bodyOfProtocol(api, "a", "b").split("\n\n")[0] ?? "";
    const begin = `${half}\n\n`;
    for (const page of [PAGE, PAGE.replaceAll("><", ">\n<")]) {
      for (const end of [page, `${page}\n`, `${page}\n\n`, `data: {"choi${page}`]) {
        for (const parts of everyCut(begin + end)) {
          const { verdict } = readAs(api, parts);
          expect(verdict.outcome, JSON.stringify(parts)).toBe("truncated");
          expect(verdict.failure?.message).toEndWith("; instead came: 502 Bad Gateway");
        }
      }
    }
  }
});

test("what could not be read in the middle of a stream is not said to have come in the place of its end", () => {
  const begin = streamOf(answerOf("a"));
  const { verdict } = readAs("chat", `${begin}upstream restarted\n\n${begin}`);
  expect(verdict.failure?.message).toBe("the stream ended without [DONE] or a finish_reason");
  // Half an event is what a cut leaves.
  const half = readAs("chat", `${begin}data: {"choices":[{"del`);
  expect(half.verdict.failure?.message).toBe("the stream ended without [DONE] or a finish_reason");
});
