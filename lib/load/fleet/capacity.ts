import { runLoad } from "../run_load.ts";
import { startSimulatedProcess } from "../workers/simulated_process.ts";

/** Bun's `fetch` keeps so many idle connections: more streams cannot be warm in one process. */
const MOST = 64;

/** A stream of a fast model: so many tokens a second. */
const RATE = 50;

/** What is tried: so many streams, first for a warm machine, then to be measured. */
const STREAMS = 16;
const TOKENS = { warm: 20, measured: 50 };

/** A process may be busy for this share of the time: past it, its event loop is late. */
const BUSY = 0.5;

/**
 * How many streams of 50 tokens a second one process of this machine carries, by the processor time that some of them take
 * here; 64 at most. Takes about two seconds.
 */
export async function streamsPerProcess(): Promise<number> {
  await using simulated = await startSimulatedProcess(`ttft=1ms,tps=${RATE},tokens=50`, {
    seed: 1,
    stamp: false,
  });
  await trial(simulated.baseUrl, TOKENS.warm);
  const before = process.cpuUsage();
  const began = performance.now();
  await trial(simulated.baseUrl, TOKENS.measured);
  const { user, system } = process.cpuUsage(before);
  const share = (user + system) / 1000 / (performance.now() - began);
  return Math.max(1, Math.min(MOST, Math.floor((STREAMS * BUSY) / share)));
}

async function trial(baseUrl: string, tokens: number): Promise<void> {
  await runLoad({
    baseUrl,
    model: "simulated",
    prompts: { kind: "list", conversations: [[{ role: "user", content: "?" }]] },
    sampling: { maxTokens: tokens },
    plan: {
      arrivals: { kind: "closed", concurrency: STREAMS },
      until: { requests: STREAMS },
      drain: 5_000_000,
    },
  });
}
