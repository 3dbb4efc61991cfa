/**
 * Whether a fleet measures what one machine does: `bun run long:fleet`. Minutes, on a machine that does nothing else, so it is
 * not in the gate. It needs redis-server. Exits with 1 when something is missed.
 *
 * - The same seeded plan, from here twice and over a fleet of 4 workers: `compare` finds the fleet no farther from the one local
 *   session than the other local session is, or within 5 %.
 * - A Poisson plan of 500 requests/s over 4 workers: the gaps between the arrivals that the endpoint sees are exponential,
 *   by Kolmogorov and Smirnov at the 1 % level.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulatedProcess } from "../../lib/load/workers/simulated_process.ts";
import { root } from "../support/doc_examples.ts";
import { startMachines } from "../support/fleet.ts";
import { kolmogorovSmirnov } from "../support/kolmogorov_smirnov.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { startRedis } from "../support/redis.ts";

const RATE = 500;
const SECONDS = 10;
const MARGIN = 0.05;

const folder = mkdtempSync(join(tmpdir(), "streamgauge-fleet-"));
await using redis = await startRedis();
await using _machines = await startMachines(redis, 4);
const overFleet = ["--fleet", redis.url, "--workers-min", "4"];

async function run(script: string, args: readonly string[]): Promise<string> {
  const command = [process.execPath, join(root, "scripts", `${script}.ts`), ...args];
  const child = Bun.spawn([...command, "--lang", "en"], { stdio: ["ignore", "pipe", "pipe"] });
  const [text, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) process.stderr.write(said);
  return text;
}

function report(what: string, isRight: boolean): void {
  process.stdout.write(`${isRight ? "right" : "WRONG"}  ${what}\n`);
  if (!isRight) process.exitCode = 1;
}

async function againstLocal(): Promise<void> {
  const model = "ttft=100ms,tps=50,tokens=50,jitter=0.1";
  await using endpoint = await startSimulatedProcess(model, { seed: 1, stamp: false });
  const load = "--concurrency 16 --requests 160 --repeat 4 --plan-seed 7 --model m --json".split(
    " ",
  );
  const session = async (name: string, more: readonly string[]): Promise<string> => {
    const path = join(folder, `${name}.json`);
    const args = ["--base-url", endpoint.baseUrl, ...load, ...more];
    await Bun.write(path, await run("bench", args));
    return path;
  };
  const one = await session("one", []);
  const fleet = await session("fleet", overFleet);
  const other = await session("other", []);
  const parsed = async (path: string) => JSON.parse(await Bun.file(path).text()).runs;
  const sets = await Promise.all(
    [one, fleet].map(async (path) =>
      JSON.stringify(
        (await parsed(path)).map((run: { requests: { index: number }[] }) =>
          run.requests.map(({ index }) => index),
        ),
      ),
    ),
  );
  report("the same requests from here and over the fleet", sets[0] === sets[1]);
  const medians = async (path: string, metric: string): Promise<number[]> =>
    (await parsed(path)).map((run: any) => run.summary[metric].p50);
  const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[1] ?? Number.NaN;
  for (const metric of ["ttft_ms", "tpot_ms", "e2e_ms"]) {
    const [a, b, c] = await Promise.all(
      [one, fleet, other].map(async (path) => middle(await medians(path, metric))),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error("no medians");
    const [apart, noise] = [Math.abs(b / a - 1), Math.abs(c / a - 1)];
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    report(
      `${metric} p50: fleet ${percent(apart)} from local, local ${percent(noise)} from itself`,
      apart <= Math.max(noise, MARGIN),
    );
  }
  process.stdout.write(await run("compare", [one, fleet]));
}

async function arrivals(): Promise<void> {
  const seen: number[] = [];
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch() {
      seen.push(performance.now());
      return new Response(ANSWER, { headers: { "content-type": "text/event-stream" } });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const load = `--rate ${RATE} --arrival poisson --duration ${SECONDS}s --warmup 64 --model m --json`;
  const json = JSON.parse(
    await run("bench", ["--base-url", baseUrl, ...load.split(" "), ...overFleet]),
  );
  const times = seen.slice(64).toSorted((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  const far = kolmogorovSmirnov(gaps, (gap) => 1 - Math.exp((-gap * RATE) / 1000));
  report(
    `${times.length} of ${json.requests.length} requests arrived`,
    times.length === json.requests.length,
  );
  report(`gaps of arrivals: ${far.toFixed(2)} of what the 1 % level allows`, far < 1);
}

await againstLocal();
await arrivals();
rmSync(folder, { recursive: true, force: true });
