import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecordings } from "../../lib/load/traffic/recordings.ts";
import { temporaryFolder } from "../support/folder.ts";
import { putTraffic, recordingEndpoint } from "../support/traffic.ts";
import type { Part } from "./line.ts";

interface Sent {
  readonly index: number;
  readonly sent_ms: number;
  readonly wait_ms: number;
}

/** How far arrivals were from the recorded ones, in ms. */
interface Apart {
  /** What begins a conversation, from the run's start on. */
  readonly begins: readonly number[];
  /** What follows an answer, from that answer on. */
  readonly follows: readonly number[];
}

const bench = fileURLToPath(new URL("../../scripts/bench.ts", import.meta.url));

/** How far the arrivals of a replay are from the recorded ones. */
export const replayedArrivals: Part = {
  name: "replayed-arrivals",
  about:
    "200 requests in bursts, recorded by `serve --upstream` and sent again by `bench --replay`: how far they are from the recorded ones, p99",
  async measure({ quick }) {
    const rounds: Apart[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) rounds.push(await replayed());
    const goal = { atMost: 2 };
    const heldBy =
      "As for dispatch: a process's first requests, and pauses of the garbage collector.";
    return [
      {
        what: "that begin a conversation",
        unit: "ms",
        values: rounds.map(({ begins }) => p99(begins)),
        goal,
        heldBy,
      },
      {
        what: "that follow an answer",
        unit: "ms",
        values: rounds.map(({ follows }) => p99(follows)),
        goal,
        heldBy,
      },
    ];
  },
};

async function replayed(): Promise<Apart> {
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
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { requests: sent } = JSON.parse(await Bun.readableStreamToText(child.stdout)) as {
    readonly requests: readonly Sent[];
  };
  const begins: number[] = [];
  const follows: number[] = [];
  for (const { index, sent_ms: at, wait_ms: wait } of sent) {
    const recorded = requests[index];
    if (recorded?.follows === null) begins.push(Math.abs(at - recorded.at / 1000));
    else follows.push(Math.abs(wait));
  }
  return { begins, follows };
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;
}
