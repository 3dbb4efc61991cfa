import { expect, test } from "bun:test";
import { RawResponse } from "../lib/cli/raw_response.ts";
import { Secret } from "../lib/wire/secret.ts";

const key = new Secret("sk-streamgauge4f9Zk2Q7");

function responseOf(pieces: readonly string[], headers: Record<string, string> = {}): RawResponse {
  const raw = new RawResponse();
  raw.begin();
  raw.head({ status: 400, headers: new Headers(headers), at: 1 });
  for (const text of pieces) raw.piece({ text });
  raw.end();
  return raw;
}

test("raw response shows status, harmless headers and the body", () => {
  const headers = { "content-type": "text/plain", "set-cookie": "id=1", "x-request-id": "r1" };
  expect(responseOf(["no\n", "way\n"], headers).render(null)).toBe(
    "HTTP 400\ncontent-type: text/plain\nx-request-id: r1\n\nno\nway",
  );
  expect(responseOf([]).render(null)).toBe("HTTP 400");
});

test("raw response is that of the last attempt, and null without a head", () => {
  const raw = responseOf(["first"]);
  raw.begin();
  expect(raw.render(null)).toBeNull();
  expect(new RawResponse().render(null)).toBeNull();
});

test("raw response ends after 2,048 characters", () => {
  expect(responseOf(["x".repeat(2048)]).render(null)).toBe(`HTTP 400\n\n${"x".repeat(2048)}`);
  expect(responseOf(["x".repeat(9999)]).render(null)).toBe(`HTTP 400\n\n${"x".repeat(2048)}…`);
});

test("raw response never shows the key, wherever it stands and is cut", () => {
  const text = key.reveal();
  for (let at = 2048 - text.length - 2; at <= 2050; at++) {
    const body = "x".repeat(at) + text + "y".repeat(9000);
    for (const pieces of [[body], [body.slice(0, at + 4), body.slice(at + 4)]]) {
      const shown = responseOf(pieces, { "x-request-id": text }).render(key) ?? "";
      expect(shown).toStartWith("HTTP 400\nx-request-id: [key]\n\n");
      expect(shown).not.toContain(text.slice(0, 4));
    }
  }
});
