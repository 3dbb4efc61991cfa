import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../../package.json" with { type: "json" };
import { cleanEnvironment } from "../../support/clean_environment.ts";
import type { Statistics } from "../statistics.ts";
import type { Figures } from "../truth.ts";
import { type OtherTool, promptsOf, type Reported, type Tool } from "./tool.ts";

const bench = join(import.meta.dir, "..", "..", "..", "scripts", "bench.ts");
/** What is asked for; the warm-up asks for one. */
const LIMIT = 100;

/** The part of `bench --out` that is read. */
interface ResultFile {
  readonly summary: {
    readonly outcomes: Readonly<Record<string, number>>;
    readonly output_tokens_per_second: number | null;
  } & Readonly<
    Record<
      "ttft_ms" | "itl_ms" | "tpot_ms" | "e2e_ms" | "request_output_tokens_per_second",
      Statistics
    >
  >;
  readonly definitions: {
    readonly tools: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Ours, from this clone. */
export const streamgauge: Tool = {
  name: "streamgauge",
  title: "Streamgauge",
  version: manifest.version,
  command: (load) => {
    const { origin, streams, requests, warmup, folder } = load;
    writeFileSync(join(folder, "prompts.txt"), `${promptsOf(load).join("\n")}\n`);
    const args = [
      [process.execPath, bench, "--base-url", `${origin}/v1`, "--model", "truth"],
      [
        "--concurrency",
        String(streams),
        "--requests",
        String(requests),
        "--max-tokens",
        `${LIMIT}`,
      ],
      ["--prompts", join(folder, "prompts.txt"), ...(warmup ? [] : ["--cold"])],
      ["--as", "aiperf,guidellm", "--out", join(folder, "result.json"), "--lang", "en"],
    ];
    return { args: args.flat(), env: cleanEnvironment(folder) };
  },
  reported: (folder) => {
    const { summary } = readResult(folder);
    const { complete = 0, ...others } = summary.outcomes;
    const { ttft_ms, itl_ms, tpot_ms, e2e_ms, request_output_tokens_per_second } = summary;
    const rate = summary.output_tokens_per_second;
    return {
      complete,
      failed: Object.values(others).reduce((sum, count) => sum + count, 0),
      figures: {
        ttft_ms,
        icl_ms: itl_ms,
        itl_ms: tpot_ms,
        e2e_ms,
        output_tokens_per_second: request_output_tokens_per_second,
        run_output_tokens_per_second: { count: 1, mean: rate, p50: rate, p99: rate },
      },
      summing: {
        percentiles: "linear",
        e2eTo: "last_token",
        has: ({ limit }) => limit === LIMIT,
      },
    } satisfies Reported;
  },
};

/** A column of `--as`. */
export interface OtherColumn {
  /** How many streams the tool would take for complete. */
  readonly complete: number;
  readonly figures: Figures;
}

/** What ours says that another tool would say, by its definitions: the columns of `--as`. */
export function columnsOf(folder: string): Record<OtherTool, OtherColumn> {
  const { tools } = readResult(folder).definitions;
  const column = (name: OtherTool): OtherColumn => {
    const { run_output_tokens_per_second: rate, requests, ...figures } = tools[name] ?? {};
    const run = typeof rate === "number" ? { count: 1, mean: rate, p50: rate, p99: rate } : null;
    const all = run === null ? figures : { ...figures, run_output_tokens_per_second: run };
    return { complete: Number(requests), figures: all as Figures };
  };
  return { aiperf: column("aiperf"), guidellm: column("guidellm") };
}

function readResult(folder: string): ResultFile {
  return JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as ResultFile;
}
