import { expect, test } from "bun:test";
import { chooseProxy, readProxy } from "../../lib/settings/proxy_choice.ts";

/** The host of the proxy that is used; `direct` or `excepted` without one. */
function used(url: string, environment: Record<string, string>): string {
  const choice = chooseProxy(url, environment);
  return choice.kind === "proxied" ? choice.proxy.host : choice.kind;
}

const plain = "http://example.org/v1";
const secure = "https://example.org/v1";

test("protocol of the URL decides which variable counts, and lower case wins", () => {
  expect(used(plain, { HTTP_PROXY: "http://a" })).toBe("a");
  expect(used(plain, { HTTP_PROXY: "http://a", http_proxy: "http://b" })).toBe("b");
  expect(used(plain, { HTTP_PROXY: "http://a", http_proxy: "" })).toBe("a");
  expect(used(plain, { HTTPS_PROXY: "http://a" })).toBe("direct");
  expect(used(secure, { HTTPS_PROXY: "http://a" })).toBe("a");
  expect(used(secure, { HTTP_PROXY: "http://a" })).toBe("direct");
  expect(used(secure, { HTTPS_PROXY: "a:7890" })).toBe("a");
});

test("ALL_PROXY counts last, and only with a proxy that Bun supports", () => {
  expect(used(secure, { ALL_PROXY: "http://a" })).toBe("a");
  expect(used(secure, { ALL_PROXY: "http://a", all_proxy: "http://b" })).toBe("b");
  expect(used(secure, { HTTPS_PROXY: "http://a", all_proxy: "http://b" })).toBe("a");
  expect(used(secure, { ALL_PROXY: "socks5://a" })).toBe("direct");
  expect(used(plain, { all_proxy: "socks5://a" })).toBe("direct");
});

test("NO_PROXY excepts hosts, what lies below them, ports, and everything", () => {
  const proxied = { HTTPS_PROXY: "http://a" };
  const excepting = [
    "example.org",
    ".org",
    "org",
    "*.org",
    "*",
    " x , EXAMPLE.org",
    "example.org:443",
  ];
  for (const list of excepting) {
    expect([list, used(secure, { ...proxied, NO_PROXY: list })]).toEqual([list, "excepted"]);
  }
  for (const list of ["", "ample.org", "example.org:80", "www.example.org", ","]) {
    expect([list, used(secure, { ...proxied, NO_PROXY: list })]).toEqual([list, "a"]);
  }
  expect(used(secure, { ...proxied, NO_PROXY: "example.org", no_proxy: "other" })).toBe("a");
});

test("proxy is read without its user name and password", () => {
  const proxy = readProxy("HTTPS_PROXY", { HTTPS_PROXY: "http://me:s3cret@10.0.0.1:7890/" });
  expect(proxy).toEqual({
    variable: "HTTPS_PROXY",
    protocol: "http",
    host: "10.0.0.1",
    port: 7890,
    hasPassword: true,
    supported: true,
  });
  expect(readProxy("HTTPS_PROXY", { HTTPS_PROXY: "http://a b" })?.protocol).toBeNull();
  expect(readProxy("HTTPS_PROXY", { HTTPS_PROXY: " " })).toBeNull();
});
