import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../lib/base/random.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { meets } from "../../lib/measure/summary.ts";
import { temporaryFolder } from "../support/folder.ts";
import { madeUpRecord } from "../support/records.ts";
import type { Line, Part } from "./line.ts";
import { mostMemoryOf } from "./most_memory.ts";

const ROOT = join(import.meta.dir, "../..");
const MEBIBYTE = 1024 * 1024;

/** Who reads files, in a process of its own. */
interface FileReader {
  readonly name: string;
  readonly command: (path: string) => readonly string[];
}

/** What one run of it took. */
interface Cost {
  /** In seconds. */
  readonly cpu: number;
  readonly wall: number;
  /** In MiB. */
  readonly peak: number;
}

const bare: FileReader = {
  name: "floor",
  command: (path) => [join(import.meta.dir, "offline/bare_read.ts"), path],
};

function replay(root: string, name: string): FileReader {
  return { name, command: (path) => [join(root, "scripts/replay.ts"), "--report", path] };
}

/** A transcript of a stream whose chunks have usage, with gaps from 2 to 30 ms. */
function transcriptOf(events: number, seed: number): string {
  const random = seededRandom(seed);
  let at = 120_000;
  const pieces = Array.from({ length: events }, (_, index) => {
    at += 2000 + Math.floor(random() * 28_000);
    const chunk = {
      id: "019a8fdafd091c809cf14705cced6e75",
      object: "chat.completion.chunk",
      created: 1763350084,
      model: "Qwen/Qwen2.5-7B-Instruct",
      choices: [{ index: 0, delta: { content: "你好", role: "assistant" }, finish_reason: null }],
      system_fingerprint: "",
      usage: { prompt_tokens: 30, completion_tokens: index + 1, total_tokens: index + 31 },
    };
    return { text: `data: ${JSON.stringify(chunk)}\n\n`, at };
  });
  pieces.push({ text: "data: [DONE]\n\n", at: at + 2000 });
  return encodeTranscript({
    header: {
      version: 1,
      recorded_at: "2026-01-01T00:00:00.000Z",
      request: { method: "POST", url: "http://127.0.0.1/v1/chat/completions", headers: {} },
      response: { status: 200, headers: { "content-type": "text/event-stream" }, at_ms: 100 },
    },
    notes: [],
    pieces,
    closing: { kind: "end", at: at + 2100 },
  });
}

/** Reports on files without playing them. `before`: a checkout whose `replay` is measured beside. */
export function offline({ before }: { readonly before?: string | undefined } = {}): Part {
  const own = replay(ROOT, "replay --report");
  const older = before === undefined ? [] : [replay(before, "replay --report, before")];
  return {
    name: "offline",
    about:
      "`replay --report` of transcripts, in a process of its own, start and all: one long file, one three times as long, and a folder of 2,000 files of 50 kB; the floor reads, decodes and parses the same file",
    async measure({ quick }) {
      using folder = temporaryFolder();
      const events = quick ? 20_000 : 270_000;
      const [long, longer, many] = ["long.sse", "longer.sse", "many"].map((name) =>
        join(folder.path, name),
      ) as [string, string, string];
      writeFileSync(long, transcriptOf(events, 1));
      writeFileSync(longer, transcriptOf(events * 3, 2));
      mkdirSync(many);
      const files = quick ? 400 : 2000;
      for (let index = 0; index < files; index++) {
        writeFileSync(
          join(many, `${String(index).padStart(6, "0")}.sse`),
          transcriptOf(140, index),
        );
      }
      const rounds = quick ? 2 : 5;
      const one = await costsOf([own, bare, ...older], long, { rounds });
      const three = await costsOf([own, ...older], longer, { rounds });
      const folders = await costsOf([own, ...older], many, { rounds });
      const megabytes = statSync(long).size / 1e6;
      const lines: Line[] = [];
      for (const [{ name }, costs] of one) {
        const rates = costs.map(({ cpu }) => megabytes / cpu);
        const goal =
          name === own.name
            ? {
                goal: { atLeast: 100 },
                heldBy:
                  "It is read as a live stream is (see parsing), and a process starts: 0.1 s.",
              }
            : {};
        lines.push({ what: `one file, ${name}`, unit: "MB/s CPU", values: rates, ...goal });
      }
      for (const [{ name }, costs] of one) {
        const peaks = costs.map(({ peak }) => peak);
        lines.push({ what: `memory for one file, ${name}`, unit: "MiB", values: peaks });
      }
      for (const [{ name }, costs] of three) {
        const peaks = costs.map(({ peak }) => peak);
        lines.push({
          what: `memory for one three times as long, ${name}`,
          unit: "MiB",
          values: peaks,
        });
      }
      for (const [{ name }, costs] of folders) {
        const walls = costs.map(({ wall }) => wall);
        lines.push({ what: `a folder of ${files} files, ${name}`, unit: "s", values: walls });
      }
      lines.push(gapsLine({ gaps: quick ? 1_000_000 : 10_000_000, rounds }));
      return lines;
    },
  };
}

/** Whether a request of very many gaps keeps `--slo itl`. */
function gapsLine({ gaps, rounds }: { readonly gaps: number; readonly rounds: number }): Line {
  const random = seededRandom(7);
  let at = 0;
  const deltasAt = Array.from({ length: gaps + 1 }, () => (at += Math.floor(random() * 30_000)));
  const timeline = {
    firstPieceAt: 0,
    acceptedAt: null,
    deltasAt,
    firstAnswerAt: deltasAt[0] ?? null,
    closedAt: at,
    usage: null,
    tokensAtFirstDelta: null,
    reasoningTokensAtFirstDelta: null,
    countedPerDelta: false,
    hasReasoningDelta: false,
    streamed: true,
  };
  const record = { ...madeUpRecord(0), metrics: requestMetrics(timeline, { stall: 500_000 }) };
  const values = Array.from({ length: rounds }, () => {
    const began = process.cpuUsage();
    meets(record, { itl: 29_000 });
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  return { what: `--slo itl of a request with ${gaps} gaps`, unit: "ms CPU", values };
}

/** What each took, round by round, in another order each time. */
async function costsOf(
  readers: readonly FileReader[],
  path: string,
  { rounds }: { readonly rounds: number },
): Promise<readonly (readonly [FileReader, readonly Cost[]])[]> {
  const costs = readers.map((reader): [FileReader, Cost[]] => [reader, []]);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < costs.length; turn++) {
      const [reader, found] = costs[(turn + round) % costs.length] ?? [];
      if (reader !== undefined) found?.push(await run(reader, path));
    }
  }
  return costs;
}

async function run({ command }: FileReader, path: string): Promise<Cost> {
  const began = performance.now();
  await using child = Bun.spawn([process.execPath, ...command(path)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peak = Number.NaN;
  const look = setInterval(() => (peak = mostMemoryOf(child.pid) ?? peak), 10);
  await child.exited;
  clearInterval(look);
  const cpu = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6;
  return { cpu, wall: (performance.now() - began) / 1000, peak: peak / MEBIBYTE };
}
