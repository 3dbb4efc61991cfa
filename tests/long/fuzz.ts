/**
 * Random input for all that reads what comes from outside:
 *
 *     bun run fuzz [--runs N] [--seed N] [--only NAME] [--longest SECONDS]
 *
 * `--runs` is the number of inputs over all targets, or for the one that is named; by default 1 000 000, which takes some
 * minutes. Each target has a process of its own, which may neither crash nor hang nor keep what it read. An input that
 * fails is shrunk and printed with its seed. Exits with 1 when one did.
 */
import { parseArgs } from "node:util";
import { TARGETS } from "../support/fuzz/targets.ts";
import { mebibytes, tryTarget } from "./fuzz/parent.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Math.floor(Date.now() / 1000)) },
    only: { type: "string" },
    longest: { type: "string", default: "60" },
  },
});
const [runs, seed, longest] = [values.runs, values.seed, values.longest].map((text) => {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${text} is no whole number above 0`);
  return Number(text);
}) as [number, number, number];

const shares =
  values.only === undefined
    ? TARGETS.map(({ name, share }) => ({ name, runs: Math.ceil((runs * share) / 1000) }))
    : [{ name: values.only, runs }];
say(`seed ${seed}`);
const began = performance.now();
let [total, problems] = [0, 0];
for (const { name, runs } of shares) {
  const { rate, kept, peak, problem } = await tryTarget(name, {
    seed,
    runs,
    longest: longest * 1000,
  });
  total += runs;
  if (problem === null) {
    const memory = `${mebibytes(kept)} kept, ${mebibytes(peak)} at most`;
    say(`${name.padEnd(12)} ${String(runs).padStart(8)} inputs, ${rate.toFixed(0)}/s, ${memory}`);
  } else {
    problems++;
    say(`${name} FAILED\n${problem.replaceAll(/^/gm, "    ")}`);
  }
}
const seconds = (performance.now() - began) / 1000;
say(
  `${total} inputs in ${seconds.toFixed(0)} s, ${(total / seconds).toFixed(0)}/s; targets that failed: ${problems}`,
);
if (problems > 0) process.exitCode = 1;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
