import { expect, test } from "bun:test";
import { format, inspect } from "node:util";
import { Secret } from "../../lib/base/secret.ts";

const TEXT = "sk-2f9c41d07be3";
const secret = new Secret(TEXT);

test("secret gives its text only when asked to reveal it", () => {
  expect(secret.reveal()).toBe(TEXT);
});

test("secret shows only a mask in strings and JSON", () => {
  expect(`${secret}`).toBe("[key]");
  expect(String(secret)).toBe("[key]");
  expect("Bearer ".concat(secret as unknown as string)).toBe("Bearer [key]");
  expect(JSON.stringify({ headers: [secret] })).toBe('{"headers":["[key]"]}');
});

test("secret shows nothing of its text in any way of inspecting it", () => {
  const holder = { request: { key: secret }, list: [secret], map: new Map([["key", secret]]) };
  const shown = [
    Bun.inspect(secret),
    Bun.inspect(holder, { depth: 10 }),
    inspect(holder, { depth: 10, showHidden: true, getters: true }),
    inspect(secret, { customInspect: false, showHidden: true }),
    format("%s %o %O %j %d", secret, secret, secret, secret, secret),
    Object.keys(secret).join(),
    Object.getOwnPropertyNames(secret).join(),
    JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    Bun.inspect(structuredClone({ ...secret })),
    Bun.inspect.table([{ secret }]),
    String(new Error("failed", { cause: secret }).cause),
    Bun.inspect(new Error("failed", { cause: secret })),
  ].join("\n");
  expect(shown).toContain("[key]");
  expect(shown).not.toContain(TEXT);
  expect(shown).not.toContain("2f9c");
});

test("secret shows nothing of its text on the console", async () => {
  const program = `
    const { Secret } = await import(${JSON.stringify(import.meta.resolve("../../lib/base/secret.ts"))});
    const secret = new Secret(["sk-2f9c", "41d07be3"].join(""));
    console.log(secret, { secret }, [secret]);
    console.error(secret);
    console.dir({ secret }, { depth: 10 });
    console.table([{ secret }]);
    throw Object.assign(new Error("failed"), { secret });
  `;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(out).toContain("[key]");
  expect(err).toContain("failed");
  expect(out + err).not.toContain(TEXT);
});
