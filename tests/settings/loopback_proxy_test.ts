import { expect, test } from "bun:test";
import { bypassProxyForLoopback } from "../../lib/settings/loopback_proxy.ts";

function after(environment: Record<string, string | undefined>): typeof environment {
  bypassProxyForLoopback(environment);
  return environment;
}

test("loopback is added to NO_PROXY", () => {
  expect(after({})).toEqual({ NO_PROXY: "127.0.0.1,localhost,::1" });
  expect(after({ NO_PROXY: "" })).toEqual({ NO_PROXY: "127.0.0.1,localhost,::1" });
});

test("the hosts that were there stay, in both spellings", () => {
  expect(after({ NO_PROXY: "a.example, localhost", no_proxy: "b.example" })).toEqual({
    NO_PROXY: "a.example,localhost,b.example,127.0.0.1,::1",
    no_proxy: "a.example,localhost,b.example,127.0.0.1,::1",
  });
});

test("adding loopback twice changes nothing", () => {
  const once = after({ NO_PROXY: "*", HTTP_PROXY: "http://proxy.example" });
  expect(after({ ...once })).toEqual(once);
  expect(once["HTTP_PROXY"]).toBe("http://proxy.example");
});

test("a loopback request goes past the proxy", async () => {
  const direct = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("direct") });
  const proxy = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("proxy") });
  const before = process.env["HTTP_PROXY"];
  process.env["HTTP_PROXY"] = proxy.url.href;
  try {
    bypassProxyForLoopback(process.env);
    expect(await (await fetch(direct.url)).text()).toBe("direct");
  } finally {
    if (before === undefined) delete process.env["HTTP_PROXY"];
    else process.env["HTTP_PROXY"] = before;
    await Promise.all([direct.stop(true), proxy.stop(true)]);
  }
});
