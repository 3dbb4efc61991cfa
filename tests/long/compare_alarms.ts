/**
 * How often `compare` is wrong, and how often it finds what is there, on simulated runs: `bun run long:compare`. It takes
 * a minute, so it is not in the gate. Exits with 1 when more than 7 % of the comparisons of equals call anything
 * different.
 *
 * A run has 50 requests in a closed loop of 4, each of 100 tokens; TTFT is log-normal with a spread of 20 %, TPOT with
 * one of 5 %. The run effect multiplies all times of a run: what differs from run to run, and is no difference.
 */
import { type Random, seededRandom } from "../../lib/base/random.ts";
import { type ComparedRun, statisticsOf } from "../../lib/measure/compared_run.ts";
import { compareRuns } from "../../lib/measure/comparison.ts";
import { distributionOf } from "../../lib/measure/distribution.ts";

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

function simulatedRun({ runEffect, shift, failing }: Simulated): ComparedRun {
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
  return { statistics: statisticsOf(distributions), requests: REQUESTS, failed, pair: null };
}

function simulatedRuns(count: number, options: Simulated): ComparedRun[] {
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
