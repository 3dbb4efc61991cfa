import { join } from "node:path";
import { asArray, asObject, parseJson } from "../../../lib/base/json.ts";
import type { Times } from "./bare_reader.ts";
import { treeUse } from "./tree_use.ts";

/** Chunks of an answer, and how many answers each place asks for. */
const TOKENS = 100;
const ANSWERS_PER_STREAM = 2;

const HERE = import.meta.dir;

/** One run of one reader. Errors are of the 99th percentile, in % of the truth; CPU is in us for each chunk. */
export interface Figures {
  readonly ttft: number;
  readonly itl: number;
  readonly cpu: number;
  /** Of all its processes, in MiB. */
  readonly memory: number;
}

/** What reads the streams, in a process of its own. */
export interface Reader {
  readonly name: string;
  readonly command: (baseUrl: string, streams: number) => string[];
}

/** The least that reads a stream. */
export const bare: Reader = {
  name: "bare loop",
  command: (baseUrl, streams) => [
    process.execPath,
    join(HERE, "bare_reader.ts"),
    baseUrl,
    ...[streams, streams * ANSWERS_PER_STREAM, TOKENS].map(String),
  ],
};

/** `bench` of the checkout in a folder. */
export function bench(root: string, name: string): Reader {
  return {
    name,
    command: (baseUrl, streams) => [
      process.execPath,
      join(root, "scripts/bench.ts"),
      `--base-url=${baseUrl}`,
      "--model=truth",
      "--json",
      `--concurrency=${streams}`,
      `--requests=${streams * ANSWERS_PER_STREAM}`,
      `--max-tokens=${TOKENS}`,
    ],
  };
}

/** Has a reader read so many streams at once, from a server of its own. */
export async function run(reader: Reader, streams: number): Promise<Figures> {
  const server = Bun.spawn(["node", join(HERE, "truth_server.mjs")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const output = server.stdout.getReader();
  const decoder = new TextDecoder();
  let told = "";
  while (!told.includes("\n"))
    told += decoder.decode((await output.read()).value, { stream: true });
  const baseUrl = told.trim();
  await using client = Bun.spawn(reader.command(baseUrl, streams), {
    stdio: ["ignore", "pipe", "inherit"],
    // The bare loop carries all in one process, which Bun has to be told.
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "65336", NO_COLOR: "1" },
  });
  const watch = treeUse(client.pid);
  const text = await new Response(client.stdout).text();
  await client.exited;
  const memory = watch.stop();
  const cpu = Number(client.resourceUsage()?.cpuTime.total ?? 0);
  void server.stdin.end();
  told = "";
  for (let read = await output.read(); !read.done; read = await output.read()) {
    told += decoder.decode(read.value, { stream: true });
  }
  await server.exited;
  const truth = truthOf(told);
  const read = reader === bare ? timesOf(parseJson(text)) : null;
  const summary = asObject(asObject(parseJson(text))?.["summary"]);
  const p99 = (metric: "ttft" | "itl"): number =>
    read === null
      ? Number(asObject(summary?.[`${metric}_ms`])?.["p99"])
      : percentile(metric === "ttft" ? read.firsts : read.gaps);
  const chunks = truth.firsts.length + truth.gaps.length;
  return {
    ttft: off(p99("ttft"), percentile(truth.firsts)),
    itl: off(p99("itl"), percentile(truth.gaps)),
    cpu: cpu / chunks,
    memory,
  };
}

function off(measured: number, truth: number): number {
  return Math.abs(measured / truth - 1) * 100;
}

function truthOf(text: string): Times {
  const answers = asArray(asObject(parseJson(text))?.["answers"]) ?? [];
  return {
    firsts: answers.map((answer) => Number(asObject(answer)?.["first"])),
    gaps: answers.flatMap((answer) => (asArray(asObject(answer)?.["gaps"]) ?? []).map(Number)),
  };
}

function timesOf(value: unknown): Times {
  const read = asObject(value);
  return {
    firsts: (asArray(read?.["firsts"]) ?? []).map(Number),
    gaps: (asArray(read?.["gaps"]) ?? []).map(Number),
  };
}

function percentile(values: readonly number[], share = 0.99): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
