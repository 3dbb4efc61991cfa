import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md"]) {
  test(`every file that ${page} names is there`, () => {
    const text = readFileSync(join(root, page), "utf8");
    const named = [...text.matchAll(/`([\w./-]+\/[\w./-]*\.(?:ts|mjs|md|sh))`/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.length).toBeGreaterThan(5);
    const missing = named.filter(
      (path) => !["", "lib"].some((room) => existsSync(join(root, room, path))),
    );
    expect(missing).toEqual([]);
  });
}
