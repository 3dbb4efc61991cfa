import { expect, test } from "bun:test";
import { redacted, renderRequest } from "../../../lib/report/request/dry_run.ts";
import { chatRequest } from "../../../lib/protocols/completion_request.ts";
import { Secret } from "../../../lib/base/secret.ts";

const key = new Secret("sk-2f9c0a7d5e");
const request = chatRequest({
  baseUrl: "https://api.siliconflow.cn/v1",
  model: "demo",
  messages: [{ role: "user", content: "你好" }],
  key,
  headers: { "X-Team": "a" },
});

test("a dry run shows the request as it would be sent, the key masked", () => {
  expect(renderRequest(request)).toBe(`POST https://api.siliconflow.cn/v1/chat/completions
accept: text/event-stream
accept-encoding: identity
content-type: application/json
x-team: a
authorization: Bearer [key]

{
  "model": "demo",
  "messages": [
    {
      "role": "user",
      "content": "你好"
    }
  ],
  "stream": true,
  "stream_options": {
    "include_usage": true
  }
}`);
});

test("a request without a key has no such header, one without a body ends after its headers", () => {
  const get = {
    method: "GET",
    url: "http://127.0.0.1/v1/models",
    headers: {},
    body: null,
  } as const;
  expect(renderRequest({ ...get, key: null })).toBe("GET http://127.0.0.1/v1/models");
  expect(renderRequest({ ...get, key })).toBe(
    "GET http://127.0.0.1/v1/models\nauthorization: Bearer [key]",
  );
});

test("a redacted request holds no part of the key", () => {
  const value = redacted(request);
  expect(value.headers["authorization"]).toBe("Bearer [key]");
  expect(value).not.toHaveProperty("key");
  const shown = JSON.stringify(value) + Bun.inspect(value) + renderRequest(request);
  expect(shown).not.toMatch(/2f9c|7d5e/);
});
