import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arrivalTimes } from "../../lib/load/plan.ts";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";

setDefaultTimeout(30_000);
useToolkit();

/** A recorded run over two processes, and whether its report can be made anew. */
async function recorded(args: readonly string[]) {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  using folder = temporaryFolder();
  const keep = ["--out=o.json", "--record=rec", "--workers=2", "--plan-seed=5"];
  const { exitCode, stdout } = await runBench([...at(server), ...args, ...keep], {
    cwd: folder.path,
  });
  expect(exitCode).toBe(0);
  const live = readFileSync(join(folder.path, "o.json"), "utf8");
  expect((await runReplay(["--json", "rec"], folder.path)).stdout).toBe(live);
  expect((await runReplay(["--report", "rec"], folder.path)).stdout).toBe(stdout);
  return JSON.parse(live);
}

test("arrivals in bursts are planned once for all workers, and their run can be reported on anew", async () => {
  const { config, requests } = await recorded([
    "--rate=100",
    "--arrival=gamma:burstiness=0.5",
    "--requests=12",
    "--concurrency=4",
  ]);
  expect(config).toMatchObject({ rate: 100, arrival: "gamma", burstiness: 0.5, concurrency: 4 });
  const arrivals = { rate: 100, process: "gamma", burstiness: 0.5, seed: 5 } as const;
  const planned = arrivalTimes(arrivals).take(12).toArray();
  expect(
    requests.map(({ scheduled_ms: ms }: { scheduled_ms: number }) => Math.round(ms * 1000)),
  ).toEqual(planned);
});

test("a ramp of the rate and one of the concurrency can be reported on anew", async () => {
  const rate = await recorded(["--ramp=rate=20..80/300ms", "--concurrency=4"]);
  expect(rate.config).toMatchObject({ rate: 50, ramp: { from: 20, to: 80, duration_ms: 300 } });
  // 50 a second for 0.3 s: 15, of which a busy machine may leave the last unsent.
  const ramp = { from: 20, to: 80, over: 300_000 };
  const arrivals = { rate: 50, process: "constant", ramp, seed: 5 } as const;
  const planned = arrivalTimes(arrivals).take(15).toArray();
  expect(rate.requests.length).toBeGreaterThan(0);
  expect(
    rate.requests.map(({ scheduled_ms: ms }: { scheduled_ms: number }) => Math.round(ms * 1000)),
  ).toEqual(planned.slice(0, rate.requests.length));
  const places = await recorded(["--ramp=1..3/300ms"]);
  expect(places.config).toMatchObject({ concurrency: 3, duration_ms: 300 });
  expect(places.summary.steady.streams).toBeNull();
});
