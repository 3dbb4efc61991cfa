import { join } from "node:path";
import { asArray, asObject, parseJson } from "../../../lib/base/json.ts";
import type { Line, Part } from "../line.ts";
import type { Times } from "./bare_reader.ts";
import { treeUse } from "./tree_use.ts";

/** Chunks of an answer, and how many answers each place asks for. */
const TOKENS = 100;
const ANSWERS_PER_STREAM = 2;

const HERE = import.meta.dir;
const ROOT = join(HERE, "../../..");

/** One run of one reader. Errors are of the 99th percentile, in % of the truth; CPU is in us for each chunk. */
interface Figures {
  readonly ttft: number;
  readonly itl: number;
  readonly cpu: number;
  /** Of all its processes, in MiB. */
  readonly memory: number;
}

/** The readers that are compared: `bench` of a checkout, and the least that reads a stream. */
const bare = {
  name: "bare loop",
  command: (baseUrl: string, streams: number) => [
    process.execPath,
    join(HERE, "bare_reader.ts"),
    baseUrl,
    ...[streams, streams * ANSWERS_PER_STREAM, TOKENS].map(String),
  ],
};

function bench(root: string, name: string): typeof bare {
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

/**
 * Many streams of 50 chunks a second from a server that notes what it wrote when: how far off a reader's p99 is, what CPU
 * a chunk costs it, how much memory it takes. `before`: a checkout whose `bench` is measured beside.
 */
export function manyStreams({ before }: { readonly before?: string | undefined } = {}): Part {
  return {
    name: "many-streams",
    about:
      "streams of 50 chunks a second from a server on Node that notes its own writes; p99 against the truth, CPU and memory of the reader",
    async measure({ quick }) {
      const readers = [bench(ROOT, "bench"), bare];
      if (before !== undefined) readers.push(bench(before, "bench, before"));
      const lines: Line[] = [];
      for (const streams of quick ? [20] : [100, 250, 500, 1000]) {
        const figures = new Map(readers.map(({ name }) => [name, [] as Figures[]]));
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          for (let turn = 0; turn < readers.length; turn++) {
            const reader = readers[(turn + round) % readers.length] ?? bare;
            figures.get(reader.name)?.push(await run(reader, streams));
          }
        }
        for (const { name } of readers) lines.push(...linesOf(name, streams, figures));
      }
      return lines;
    },
  };
}

function linesOf(name: string, streams: number, all: ReadonlyMap<string, Figures[]>): Line[] {
  const own = all.get(name) ?? [];
  const floor = all.get(bare.name) ?? [];
  const isOurs = name === "bench";
  const at = `${name}, ${streams} streams`;
  const times = (most: number, key: "ttft" | "itl" | "cpu"): Pick<Line, "goal"> =>
    isOurs ? { goal: { atMost: most * median(floor.map((one) => one[key])) } } : {};
  return [
    {
      what: `TTFT p99 off, ${at}`,
      unit: "%",
      values: own.map(({ ttft }) => ttft),
      ...times(1.3, "ttft"),
    },
    {
      what: `ITL p99 off, ${at}`,
      unit: "%",
      values: own.map(({ itl }) => itl),
      ...times(1.3, "itl"),
    },
    {
      what: `CPU a chunk, ${at}`,
      unit: "us",
      values: own.map(({ cpu }) => cpu),
      ...times(1.5, "cpu"),
    },
    {
      what: `memory, ${at}`,
      unit: "MiB",
      values: own.map(({ memory }) => memory),
      ...(isOurs && streams === 1000 ? { goal: { atMost: 180 } } : {}),
    },
  ];
}

async function run(reader: typeof bare, streams: number): Promise<Figures> {
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
  const summary = asObject(parseJson(text));
  const p99 = (metric: "ttft" | "itl"): number =>
    read === null
      ? Number(asObject(asObject(asObject(summary?.["metrics"])?.[metric]))?.["p99"])
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
  return (measured / truth - 1) * 100;
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

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
