import { expect, test } from "bun:test";
import { readOrigin } from "../../lib/serve/allowed_origin.ts";
import { notOrigin } from "../../lib/serve/messages.ts";
import { UserError } from "../../lib/base/message.ts";

const flag = "--allow-origin";

function refusal(text: string): unknown {
  try {
    return readOrigin({ flag, text });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).userMessage.step?.en ?? null;
  }
}

test("an origin is read as browsers send it", () => {
  for (const [text, origin] of [
    ["http://localhost:3000", "http://localhost:3000"],
    ["HTTPS://Chat.Example:443", "https://chat.example"],
    ["http://[::1]:5173", "http://[::1]:5173"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
    ["tauri://localhost", "tauri://localhost"],
    ["chrome-extension://Abcdef", "chrome-extension://abcdef"],
    ["*", "*"],
    ["null", "null"],
  ] as const) {
    expect(readOrigin({ flag, text })).toBe(origin);
  }
});

test("what is no origin is an error that says which was meant, where that can be told", () => {
  for (const [text, step] of [
    ["localhost:3000", "Write --allow-origin http://localhost:3000"],
    ["http://localhost:3000/", "Write --allow-origin http://localhost:3000"],
    ["https://a.example/chat?x=1#y", "Write --allow-origin https://a.example"],
    ["https://user:pass@a.example", "Write --allow-origin https://a.example"],
    ["http://", null],
    ["http://a:99999", null],
    ["http://*.example", null],
    ["tauri://localhost/index", null],
    ["file:///tmp/page.html", "Write --allow-origin null"],
    ["http://a b", null],
  ] as const) {
    expect([text, refusal(text)]).toEqual([text, step]);
  }
});

test("the error is said in both languages", () => {
  expect(notOrigin(flag, { text: "a/b", meant: "http://a" })).toEqual({
    cause: {
      en: '--allow-origin must be an origin such as http://localhost:3000, or *, or null, got "a/b"',
      zh: '--allow-origin 必须是网页来源（例如 http://localhost:3000）、* 或 null，却给了 "a/b"',
    },
    step: { en: "Write --allow-origin http://a", zh: "请写 --allow-origin http://a" },
  });
});
