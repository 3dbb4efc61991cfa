/**
 * Other tools and ours on an endpoint that knows the truth: `bun run peers`. What each says of TTFT and ITL, how many
 * failures it counts, what it costs; and whether `--as` says what they say themselves.
 *
 * It installs AIPerf and guidellm from PyPI, 7 GB, in a folder that is removed afterwards (`--tools FOLDER` keeps them
 * there for the next time). Exits with 2 where there is no Python or neither can be had. Nothing goes to the network while
 * it measures.
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem, type } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { installPythonTool, type PythonTool } from "../support/python_tool.ts";
import { measure, type Plan, type Run } from "./measure.ts";
import type { Results } from "./results.ts";
import { BUSY, isBusy, writeSections } from "./sections.ts";
import { asTable, costTable, faultTable, longTable, plain } from "./tables.ts";
import { AIPERF, aiperf } from "./tools/aiperf.ts";
import { GUIDELLM, guidellm } from "./tools/guidellm.ts";
import { streamgauge } from "./tools/streamgauge.ts";
import type { Tool } from "./tools/tool.ts";

const USAGE = `Usage: bun run peers [--streams 1,16,64,200] [--rounds 5] [--quick] [--tools FOLDER]
                     [--out FILE.json] [--write]
       bun run peers --from FILE.json [--write]
`;
const FAULTY_REQUESTS = 200;
const FAULTY_STREAMS = 16;

const options = optionsOf();
if (options === null) process.exitCode = 2;
else if (options.from === undefined) await measureAll(options);
else show(JSON.parse(readFileSync(options.from, "utf8")) as Results, options);

interface Options {
  readonly streams: readonly number[];
  readonly rounds: number;
  readonly tools: string | undefined;
  readonly out: string | undefined;
  readonly from: string | undefined;
  readonly write: boolean;
}

function optionsOf(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        streams: { type: "string" },
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
        tools: { type: "string" },
        out: { type: "string" },
        from: { type: "string" },
        write: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) throw new Error("");
    const { tools, out, from, write } = values;
    const streams = (values.streams ?? (values.quick ? "16" : "1,16,64,200"))
      .split(",")
      .map(countOf);
    const rounds = countOf(values.rounds ?? (values.quick ? "1" : "5"));
    return { streams, rounds, tools, out, from, write };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${words === "" ? "" : `${words}\n`}${USAGE}`);
    return null;
  }
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`Cannot read the number "${text}": it must be a whole number from 1 on`);
}

async function measureAll(chosen: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-peers-"));
  const [busy = 0] = loadavg();
  try {
    const { tools, absent, python } = install(resolve(chosen.tools ?? folder));
    if (python === null) {
      for (const { title, why } of absent) process.stderr.write(`${title}: ${why}\n`);
      process.stderr.write("Neither tool is there: nothing was measured\n");
      process.exitCode = 2;
      return;
    }
    const tokenizer = join(folder, "tokenizer");
    const made = Bun.spawnSync([
      python.program("python"),
      join(import.meta.dir, "make_tokenizer.py"),
      tokenizer,
    ]);
    if (!made.success) throw new Error(`Cannot make a tokenizer: ${made.stderr.toString()}`);
    const lost: string[] = [];
    const runs = await runAll(plansOf(tools, { chosen, tokenizer }), lost);
    const plan = { streams: FAULTY_STREAMS, requests: FAULTY_REQUESTS, round: 0 };
    const faulty = tools.map((tool) => ({ tool, plan: { ...plan, fails: true, tokenizer } }));
    const faults = await runAll(faulty, lost);
    const results: Results = {
      schema: 1,
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      busy,
      cores: cpus().length,
      rounds: chosen.rounds,
      tools: tools.map(({ name, title, version }) => ({ name, title, version })),
      absent,
      lost,
      runs,
      faults,
    };
    show(results, chosen);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ours is always there. `python` is a tool that brings `tokenizers`. */
function install(folder: string): {
  tools: Tool[];
  absent: { title: string; why: string }[];
  python: PythonTool | null;
} {
  const tools = [streamgauge];
  const absent: { title: string; why: string }[] = [];
  let python: PythonTool | null = null;
  for (const [requirement, toolOf] of [
    [AIPERF, aiperf],
    [GUIDELLM, guidellm],
  ] as const) {
    const installed = installPythonTool(requirement, {
      folder: join(folder, requirement.replace("==", "-")),
    });
    if ("why" in installed)
      absent.push({ title: requirement, why: `${installed.why}\n${installed.words}` });
    else {
      python ??= installed;
      tools.push(toolOf(installed));
    }
  }
  return { tools, absent, python };
}

interface Planned {
  readonly tool: Tool;
  readonly plan: Plan;
}

/** A B C C B A …: what drifts meanwhile meets all alike. */
function plansOf(
  tools: readonly Tool[],
  { chosen, tokenizer }: { readonly chosen: Options; readonly tokenizer: string },
): Planned[] {
  return chosen.streams.flatMap((streams) => {
    // Fewer than 100 have no p99.
    const requests = Math.max(100, 6 * streams);
    return Array.from({ length: chosen.rounds }, (_, round) => {
      const plan = { streams, requests, round, fails: false, tokenizer };
      return (round % 2 === 0 ? tools : tools.toReversed()).map((tool) => ({ tool, plan }));
    }).flat();
  });
}

/** One after the other. One that comes to nothing does not end the others. */
async function runAll(planned: readonly Planned[], lost: string[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { tool, plan } of planned) {
    const { streams, round, fails } = plan;
    const name = `${tool.title}, ${streams} streams, ${fails ? "with faults" : `round ${round + 1}`}`;
    try {
      const run = await measure(tool, plan);
      runs.push(run);
      process.stderr.write(
        `${name}: ${run.complete} complete, ${run.failed} failed, ` +
          `${run.wall_s.toFixed(1)} s, CPU ${run.cpu_s.toFixed(1)} s\n`,
      );
    } catch (error) {
      lost.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      process.stderr.write(`${lost.at(-1)}\n`);
    }
  }
  return runs;
}

function show(results: Results, { out, write }: Options): void {
  const sections = [
    ["Errors against the truth, in ms", longTable(results)],
    ["What a run costs", costTable(results)],
    ["Failures", faultTable(results)],
    ["Their own figures, and --as", asTable(results)],
  ] as const;
  for (const [title, table] of sections) process.stdout.write(`${title}\n${plain(table)}\n\n`);
  if (isBusy(results)) process.stdout.write(`${BUSY.en(results)}\n`);
  for (const { title, why } of results.absent) process.stdout.write(`${title}: ${why}\n`);
  for (const words of results.lost) process.stdout.write(`Lost: ${words}\n`);
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
  if (write) writeSections(results);
}

function machine(): string {
  const all = cpus();
  const model = all[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all.length} cores (${model}), ${memory} GiB, ${type()} ${release()}, Bun ${Bun.version}`;
}
