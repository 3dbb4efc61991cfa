import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { parseArguments } from "../lib/command/arguments.ts";
import type { Command } from "../lib/command/declaration.ts";
import { verbs } from "../lib/verbs.ts";
import { root } from "./support/doc_examples.ts";

function read(name: string): string {
  return readFileSync(join(root, "deploy", name), "utf8");
}

/** The command lines in a parsed file, wherever they stand. */
function commandLines(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) {
    return Object.hasOwn(verbs, value[0] ?? "") ? [value] : [];
  }
  return Object.values(value).flatMap(commandLines);
}

test.each(["compose.yaml", "kubernetes.yaml"])(
  "%s is YAML, and its commands are right",
  async (name) => {
    const lines = commandLines(Bun.YAML.parse(read(name)));
    expect(lines.map(([verb]) => verb)).toEqual(expect.arrayContaining(["worker", "bench"]));
    for (const [verb = "", ...args] of lines) {
      const loaded = await verbs[verb]?.();
      expect(() => parseArguments(loaded?.command as Command, args)).not.toThrow();
    }
  },
);

test("the Dockerfile has the Bun of the manifest, and what it copies is there", () => {
  const text = read("Dockerfile");
  expect(text).toContain(`FROM oven/bun:${manifest.engines.bun}`);
  const copied = [...text.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = ""]) =>
    names.split(" "),
  );
  expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  const sent = readFileSync(join(root, ".dockerignore"), "utf8");
  expect(copied.filter((name) => !sent.includes(`!${name}\n`))).toEqual([]);
});
