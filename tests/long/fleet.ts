/**
 * Whether a fleet measures what one machine does: `bun run long:fleet`. Minutes, on a machine that does nothing else, so it is
 * not in the gate. It needs redis-server. Exits with 1 when something is missed.
 *
 * - The same seeded plan, from here twice and over a fleet of 4 workers: `compare` finds the fleet no farther from the one local
 *   session than the other local session is, or within 5 %.
 * - A Poisson plan of 500 requests/s over 4 workers: the gaps between the arrivals that the endpoint sees are exponential,
 *   by Kolmogorov and Smirnov at the 1 % level, in the median of three runs.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulatedProcess } from "../../lib/load/workers/simulated_process.ts";
import { root } from "../support/doc_examples.ts";
import { startMachines } from "../support/fleet.ts";
import { kolmogorovSmirnov } from "../support/kolmogorov_smirnov.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { startRedis } from "../support/redis.ts";

const RATE = 500;
const SECONDS = 5;
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

/** A run of a result file, as far as it is looked at. */
interface ResultRun {
  readonly requests: readonly { readonly index: number }[];
  readonly summary: Readonly<Record<string, { readonly p50: number } | undefined>>;
}

async function runsIn(path: string): Promise<readonly ResultRun[]> {
  return JSON.parse(await Bun.file(path).text()).runs;
}

/** The lower one of two in the middle. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
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
  const sets = await Promise.all(
    [one, fleet].map(async (path) =>
      JSON.stringify(
        (await runsIn(path)).map(({ requests }) => requests.map(({ index }) => index)),
      ),
    ),
  );
  report("the same requests from here and over the fleet", sets[0] === sets[1]);
  for (const metric of ["ttft_ms", "tpot_ms", "e2e_ms"]) {
    const [a, b, c] = await Promise.all(
      [one, fleet, other].map(async (path) =>
        median((await runsIn(path)).map(({ summary }) => summary[metric]?.p50 ?? Number.NaN)),
      ),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error("no medians");
    const [apart, noise] = [Math.abs(b / a - 1), Math.abs(c / a - 1)];
    report(
      `${metric} p50: fleet ${percent(apart)} from local, local ${percent(noise)} from itself`,
      apart <= Math.max(noise, MARGIN),
    );
  }
  process.stdout.write(await run("compare", [one, "--against", fleet]));
}

/** The gaps as a share of what the test allows: as the endpoint saw them, and as the workers sent. */
async function trial(): Promise<{ readonly seen: number; readonly sent: number }> {
  const seen: number[] = [];
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const at = performance.now();
      const body = await request.text();
      // The warm-up asks for one token.
      if (request.method === "POST" && !/"max_tokens":1\b/.test(body)) seen.push(at);
      return new Response(ANSWER, { headers: { "content-type": "text/event-stream" } });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const load = `--rate ${RATE} --arrival poisson --duration ${SECONDS}s --warmup 64 --model m --json`;
  const args = ["--base-url", baseUrl, ...load.split(" "), ...overFleet];
  const { requests } = JSON.parse(await run("bench", args));
  report(`${seen.length} of ${requests.length} requests arrived`, seen.length === requests.length);
  return {
    seen: fromExponential(seen),
    sent: fromExponential(requests.map((request: { sent_ms: number }) => request.sent_ms)),
  };
}

function fromExponential(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((at, index) => at - (sorted[index] ?? 0));
  return kolmogorovSmirnov(gaps, (gap) => 1 - Math.exp((-gap * RATE) / 1000));
}

/**
 * The endpoint is in this process, and would have a machine to itself: sharing its processors with those who send, it would see
 * arrivals that are less than 0.3 ms apart as one. The workers, started before, keep their priority.
 */
function preferEndpoint(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
  } catch {
    process.stdout.write("note: without the right to a higher priority, arrivals are seen late\n");
  }
}

async function arrivals(): Promise<void> {
  preferEndpoint();
  const trials = [await trial(), await trial(), await trial()];
  for (const where of ["sent", "seen"] as const) {
    const far = trials.map((one) => one[where]);
    const shown = far.map((share) => share.toFixed(2)).join(", ");
    report(`gaps as ${where}: ${shown} of what the 1 % level allows`, median(far) < 1);
  }
}

await againstLocal();
await arrivals();
rmSync(folder, { recursive: true, force: true });
