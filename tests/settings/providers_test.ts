import { expect, test } from "bun:test";
import {
  isLoopback,
  providerNamed,
  providerOfVariable,
  PROVIDERS,
  tableEntry,
} from "../../lib/settings/providers.ts";

function entry(url: string): string {
  const found = tableEntry(new URL(url));
  return found.kind === "other" ? "other" : `${found.kind}: ${found.provider.name}`;
}

test("the first provider is SiliconFlow, with its model", () => {
  expect(PROVIDERS[0]).toMatchObject({
    name: "siliconflow",
    baseUrl: "https://api.siliconflow.cn/v1",
    keyVariable: "SILICONFLOW_API_KEY",
    defaultModel: "Qwen/Qwen2.5-7B-Instruct",
  });
});

test("names, hosts and key variables of providers are each used once", () => {
  for (const values of [
    PROVIDERS.map((provider) => provider.name),
    PROVIDERS.map((provider) => new URL(provider.baseUrl).host),
    PROVIDERS.flatMap((provider) => provider.keyVariable ?? []),
  ]) {
    expect(new Set(values).size).toBe(values.length);
  }
});

test("a local provider is on loopback without a key, any other on https with a key and a page for it", () => {
  for (const { name, baseUrl, local, keyVariable, keyPage } of PROVIDERS) {
    const url = new URL(baseUrl);
    expect([name, isLoopback(url)]).toEqual([name, local]);
    expect([name, url.protocol]).toEqual([name, local ? "http:" : "https:"]);
    expect([name, keyVariable === null]).toEqual([name, local]);
    expect([name, keyPage === null]).toEqual([name, local]);
    expect([name, baseUrl.endsWith("/")]).toEqual([name, false]);
  }
});

test("every key variable stands in .env.example, and none is filled in", async () => {
  const example = await Bun.file(new URL("../../.env.example", import.meta.url)).text();
  const names = [...PROVIDERS.flatMap(({ keyVariable }) => keyVariable ?? []), "OPENAI_BASE_URL"];
  const assignments = example.split("\n").flatMap((line) => /^(?:# )?(\w+)=(.*)$/.exec(line) ?? []);
  for (const name of names) expect(assignments).toContain(name);
  expect(example.match(/^(?:# )?[A-Z_]+=.+$/gm)).toBeNull();
  expect(example.match(/^\w+=/m)?.[0]).toBe("SILICONFLOW_API_KEY=");
});

test("providers are found by name in any letter case and by variable", () => {
  expect(providerNamed("OpenAI")?.keyVariable).toBe("OPENAI_API_KEY");
  expect(providerNamed("")).toBeNull();
  expect(providerOfVariable("GROQ_API_KEY")?.name).toBe("groq");
  expect(providerOfVariable("toString")).toBeNull();
});

test("a host of the table is known in every way of writing it", () => {
  for (const url of [
    "https://api.siliconflow.cn/v1",
    "https://API.SiliconFlow.CN",
    "https://api.siliconflow.cn./v1",
    "https://api.siliconflow.cn:443/v1",
    "https://ａｐｉ.siliconflow.cn/v1",
    "https://api.siliconflow.cn/anything",
  ]) {
    expect([url, entry(url)]).toEqual([url, "row: siliconflow"]);
  }
  for (const url of ["http://127.0.0.1:11434", "http://localhost:11434/v1", "http://[::1]:11434"]) {
    expect([url, entry(url)]).toEqual([url, "row: ollama"]);
  }
});

test("a host that only looks like one of the table is another host", () => {
  for (const url of [
    "https://api.siliconflow.cn.evil.example/v1",
    "https://evil-api.siliconflow.cn/v1",
    "https://siliconflow.cn/v1",
    "https://api.siliconflow.cn@evil.example/v1",
    "https://evil.example/https://api.siliconflow.cn/v1",
    "https://api.siliconfl0w.cn/v1",
    "https://api.siliсonflow.cn/v1", // Cyrillic с
    "https://api-siliconflow.cn/v1",
    "http://127.0.0.1:9999/v1",
    "https://127.0.0.1:11434/v1",
    "http://10.0.0.1:11434/v1",
  ]) {
    expect([url, entry(url)]).toEqual([url, "other"]);
  }
});

test("a service's host under http or another port is the wrong door", () => {
  for (const url of [
    "http://api.openai.com/v1",
    "http://api.openai.com:443/v1",
    "https://api.openai.com:8443/v1",
    "http://API.openai.com./v1",
  ]) {
    expect([url, entry(url)]).toEqual([url, "wrong door: openai"]);
  }
});

test("loopback is localhost, 127.0.0.0/8 and ::1 in every way of writing them", () => {
  const answers = Object.fromEntries(
    [
      "http://localhost",
      "http://LOCALHOST.:8000",
      "http://127.0.0.1",
      "http://127.1",
      "http://127.8.9.10",
      "http://2130706433",
      "http://[0:0:0:0:0:0:0:1]",
      "http://localhost.example.org",
      "http://127.0.0.1.example.org",
      "http://128.0.0.1",
      "http://[::2]",
    ].map((url) => [url, isLoopback(new URL(url))]),
  );
  expect(answers).toEqual({
    "http://localhost": true,
    "http://LOCALHOST.:8000": true,
    "http://127.0.0.1": true,
    "http://127.1": true,
    "http://127.8.9.10": true,
    "http://2130706433": true,
    "http://[0:0:0:0:0:0:0:1]": true,
    "http://localhost.example.org": false,
    "http://127.0.0.1.example.org": false,
    "http://128.0.0.1": false,
    "http://[::2]": false,
  });
});
