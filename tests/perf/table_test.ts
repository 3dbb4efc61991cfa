import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { withSection } from "../support/page_section.ts";
import { type Results, withFigures } from "./results.ts";
import { markdown, plainPart } from "./table.ts";

const results: Results = {
  date: "2026-01-31",
  machine: "a processor, 2 cores, 8 GiB, an OS 1",
  versions: { streamgauge: "0.1.0", bun: "1.4.5" },
  load: 0.1,
  parts: [
    {
      name: "reading",
      about: "a stream is read, the floor reads it, too",
      took: 12,
      lines: [
        { what: "ours", unit: "x floor", values: [1.5, 1.25, 1.3], goal: { atMost: 1.4 } },
        {
          what: "of a file",
          unit: "MB/s",
          values: [90, 80],
          goal: { atLeast: 100 },
          heldBy: "JSON.parse takes most of it.",
        },
        { what: "a peer", unit: "x floor", values: [2] },
      ].map(withFigures),
    },
  ],
};

test("the table shows median, range and goal of each line", () => {
  const [reading] = results.parts;
  expect(plainPart(reading!)).toBe(`reading: a stream is read, the floor reads it, too (12 s)
                   median   low to high    goal
  ours       1.30 x floor  1.25 to 1.50  ≤ 1.40  yes
  of a file     85.0 MB/s  80.0 to 90.0   ≥ 100  no
  a peer     2.00 x floor     one round
`);
});

test("the page says where and when, and what holds a missed goal", () => {
  const page = markdown(results);
  expect(page).toContain(
    "2026-01-31, a processor, 2 cores, 8 GiB, an OS 1; streamgauge 0.1.0, bun 1.4.5. Load in the minute before: 0.10.",
  );
  expect(page).toContain("| ours | 1.30 x floor | 1.25 to 1.50 | ≤ 1.40 | yes |");
  expect(page).toContain("of a file: JSON.parse takes most of it.");
});

test("PERFORMANCE.md has the place where what was measured is written", () => {
  const path = new URL("../../PERFORMANCE.md", import.meta.url);
  const page = withSection(readFileSync(path, "utf8"), markdown(results), "perf");
  expect(page).toContain("| a peer | 2.00 x floor | one round |  |  |");
  expect(withSection(page, markdown(results), "perf")).toBe(page);
});
