import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AIPERF_WAY } from "./tools/aiperf.ts";
import { GUIDELLM_WAY } from "./tools/guidellm.ts";
import type { OtherTool, Tool, ToolName } from "./tools/tool.ts";
import { columnsOf, type OtherColumn } from "./tools/streamgauge.ts";
import { startTruthServer } from "./truth_server.ts";
import { type Figures, type Summing, type TruthRequest, truthOf } from "./truth.ts";

/** The longest that a run may take, in ms. */
const TIMEOUT = 600_000;

/** One run of one tool. */
export interface Run {
  readonly tool: ToolName;
  readonly streams: number;
  readonly requests: number;
  readonly round: number;
  /** What it says. */
  readonly reported: Figures;
  /** What is true of the same requests, summed up in its way. */
  readonly truth: Figures;
  readonly complete: number;
  readonly failed: number;
  /** Which faults the endpoint put in, and how many of each. */
  readonly injected: Readonly<Record<string, number>>;
  /** Of the tool and all its processes, its start included, in s. */
  readonly cpu_s: number;
  readonly wall_s: number;
  /** From the first request to the last end, in s. */
  readonly load_s: number;
  /** How many connections the requests came over, the warm-up among them. */
  readonly connections: number;
  /** How late the endpoint wrote, against its plan, in 99 of 100 requests, in ms: what the truth is not sure of. */
  readonly endpoint_late_ms: number | null;
  /** Of ours: its columns for the others, and what is true in their way of summing up. */
  readonly as?: Readonly<
    Record<OtherTool, { readonly column: OtherColumn; readonly truth: Figures }>
  >;
}

/** What a run is. */
export interface Plan {
  readonly streams: number;
  readonly requests: number;
  readonly round: number;
  readonly fails: boolean;
  /** The folder of the tokenizer. */
  readonly tokenizer: string;
}

/** Starts an endpoint, runs a tool on it, and puts what both say side by side. */
export async function measure(tool: Tool, plan: Plan): Promise<Run> {
  const { streams, requests, round, fails, tokenizer } = plan;
  const folder = mkdtempSync(join(tmpdir(), `streamgauge-peers-${tool.name}-`));
  try {
    await using server = await startTruthServer({ folder, fails });
    // With faults, the endpoint counts from the first request, so none goes before.
    const load = { origin: server.origin, streams, requests, warmup: !fails, folder, tokenizer };
    const { cpu, wall } = await run(tool, { folder, ...tool.command(load) });
    const log = await server.stop();
    const { figures, summing, complete, failed } = tool.reported(folder);
    return {
      tool: tool.name,
      streams,
      requests,
      round,
      reported: figures,
      truth: truthOf(log, summing),
      complete,
      failed,
      injected: injectedIn(log),
      cpu_s: cpu,
      wall_s: wall,
      load_s: lengthOf(log),
      connections: new Set(log.map(({ connection }) => connection)).size,
      endpoint_late_ms: latenessOf(log),
      ...(tool.name === "streamgauge" ? { as: othersOf(folder, { log, summing }) } : {}),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function othersOf(
  folder: string,
  { log, summing }: { readonly log: readonly TruthRequest[]; readonly summing: Summing },
): NonNullable<Run["as"]> {
  const columns = columnsOf(folder);
  const other = (name: OtherTool, way: Omit<Summing, "has">) => ({
    column: columns[name],
    truth: truthOf(log, { ...summing, ...way }),
  });
  return { aiperf: other("aiperf", AIPERF_WAY), guidellm: other("guidellm", GUIDELLM_WAY) };
}

/** CPU and wall time in s. The former is that of the process and of all that it waited for. */
async function run(
  { title }: Tool,
  started: {
    readonly folder: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<{ cpu: number; wall: number }> {
  const output = join(started.folder, "output.txt");
  const file = openSync(output, "w");
  const began = performance.now();
  const child = Bun.spawn([...started.args], {
    cwd: started.folder,
    env: started.env,
    stdio: ["ignore", file, file],
    timeout: TIMEOUT,
  });
  const code = await child.exited;
  const wall = (performance.now() - began) / 1000;
  const micros = child.resourceUsage()?.cpuTime.total ?? 0n;
  // Ours exits with the code of its most frequent failure, where some were put in.
  if (code === null || code === 1 || code === 2) {
    const words = readFileSync(output, "utf8").trim().split("\n").slice(-12).join("\n");
    throw new Error(`${title} ended with ${code}:\n${words}`);
  }
  return { cpu: Number(micros) / 1e6, wall };
}

function injectedIn(log: readonly TruthRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fault } of log) if (fault !== null) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}

function lengthOf(log: readonly TruthRequest[]): number {
  const first = Math.min(...log.map(({ received }) => received));
  const last = Math.max(...log.map(({ ended, received }) => ended ?? received));
  return (last - first) / 1e6;
}

function latenessOf(log: readonly TruthRequest[]): number | null {
  const late = log.map((request) => request.late).toSorted((a, b) => a - b);
  const at = late[Math.floor(0.99 * (late.length - 1))];
  return at === undefined ? null : at / 1000;
}
