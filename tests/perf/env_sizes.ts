import { EnvExpansionError, parse } from "../../lib/settings/dotenv/mod.ts";
import { readEnvironment } from "../../lib/settings/environment.ts";
import { UserError } from "../../lib/base/message.ts";
import type { Part } from "./line.ts";

/** A kind of `.env` text, and its sizes: `text` makes one. */
interface Row {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly text: (size: number) => string;
}

const numbers = (count: number): number[] => [...Array(count).keys()];

const rows: readonly Row[] = [
  {
    name: "lines that double",
    sizes: [10, 15, 19, 20, 40],
    text: (size) =>
      numbers(size)
        .map((n) => (n === 0 ? "A0=x" : `A${n}=$A${n - 1}$A${n - 1}`))
        .join("\n"),
  },
  {
    name: "references in a line",
    sizes: [500, 5000, 50_000],
    text: (size) => `A=x\nB=${"$A".repeat(size)}`,
  },
  {
    name: "nested defaults",
    sizes: [10, 100, 1000, 10_000],
    text: (size) => `A=${"${B:-".repeat(size)}x${"}".repeat(size)}`,
  },
  {
    name: "variables in all circles",
    sizes: [2, 5, 10, 20],
    text: (size) => {
      const all = numbers(size).map((n) => `A${n}`);
      return all.map((name) => `${name}=${all.map((other) => `$${other}`).join("")}`).join("\n");
    },
  },
  {
    name: "lines",
    sizes: [120, 1200, 12_000],
    text: (size) =>
      numbers(size)
        .map((n) => `NAME_${n}='${n}'`)
        .join("\n"),
  },
  {
    name: "blanks in a value",
    sizes: [2500, 25_000, 250_000],
    text: (size) => `A=x${" ".repeat(size)}x`,
  },
];

/** How long `.env` texts of the greatest sizes take, as the scripts read them. */
export const envSizes: Part = {
  name: "env-sizes",
  about:
    "hostile `.env` texts at their greatest size, parsed and read as settings; some are given up, as they should be",
  async measure({ quick }) {
    return rows.map(({ name, sizes, text }) => {
      const size = sizes.at(-1) ?? 0;
      const values = numbers(quick ? 1 : 5).map(() => timeOf(text(size)));
      return { what: `${size} ${name}`, unit: "ms", values, goal: { atMost: 100 } };
    });
  },
};

function timeOf(text: string): number {
  const bytes = new TextEncoder().encode(text);
  const options = { exported: {}, currentFolder: "/here", toolkitFolder: "/here" };
  const began = performance.now();
  survive(() => parse(text));
  survive(() => readEnvironment({ ...options, readFile: () => bytes }));
  return performance.now() - began;
}

/** What doubles without end is given up with one of two errors. */
function survive(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof EnvExpansionError || error instanceof UserError)) throw error;
  }
}
