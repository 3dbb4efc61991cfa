/**
 * How often `compare` is wrong, and how often it finds what is there, on simulated runs: `bun run long:compare`. It takes
 * a minute, so it is not in the gate. Exits with 1 when more than 7 % of the comparisons of equals call anything
 * different, or real runs are called what they are not.
 *
 * A run has 50 requests in a closed loop of 4, each of 100 tokens; TTFT is log-normal with a spread of 20 %, TPOT with
 * one of 5 %. The run effect multiplies all times of a run: what differs from run to run, and is no difference.
 */
import { fileURLToPath } from "node:url";
import { type Random, seededRandom } from "../../lib/base/random.ts";
import { type ComparedRun, statisticsOf } from "../../lib/measure/compared_run.ts";
import { compareRuns } from "../../lib/measure/comparison.ts";
import { startSimulatedProcess } from "../../lib/load/workers/simulated_process.ts";
import { pValue, spreadOf, welch } from "../../lib/measure/difference.ts";
import { distributionOf } from "../../lib/measure/distribution.ts";
import { temporaryFolder } from "../support/folder.ts";

const SEED = { seed: 1, stamp: false };
const TRIALS = 1000;
const MOST_ALARMS = 0.07;
const REQUESTS = 50;
const TOKENS = 100;
const CONCURRENCY = 4;
const SHIFTS = [0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.2];
const COUNTS = [3, 5, 8, 10, 20];
const RUN_EFFECTS = [0, 0.02];

const random = seededRandom(20_260);

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

interface Simulated {
  readonly runEffect: number;
  /** All times are longer by so much. */
  readonly shift: number;
  readonly failing: number;
}

/** A run with its requests, which a comparison must not take for samples. */
interface SimulatedRun extends ComparedRun {
  /** Logarithms. */
  readonly ttfts: readonly number[];
  readonly tpots: readonly number[];
}

function simulatedRun({ runEffect, shift, failing }: Simulated): SimulatedRun {
  const slower = (1 + shift) * Math.exp(runEffect * normal(random));
  const ttft: number[] = [];
  const tpot: number[] = [];
  const e2e: number[] = [];
  let busy = 0;
  for (let i = 0; i < REQUESTS; i++) {
    const first = 200_000 * slower * Math.exp(0.2 * normal(random));
    const each = 12_500 * slower * Math.exp(0.05 * normal(random));
    const last = first + (TOKENS - 1) * each;
    ttft.push(Math.round(first));
    tpot.push(each);
    e2e.push(Math.round(last));
    busy += last;
  }
  const outputRate = (REQUESTS * TOKENS * 1e6) / (busy / CONCURRENCY);
  const distributions = {
    ttft: distributionOf(ttft),
    tpot: distributionOf(tpot),
    e2e: distributionOf(e2e),
    outputRate,
  };
  const failed = Array.from({ length: REQUESTS }, random).filter((u) => u < failing).length;
  const [ttfts, tpots] = [ttft, tpot].map((times) => times.map(Math.log)) as [number[], number[]];
  return {
    statistics: statisticsOf(distributions),
    requests: REQUESTS,
    failed,
    pair: null,
    ttfts,
    tpots,
  };
}

function simulatedRuns(count: number, options: Simulated): SimulatedRun[] {
  return Array.from({ length: count }, () => simulatedRun(options));
}

const print = (line = ""): void => void process.stdout.write(`${line}\n`);
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

/** How many of the trials have it. */
function shareOf(trials: number, holds: () => boolean): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (holds()) count++;
  return count / trials;
}

print(
  `False alarms: of ${TRIALS} comparisons of equals, 5 + 5 runs, so many call something different`,
);
for (const runEffect of RUN_EFFECTS) {
  for (const paired of [false, true]) {
    let inErrors = 0;
    const share = shareOf(TRIALS, () => {
      const sides = { runEffect, shift: 0, failing: 0.02 };
      const [a, b] = [simulatedRuns(5, sides), simulatedRuns(5, sides)];
      const { metrics, errors } = compareRuns(a, b, { paired });
      if (errors.verdict === "more" || errors.verdict === "fewer") inErrors++;
      return metrics.some(({ verdict }) => verdict.kind === "higher" || verdict.kind === "lower");
    });
    print(
      `  run effect ${percent(runEffect)}, ${paired ? "paired t" : "Welch"}: ${percent(share)}; ` +
        `share of failed requests (2 %): ${percent(inErrors / TRIALS)}`,
    );
    if (share > MOST_ALARMS) process.exitCode = 1;
  }
}

print();
print("The same with each request as a sample of its own, in Welch's test: TTFT, TPOT");
for (const runEffect of RUN_EFFECTS) {
  const found = { ttfts: 0, tpots: 0 };
  for (let trial = 0; trial < TRIALS; trial++) {
    const sides = { runEffect, shift: 0, failing: 0 };
    const [a, b] = [simulatedRuns(5, sides), simulatedRuns(5, sides)];
    for (const name of ["ttfts", "tpots"] as const) {
      const [one, other] = [a, b].map((runs) => spreadOf(runs.flatMap((run) => run[name])));
      if (pValue(welch(one!, other!)) <= 0.05) found[name]++;
    }
  }
  const { ttfts, tpots } = found;
  print(
    `  run effect ${percent(runEffect)}: ${percent(ttfts / TRIALS)}, ${percent(tpots / TRIALS)}`,
  );
}

for (const runEffect of RUN_EFFECTS) {
  print();
  print(`TTFT called slower, of ${TRIALS} comparisons; run effect ${percent(runEffect)}`);
  print(`| slower by | ${COUNTS.map((count) => `${count} + ${count}`).join(" | ")} |`);
  print(`| --- |${COUNTS.map(() => " --- |").join("")}`);
  for (const shift of SHIFTS) {
    const cells = COUNTS.map((count) =>
      percent(
        shareOf(TRIALS, () => {
          const a = simulatedRuns(count, { runEffect, shift: 0, failing: 0 });
          const b = simulatedRuns(count, { runEffect, shift, failing: 0 });
          return compareRuns(a, b).metrics[0]?.verdict.kind === "higher";
        }),
      ),
    );
    print(`| ${percent(shift)} | ${cells.join(" | ")} |`);
  }
}

print();
print(
  "Real runs against simulated endpoints, 5 + 5 of 20 requests: TTFT 100 ms twice, then 120 ms",
);
using folder = temporaryFolder();
await using quick = await startSimulatedProcess("ttft=100ms,tps=100,tokens=20,jitter=0.1", SEED);
await using slow = await startSimulatedProcess("ttft=120ms,tps=100,tokens=20,jitter=0.1", SEED);
for (const [name, { baseUrl }] of [
  ["one", quick],
  ["other", quick],
  ["slow", slow],
] as const) {
  const load = "--model m --requests 20 --concurrency 4 --repeat 5 --lang en".split(" ");
  await run(["bench", "--base-url", baseUrl, ...load, "--out", `${name}.json`]);
}
const same = await run(["compare", "one.json", "--against", "other.json", "--fail-above", "5%"]);
const slower = await run(["compare", "one.json", "--against", "slow.json", "--fail-above", "5%"]);
print(`${same.stdout}exit code ${same.exitCode}\n\n${slower.stdout}exit code ${slower.exitCode}`);
if (same.exitCode !== 0 || slower.exitCode !== 7) process.exitCode = 1;

/** Runs a verb in the folder. */
async function run([verb = "", ...args]: readonly string[]) {
  const script = fileURLToPath(new URL(`../../scripts/${verb}.ts`, import.meta.url));
  const child = Bun.spawn([process.execPath, script, ...args], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const stdout = await new Response(child.stdout).text();
  return { exitCode: await child.exited, stdout };
}
