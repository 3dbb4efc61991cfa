import { expect, test } from "bun:test";
import { Secret } from "../../lib/base/secret.ts";
import { Environment, type Setting } from "../../lib/settings/environment.ts";
import { ownKey } from "../../lib/worker/own_key.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";

function environmentOf(values: Readonly<Record<string, string>>): Environment {
  const settings = Object.entries(values).map(([name, text]): [string, Setting] => [
    name,
    {
      name,
      value: new Secret(text),
      source: { kind: "exported" },
      literal: true,
      cutAtHash: false,
      holdsDollar: false,
      quoteFault: null,
      line: null,
    },
  ]);
  return new Environment([new Map(settings)]);
}

test("a bench cannot have a worker send its key elsewhere", () => {
  const environment = environmentOf({
    MY_KEY: KEY,
    OPENAI_API_KEY: `${KEY}-openai`,
    OPENAI_BASE_URL: "http://10.0.0.8:8000/v1",
    DEEPSEEK_API_KEY: `${KEY}-deepseek`,
  });
  const flags = { baseUrl: "http://10.0.0.9:8000/v1", keyEnv: "MY_KEY" };
  const keyTo = (baseUrl: string) =>
    ownKey({ baseUrl, api: "chat" }, { flags, environment })?.reveal() ?? null;
  expect(keyTo("http://10.0.0.9:8000/v1")).toBe(KEY);
  expect(keyTo("http://10.0.0.8:8000/v1")).toBe(`${KEY}-openai`);
  expect(keyTo("https://api.deepseek.com/v1")).toBe(`${KEY}-deepseek`);
  for (const elsewhere of [
    "http://10.0.0.9:8001/v1",
    "https://10.0.0.9:8000/v1",
    "http://10.0.0.99:8000/v1",
    "https://api.deepseek.com.example/v1",
  ]) {
    expect([elsewhere, keyTo(elsewhere)]).toEqual([elsewhere, null]);
  }
  for (const crooked of [
    "http://10.0.0.9:8000@example.org/v1",
    "http://example.org\\@10.0.0.9:8000/v1",
    "http://10.0.0.9:8000",
    "file:///etc/passwd",
  ]) {
    expect(() => keyTo(crooked)).toThrow();
  }
});

test("a service's key that a worker lacks is an error that names its variable", () => {
  const environment = environmentOf({});
  const asked = { baseUrl: "https://api.deepseek.com/v1", api: "chat" as const };
  expect(() => ownKey(asked, { flags: {}, environment })).toThrow("DEEPSEEK_API_KEY");
});
