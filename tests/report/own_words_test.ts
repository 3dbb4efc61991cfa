import { expect, test } from "bun:test";
import { judge } from "../../lib/measure/outcome.ts";
import { ownWords } from "../../lib/report/own_words.ts";
import { PROTOCOLS } from "../../lib/protocols/protocols.ts";
import { networkEnding } from "../../lib/wire/exchange_ending.ts";
import { SseSplitter } from "../../lib/wire/sse.ts";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";

/** The words of a failure that is ours to tell. */
function failures(): string[] {
  const facts = { isCompletion: true, done: false, finished: false, error: null };
  const ended = { kind: "ended", status: 200 } as const;
  const limit = 1_500_000;
  const verdicts = [
    ...PROTOCOLS.map(({ ending }) => judge(ended, { ...facts, ending })),
    judge(ended, { ...facts, instead: { message: "502 Bad Gateway", code: null } }),
    judge(ended, { ...facts, done: true, hasChunk: false }),
    judge(ended, { ...facts, isCompletion: false }),
    ...[true, false].map((streamed) =>
      judge(ended, {
        ...facts,
        otherProtocol: { name: "chat", title: "Chat Completions", streamed },
      }),
    ),
    ...(["total", "first_byte", "idle"] as const).map((timer) =>
      judge({ kind: "timed_out", timer, limit }, facts),
    ),
    ...["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"].map((code) =>
      judge(
        networkEnding(Object.assign(new Error(code), { code }), { status: null, reused: false }),
        facts,
      ),
    ),
    judge(
      networkEnding(Object.assign(new Error(), { code: "ECONNRESET" }), {
        status: null,
        reused: true,
      }),
      facts,
    ),
  ];
  const thrown = [
    () => new SseSplitter({ maxEventLength: 4 }).push("data: 12345678\n"),
    () => new CompletionReader({ maxEventLength: 4 }).push({ text: '{"a":1234}', at: null }),
  ].map((action) => {
    try {
      action();
      return "nothing";
    } catch (error) {
      return (error as Error).message;
    }
  });
  return [...verdicts.map(({ failure }) => failure?.message ?? "nothing"), ...thrown];
}

test("our own sentences for what failed have Chinese ones, with no English word but names", () => {
  const NAMES =
    /\[DONE\]|finish_reason|stop_reason|message_stop|response\.completed|ulimit -n|502 Bad Gateway|Chat Completions|--api chat/g;
  for (const message of failures()) {
    const { en, zh } = ownWords(message);
    expect(en).toBe(message);
    expect(zh.replaceAll(NAMES, ""), message).not.toMatch(/[A-Za-z]/);
  }
});

test("what ended a stream is told in Chinese with each of its names", () => {
  expect(ownWords("the stream ended without [DONE] or a finish_reason").zh).toBe(
    "流结束时没有 [DONE]，也没有 finish_reason",
  );
  expect(
    ownWords("the stream ended without message_stop or a stop_reason; instead came: no").zh,
  ).toBe("流结束时没有 message_stop，也没有 stop_reason，收到的却是：no");
});

test("the words of an endpoint stay as they are", () => {
  for (const message of ["Slow down", "服务繁忙", "", "no first byte within reach"]) {
    expect(ownWords(message)).toEqual({ en: message, zh: message });
  }
});
