import { expect, test } from "bun:test";
import { RawResponse } from "../../lib/ask/raw_response.ts";

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
  expect(responseOf(["no\n", "way\n"], headers).render()).toBe(
    "HTTP 400\ncontent-type: text/plain\nx-request-id: r1\n\nno\nway",
  );
  expect(responseOf([]).render()).toBe("HTTP 400");
});

test("raw response is that of the last attempt, and null without a head", () => {
  const raw = responseOf(["first"]);
  raw.begin();
  expect(raw.render()).toBeNull();
  expect(new RawResponse().render()).toBeNull();
});

test("raw response ends after 2,048 characters", () => {
  expect(responseOf(["x".repeat(2048)]).render()).toBe(`HTTP 400\n\n${"x".repeat(2048)}`);
  expect(responseOf(["x".repeat(9999)]).render()).toBe(`HTTP 400\n\n${"x".repeat(2048)}…`);
});
