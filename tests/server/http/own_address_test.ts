import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { isOwnAddress } from "../../../lib/server/http/own_address.ts";
import { upstreamIsItself } from "../../../lib/serve/messages.ts";

test("a base URL that leads to the server itself is known, however it is spelt", () => {
  const cases: readonly (readonly [url: string, host: string, own: boolean])[] = [
    ["http://127.0.0.1:8000/v1", "127.0.0.1", true],
    ["http://127.1:8000/v1", "127.0.0.1", true],
    ["http://LOCALHOST.:8000/v1", "127.0.0.1", true],
    ["http://localhost:8000/v1", "::1", true],
    ["http://[::1]:8000/v1", "::1", true],
    ["http://[::1]:8000/v1", "localhost", true],
    ["http://0.0.0.0:8000/v1", "127.0.0.1", true],
    ["http://127.0.0.1:8000/v1", "0.0.0.0", true],
    ["http://localhost:8000/v1", "::", true],
    [`http://${hostname().toLowerCase()}:8000/v1`, "0.0.0.0", true],
    ["http://127.0.0.1:8001/v1", "127.0.0.1", false],
    ["http://127.0.0.1/v1", "127.0.0.1", false],
    ["https://127.0.0.1:8000/v1", "127.0.0.1", false],
    ["http://127.0.0.2:8000/v1", "127.0.0.1", false],
    ["http://example.org:8000/v1", "127.0.0.1", false],
    ["http://example.org:8000/v1", "0.0.0.0", false],
    ["http://localhost:8000/v1", "192.0.2.7", false],
  ];
  for (const [url, host, own] of cases) {
    expect([url, host, isOwnAddress(url, { host, port: 8000 })]).toEqual([url, host, own]);
  }
  expect(isOwnAddress("http://127.0.0.1/v1", { host: "127.0.0.1", port: 80 })).toBe(true);
  expect(isOwnAddress("http://127.0.0.1:0/v1", { host: "127.0.0.1", port: 0 })).toBe(false);
});

test("an upstream that is the server itself is told in Chinese, too", () => {
  const { cause, step } = upstreamIsItself("http://localhost:8000/v1");
  expect([cause.zh, step?.zh]).toEqual([
    "无法将请求转发到 http://localhost:8000/v1：那正是本服务要监听的地址",
    "请用 --upstream 给出真正的服务，或换一个 --port",
  ]);
});
