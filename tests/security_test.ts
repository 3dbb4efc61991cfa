import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BREAKS } from "./long/promises/breaks.ts";
import { promisesIn } from "./long/promises/promises.ts";
import { root } from "./support/doc_examples.ts";

const text = readFileSync(join(root, "SECURITY.md"), "utf8");
const promises = promisesIn(text);

test("every promise in SECURITY.md has a test that there is", () => {
  expect(promises.length).toBeGreaterThan(30);
  // Every promise is a line with a dash, up to what is not promised.
  const [promised = ""] = text.split("## What is not promised");
  expect(promised.match(/^- /gm)).toHaveLength(promises.length);
  for (const { file, name } of promises) {
    expect(existsSync(join(root, file)), file).toBe(true);
    const source = readFileSync(join(root, file), "utf8");
    expect(source.includes(`"${name}"`), `${file}: ${name}`).toBe(true);
  }
});

test("every promise can be broken, at a place that there is", () => {
  expect(Object.keys(BREAKS).toSorted()).toEqual(promises.map(({ name }) => name).toSorted());
  for (const [name, { file, before, after }] of Object.entries(BREAKS)) {
    expect(readFileSync(join(root, file), "utf8").split(before), name).toHaveLength(2);
    expect(after).not.toBe(before);
  }
});

test("README and CONTRIBUTING lead to SECURITY.md", () => {
  for (const name of ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"]) {
    const leads = readFileSync(join(root, name), "utf8").includes("](SECURITY.md)");
    expect([name, leads]).toEqual([name, true]);
  }
});
