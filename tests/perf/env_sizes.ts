import { EnvExpansionError, parse } from "../../lib/settings/dotenv/mod.ts";
import { readEnvironment } from "../../lib/settings/environment.ts";
import { UserError } from "../../lib/base/message.ts";

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

/** How long `.env` texts of growing sizes take, as the scripts read them: in ms, the best of five. */
export function perfEnvSizes(): string[] {
  return rows.flatMap(({ name, sizes, text }) =>
    sizes.map((size) => {
      const times = numbers(5).map(() => timeOf(text(size)));
      const best = Math.min(...times.map(({ parse }) => parse));
      const all = Math.min(...times.map(({ all }) => all));
      const end = times[0]?.isGivenUp ? ", given up" : "";
      return `${name.padEnd(26)} ${String(size).padStart(7)} ${best.toFixed(2).padStart(9)} ms parse ${all.toFixed(2).padStart(9)} ms settings${end}`;
    }),
  );
}

function timeOf(text: string): { parse: number; all: number; isGivenUp: boolean } {
  const bytes = new TextEncoder().encode(text);
  const options = { exported: {}, currentFolder: "/here", toolkitFolder: "/here" };
  const began = performance.now();
  const isGivenUp = throws(() => parse(text));
  const parsed = performance.now();
  throws(() => readEnvironment({ ...options, readFile: () => bytes }));
  return { parse: parsed - began, all: performance.now() - parsed, isGivenUp };
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (error instanceof EnvExpansionError || error instanceof UserError) return true;
    throw error;
  }
}

if (import.meta.main) process.stdout.write(`${perfEnvSizes().join("\n")}\n`);
