import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecordings } from "../../lib/load/traffic/recordings.ts";
import type { Traffic } from "../../lib/load/traffic/traffic.ts";
import { temporaryFolder } from "../support/folder.ts";
import { putTraffic, recordingEndpoint, sentText } from "../support/traffic.ts";

/**
 * How far the arrivals of a replay are from the recorded ones: 200 requests in bursts are recorded by
 * `serve --upstream`, sent again, and held against each other: what begins a conversation from the first request on, what
 * follows from the answer before it. Wants a machine that does nothing else; the goal is 2 ms at p99.
 */

const bench = fileURLToPath(new URL("../../scripts/bench.ts", import.meta.url));

using folder = temporaryFolder();
const first = join(folder.path, "first");
{
  await using endpoint = await recordingEndpoint(first);
  await putTraffic(endpoint, { requests: 200, bursts: 8, between: 500 });
}
await using endpoint = await recordingEndpoint(join(folder.path, "again"));
const flags = ["--replay=first", "--record=kept", "--warmup=8", "--model=now", "--json"];
const child = Bun.spawn([process.execPath, bench, "--base-url", endpoint.baseUrl, ...flags], {
  cwd: folder.path,
  stdio: ["ignore", "pipe", "inherit"],
});
await Bun.readableStreamToText(child.stdout);
const [recorded, sent] = await Promise.all(
  [first, join(folder.path, "kept")].map((path) => readRecordings(path)),
);
if (recorded === undefined || sent === undefined) throw new Error("there are no recordings");

const times = timesIn(recorded);
const again = timesIn(sent);
const apart = [...times].flatMap(([body, time]) => {
  const other = again.get(body);
  return other === undefined ? [] : [Math.abs(other - time)];
});
const sorted = apart.toSorted((a, b) => a - b);
const at = (share: number): string =>
  `${((sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN) / 1000).toFixed(2)} ms`;
process.stdout.write(
  `${sorted.length} arrivals of ${recorded.requests.length}: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} from the recorded ones\n`,
);

/** When each request came, in µs: after the first one, or after the answer that it follows. */
function timesIn({ requests }: Traffic): Map<string, number> {
  return new Map(requests.map((one) => [sentText(one), one.follows?.pause ?? one.at] as const));
}
