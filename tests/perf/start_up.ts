import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import type { Line, Part } from "./line.ts";

const VERBS = ["ask", "bench", "compare", "doctor", "replay", "report", "serve"] as const;
const ROOT = join(import.meta.dir, "../..");
const EMPTY = [join(import.meta.dir, "start_up/empty.ts")];
const LIBRARIES = [join(import.meta.dir, "start_up/libraries.ts")];

/** How long a command takes to its first output: of its process, from the outside. */
export const startUp: Part = {
  name: "start-up",
  about:
    "from the start of a process to its first output: `--help` against a script that loads citty and picocolors; `ask --demo` behind an empty script, without the time in which the recorded endpoint kept silent",
  async measure({ quick }) {
    const rounds = quick ? 2 : 15;
    const silent = silenceOfDemo();
    const helps = VERBS.map((): number[] => []);
    const demo: number[] = [];
    // The first run of each reads its files from the disk.
    for (let round = -1; round < rounds; round++) {
      for (const [place, verb] of VERBS.entries()) {
        const floor = await firstOutput(LIBRARIES);
        const ratio = (await firstOutput([join(ROOT, `scripts/${verb}.ts`), "--help"])) / floor;
        if (round >= 0) helps[place]?.push(ratio);
      }
      const empty = await firstOutput(EMPTY);
      const asked = await firstOutput([join(ROOT, "scripts/ask.ts"), "--demo"]);
      if (round >= 0) demo.push(asked - empty - silent);
    }
    const lines = VERBS.map((verb, place): Line => ({
      what: `${verb} --help`,
      unit: "x citty and picocolors",
      values: helps[place] ?? [],
      goal: { atMost: 2 },
    }));
    return [
      ...lines,
      {
        what: "ask --demo, behind an empty script",
        unit: "ms",
        values: demo,
        goal: { atMost: 60 },
        heldBy:
          "a server in the same process: loading `node:http`, listening and the first request take 20 ms, `process.stdout` ten.",
      },
    ];
  },
};

/** In ms: until the demo's endpoint says its first word. */
function silenceOfDemo(): number {
  const name = "demo.sse";
  const bytes = readFileSync(join(ROOT, "lib/server", name));
  const { pieces } = decodeTranscript(bytes, { name });
  return (pieces.find(({ text }) => /"content":"[^"]/.test(text))?.at ?? Number.NaN) / 1000;
}

async function firstOutput(command: readonly string[]): Promise<number> {
  const began = performance.now();
  await using child = Bun.spawn([process.execPath, ...command], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  await child.stdout.getReader().read();
  const took = performance.now() - began;
  child.kill();
  await child.exited;
  return took;
}
