import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import type { Line, Part } from "./line.ts";

/** What `bun run perf` found out, where and when: its JSON. */
export interface Results {
  /** `2026-01-31`. */
  readonly date: string;
  /** Processor, cores, memory, system. */
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The load in the minute before the first part. */
  readonly load: number;
  readonly parts: readonly PartResults[];
}

/** The lines of a part, each with its figure. */
export interface PartResults {
  readonly name: string;
  readonly about: string;
  /** In seconds. */
  readonly took: number;
  readonly lines: readonly LineResults[];
}

/** A line with what its rounds come to. */
export interface LineResults extends Line {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Whether the median is as it is wanted; `null` where nothing is wanted. */
  readonly met: boolean | null;
}

/** Measures parts, one after the other. */
export async function measureParts(
  parts: readonly Part[],
  { quick, onPart }: { readonly quick: boolean; readonly onPart: (results: PartResults) => void },
): Promise<Results> {
  const [load = Number.NaN] = loadavg();
  const measured: PartResults[] = [];
  for (const { name, about, measure } of parts) {
    const began = performance.now();
    const lines = (await measure({ quick })).map(withFigures);
    const results = { name, about, took: (performance.now() - began) / 1000, lines };
    measured.push(results);
    onPart(results);
  }
  const { model = "unknown processor" } = cpus()[0] ?? {};
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${model.trim()}, ${cpus().length} cores, ${memory} GiB, ${type()} ${release()}`,
    versions: { streamgauge: ownVersion(), bun: Bun.version },
    load,
    parts: measured,
  };
}

/** The median of the rounds, their range, and whether the goal is met. */
export function withFigures(line: Line): LineResults {
  const sorted = line.values.toSorted((a, b) => a - b);
  const [low = Number.NaN] = sorted;
  const high = sorted.at(-1) ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const [below = Number.NaN, above = Number.NaN] = [Math.floor(middle), Math.ceil(middle)].map(
    (at) => sorted[at],
  );
  const median = (below + above) / 2;
  return { ...line, median, low, high, met: isMet(median, line.goal) };
}

function isMet(median: number, goal: Line["goal"]): boolean | null {
  if (goal === undefined) return null;
  return "atMost" in goal ? median <= goal.atMost : median >= goal.atLeast;
}

function ownVersion(): string {
  const path = new URL("../../package.json", import.meta.url);
  return String((JSON.parse(readFileSync(path, "utf8")) as { version: unknown }).version);
}
