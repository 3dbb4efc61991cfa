import { join } from "node:path";
import { asArray, asObject, parseJson } from "../../lib/base/json.ts";
import type { Line, Part } from "./line.ts";

const ROOT = join(import.meta.dir, "../..");
const MEBIBYTE = 1024 * 1024;

/** What a long stream took: in bytes of memory. */
interface Memory {
  /** For each event, while it came. */
  readonly anEvent: number;
  readonly peak: number;
}

/** A stream that goes on and on. `before`: a checkout whose code reads it beside. */
export function length({ before }: { readonly before?: string | undefined } = {}): Part {
  const roots = [
    ["ours", ROOT] as const,
    ...(before === undefined ? [] : [["before", before] as const]),
  ];
  return {
    name: "length",
    about:
      "a stream of 10 million events in an hour on a simulated clock, read as `bench` reads it, in a process of its own: the memory that it holds",
    async measure({ quick }) {
      const events = quick ? 1_000_000 : 10_000_000;
      const found = roots.map((): Memory[] => []);
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        for (const [place, [, root]] of roots.entries())
          found[place]?.push(await run(root, events));
      }
      return roots.flatMap(([name], place): Line[] => {
        const memory = found[place] ?? [];
        const goal = name === "ours" ? { goal: { atMost: 5 } } : {};
        const perEvent = memory.map(({ anEvent }) => anEvent);
        const peaks = memory.map(({ peak }) => peak / MEBIBYTE);
        return [
          {
            what: `memory for each event that came, ${name}`,
            unit: "B",
            values: perEvent,
            ...goal,
          },
          { what: `most memory, ${name}`, unit: "MiB", values: peaks },
        ];
      });
    },
  };
}

async function run(root: string, events: number): Promise<Memory> {
  const script = join(import.meta.dir, "length/long_stream.ts");
  await using child = Bun.spawn([process.execPath, script, root, String(events)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const printed = asObject(parseJson(await new Response(child.stdout).text()));
  const held = asArray(printed?.["held"]).map(Number);
  const [first = Number.NaN] = held;
  const last = held.at(-1) ?? Number.NaN;
  return { anEvent: (last - first) / (0.9 * events), peak: Number(printed?.["peak"]) };
}
