import { fileURLToPath } from "node:url";
import type { Line, Part } from "../line.ts";
import { bare, bench, type Figures, run } from "./reader.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Many streams of 50 chunks a second from a server that notes what it wrote when: how far off a reader's p99 is, what CPU
 * a chunk costs it, how much memory it takes. `before`: a checkout whose `bench` is measured beside.
 */
export function manyStreams({ before }: { readonly before?: string | undefined } = {}): Part {
  return {
    name: "many-streams",
    about:
      "streams of 50 chunks a second from a server on Node that notes its own writes; p99 against the truth, CPU and memory of the reader",
    async measure({ quick }) {
      const readers = [bench(ROOT, "bench"), bare];
      if (before !== undefined) readers.push(bench(before, "bench, before"));
      const lines: Line[] = [];
      for (const streams of quick ? [20] : [100, 250, 500, 1000]) {
        const figures = new Map(readers.map(({ name }) => [name, [] as Figures[]]));
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          for (let turn = 0; turn < readers.length; turn++) {
            const reader = readers[(turn + round) % readers.length] ?? bare;
            figures.get(reader.name)?.push(await run(reader, streams));
          }
        }
        for (const { name } of readers) lines.push(...linesOf(name, streams, figures));
      }
      return lines;
    },
  };
}

/** What holds a figure that is not as wanted. */
const HELD = {
  ttft: "All streams begin at one moment, and a request costs twice a bare `fetch`; of those that are answered at once, the last ones wait.",
  itl: "Where the bare loop is off by tenths of a percent, so is this, in both directions; beyond, it is the CPU that a chunk costs.",
  cpu: "A chunk costs `TextDecoderStream`, the splitter, the checks that it is plain and the timeline (see parsing); a process more is 0.2 s, which counts for short runs.",
} as const;
const HELD_MEMORY =
  "The process that sends has 110 to 150 MiB of streams and garbage; the one that reports 20, and the program itself 45.";

function linesOf(name: string, streams: number, all: ReadonlyMap<string, Figures[]>): Line[] {
  const own = all.get(name) ?? [];
  const floor = all.get(bare.name) ?? [];
  const isOurs = name === "bench";
  const at = `${name}, ${streams} streams`;
  const times = (most: number, key: keyof typeof HELD): Pick<Line, "goal" | "heldBy"> =>
    isOurs
      ? { goal: { atMost: most * median(floor.map((one) => one[key])) }, heldBy: HELD[key] }
      : {};
  return [
    {
      what: `TTFT p99 off, ${at}`,
      unit: "%",
      values: own.map(({ ttft }) => ttft),
      ...times(1.3, "ttft"),
    },
    {
      what: `ITL p99 off, ${at}`,
      unit: "%",
      values: own.map(({ itl }) => itl),
      ...times(1.3, "itl"),
    },
    {
      what: `CPU a chunk, ${at}`,
      unit: "us",
      values: own.map(({ cpu }) => cpu),
      ...times(1.5, "cpu"),
    },
    {
      what: `memory, ${at}`,
      unit: "MiB",
      values: own.map(({ memory }) => memory),
      ...(isOurs && streams === 1000 ? { goal: { atMost: 180 }, heldBy: HELD_MEMORY } : {}),
    },
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
