import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { isPrivateHost, readBaseUrl } from "../../lib/settings/base_url.ts";
import { renderMessage, UserError } from "../../lib/base/message.ts";
import { PROVIDERS } from "../../lib/settings/providers.ts";

/** The base URL, then what was said about it; or the error. */
function read(text: string): string[] {
  try {
    const { text: baseUrl, warnings } = readBaseUrl(text, "--base-url");
    return [baseUrl, ...warnings.map((warning) => warning.cause.en)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`exit 2: ${error.userMessage.cause.en}`];
  }
}

test("base URL of every provider is read as it stands in the table", () => {
  for (const provider of PROVIDERS) {
    const baseUrl = readBaseUrl(provider.baseUrl, "--base-url");
    expect(baseUrl).toMatchObject({ text: provider.baseUrl, provider, warnings: [] });
    expect(baseUrl.loopback).toBe(provider.local);
  }
});

test("blanks, slashes, letter case, default port and final dot make no difference", () => {
  for (const text of [
    " https://api.siliconflow.cn/v1\n",
    "https://api.siliconflow.cn/v1/",
    "https://api.siliconflow.cn/v1//",
    "HTTPS://API.SILICONFLOW.CN:443/v1",
    "https://api.siliconflow.cn../v1",
  ]) {
    expect([text, ...read(text)]).toEqual([text, "https://api.siliconflow.cn/v1"]);
  }
});

test("pasted /chat/completions is taken off and said", () => {
  expect(read("https://gateway.example/v1/chat/completions/")).toEqual([
    "https://gateway.example/v1",
    '"/chat/completions" was taken off the base URL of gateway.example: it is added to each request',
  ]);
  expect(read("https://open.bigmodel.cn/api/paas/v4/chat/completions")[0]).toBe(
    "https://open.bigmodel.cn/api/paas/v4",
  );
});

test("missing path is completed from the table, or with /v1, and said", () => {
  expect(read("https://api.siliconflow.cn")).toEqual([
    "https://api.siliconflow.cn/v1",
    '"/v1" was completed in the base URL of api.siliconflow.cn',
  ]);
  expect(read("https://dashscope.aliyuncs.com/compatible-mode/")).toEqual([
    "https://dashscope.aliyuncs.com/compatible-mode/v1",
    '"/compatible-mode/v1" was completed in the base URL of dashscope.aliyuncs.com',
  ]);
  expect(read("http://localhost:11434")[0]).toBe("http://localhost:11434/v1");
  expect(read("https://gateway.example")).toEqual([
    "https://gateway.example/v1",
    '"/v1" was added to the base URL of gateway.example',
  ]);
  expect(read("https://gateway.example/chat/completions")[0]).toBe("https://gateway.example/v1");
});

test("path that is given is kept, at hosts of the table too", () => {
  for (const text of [
    "https://gateway.example/openai",
    "https://gateway.example/v1/deployments",
    "https://api.deepseek.com",
    "https://api.deepseek.com/v1",
    "https://api.siliconflow.cn/v2",
  ]) {
    expect(read(text)).toEqual([text]);
  }
});

test("doubled /v1 becomes one and is said", () => {
  expect(read("https://gateway.example/v1/v1/")).toEqual([
    "https://gateway.example/v1",
    'The base URL of gateway.example ends with "/v1" twice: one is used',
  ]);
});

test("what is no http URL is refused", () => {
  for (const text of [
    "",
    "api.siliconflow.cn/v1",
    "localhost:8000/v1",
    "ftp://example.org",
    "file:///etc/passwd",
    "https://",
    "https:///v1",
    "https:api.openai.com",
    "https:\\\\api.openai.com\\v1",
    "https://api.open ai.com",
    "https://api.openai.com/\tv1",
    "https://api.openai.com:port",
    "sk-2f9c41d07be3",
  ]) {
    expect([text, ...read(text)]).toEqual([
      text,
      "exit 2: Cannot read the URL in --base-url: it is not a valid http:// or https:// address",
    ]);
  }
});

test("URL that may hold a key is refused and not repeated", () => {
  const key = "sk-2f9c41d07be3";
  for (const text of [
    `https://${key}@gateway.example/v1`,
    `https://user:${key}@gateway.example/v1`,
    `https://api.openai.com:${key}@evil.example/v1`,
    "https://@gateway.example/v1",
    `https://gateway.example/v1?key=${key}`,
    "https://gateway.example/v1?",
    `https://gateway.example/v1#${key}`,
    "https://gateway.example/v1#",
    `${key}`,
    `http://${key}:x/`,
  ]) {
    const [found = ""] = read(text);
    expect(found).toStartWith("exit 2: ");
    expect(found).not.toContain("2f9c41d07be3");
  }
});

test("service under http or another port is refused with the right URL", () => {
  let message = "";
  try {
    readBaseUrl("http://api.openai.com/v1", "OPENAI_BASE_URL");
  } catch (error) {
    if (error instanceof UserError) message = renderMessage(error.userMessage, "en");
  }
  expect(message).toBe(
    "The URL in OPENAI_BASE_URL reaches OpenAI without https or at another port\n" +
      "Use https://api.openai.com/v1",
  );
  expect(read("https://api.openai.com:8443/v1")[0]).toStartWith("exit 2: ");
});

test("reading a base URL again changes nothing", () => {
  const host = fc.constantFrom("gateway.example", "api.openai.com", "127.0.0.1:8000", "h.example.");
  const path = fc
    .array(fc.constantFrom("v1", "", "chat/completions", "chat", "openai", "%2e%2e"), {
      maxLength: 5,
    })
    .map((parts) => parts.join("/"));
  fc.assert(
    fc.property(host, path, (host, path) => {
      const scheme = host.startsWith("127.") ? "http" : "https";
      const first = readBaseUrl(`${scheme}://${host}/${path}`, "--base-url");
      const second = readBaseUrl(first.text, "--base-url");
      expect(second).toEqual({ ...first, warnings: [] });
      expect(first.text).not.toEndWith("/");
    }),
  );
});

test("private hosts are private addresses, local names and names without a dot", () => {
  for (const host of [
    "10.1.2.3",
    "192.168.1.20:8000",
    "172.16.0.1",
    "172.31.0.1",
    "169.254.1.1",
    "[fd00::1]:8000",
    "[fe80::1]",
    "gpu-box:8000",
    "nas.local",
  ]) {
    expect([host, isPrivateHost(host)]).toEqual([host, true]);
  }
  for (const host of ["example.org", "172.32.0.1", "8.8.8.8", "[2001:db8::1]", "10.evil.example"]) {
    expect([host, isPrivateHost(host)]).toEqual([host, false]);
  }
});
