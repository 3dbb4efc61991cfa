import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecordings } from "../../lib/load/traffic/recordings.ts";
import { temporaryFolder } from "../support/folder.ts";
import { putTraffic, recordingEndpoint } from "../support/traffic.ts";

/**
 * How far the arrivals of a replay are from the recorded ones: 200 requests in bursts are recorded by
 * `serve --upstream`, sent again, and held against each other: what begins a conversation from the run's start on, what
 * follows from the answer before it. Wants a machine that does nothing else; the goal is 2 ms at p99.
 */

interface Sent {
  readonly index: number;
  readonly sent_ms: number;
  readonly wait_ms: number;
}

const bench = fileURLToPath(new URL("../../scripts/bench.ts", import.meta.url));

using folder = temporaryFolder();
const first = join(folder.path, "first");
{
  await using endpoint = await recordingEndpoint(first);
  await putTraffic(endpoint, { requests: 200, bursts: 8, between: 500 });
}
const { requests } = await readRecordings(first);
await using endpoint = await recordingEndpoint(join(folder.path, "again"));
const flags = ["--replay=first", "--warmup=8", "--model=now", "--json"];
const child = Bun.spawn([process.execPath, bench, "--base-url", endpoint.baseUrl, ...flags], {
  cwd: folder.path,
  stdio: ["ignore", "pipe", "inherit"],
});
const { requests: sent } = JSON.parse(await Bun.readableStreamToText(child.stdout));
const apart = (sent as readonly Sent[]).map(({ index, sent_ms, wait_ms }) => {
  const recorded = requests[index];
  const begins = recorded?.follows === null;
  return { begins, by: Math.abs(begins ? sent_ms - recorded.at / 1000 : wait_ms) };
});
for (const [name, begins] of [
  ["that begin a conversation", true],
  ["that follow an answer", false],
] as const) {
  const times = apart.filter((one) => one.begins === begins).map(({ by }) => by);
  process.stdout.write(
    `${times.length} arrivals ${name}: ${spread(times)} from the recorded ones\n`,
  );
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN).toFixed(2)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`;
}
