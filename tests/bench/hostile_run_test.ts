import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "../support/collect.ts";
import { chunkOf, streamOf } from "../support/stream.ts";
import { useToolkit } from "../support/run_ask.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { benchCommand } from "../support/run_bench.ts";
import { type ServerExchange, startServer } from "../support/server.ts";

useToolkit();

const PEAK_MEMORY = join(import.meta.dir, "..", "support", "report_peak_memory.ts");

const ANSWER = streamOf(chunkOf({ content: "a" }), chunkOf({}, { finish: "stop" }), "[DONE]");
const STREAM = { "content-type": "text/event-stream" };
const DEEP = `${'{"error":'.repeat(100_000)}1${"}".repeat(100_000)}`;
const CALLS = Array.from({ length: 20_000 }, (_, index) => ({
  id: `call-${index}`,
  function: { name: "f", arguments: "{}" },
}));

/** What a broken or an evil endpoint may answer, by the name of its outcome. */
const HOSTILE: readonly ((exchange: ServerExchange) => void)[] = [
  // A document, and an event, of JSON that nests without end.
  (exchange) => whole(exchange, DEEP, { "content-type": "application/json" }),
  (exchange) => whole(exchange, streamOf(DEEP)),
  (exchange) => whole(exchange, streamOf(`{"choices":[{"delta":{"content":${"[".repeat(1e5)}`)),
  // One event, and one line, that are longer than any may be.
  (exchange) => whole(exchange, `data: "${"x".repeat(17 * 1024 * 1024)}"\n\n${ANSWER}`),
  (exchange) => whole(exchange, "x".repeat(17 * 1024 * 1024)),
  (exchange) => whole(exchange, streamOf(chunkOf({ tool_calls: CALLS })) + ANSWER),
  (exchange) => {
    exchange.head(200, STREAM);
    exchange.piece(Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0x00, 0x0a, 0x0a));
    exchange.piece(ANSWER);
    exchange.end();
  },
  (exchange) => {
    exchange.raw(
      `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99999\r\n\r\n`,
    );
    exchange.raw(streamOf(chunkOf({ content: "half" })));
    exchange.close();
  },
  (exchange) => exchange.raw("SSH-2.0-OpenSSH_9.2\r\n"),
  (exchange) => whole(exchange, streamOf({ error: { message: "e".repeat(1024 * 1024) } })),
];

function whole(exchange: ServerExchange, body: string, headers: Record<string, string> = STREAM) {
  exchange.head(200, headers);
  exchange.piece(body);
  exchange.end();
}

/** The endpoint in a process of its own would be nearer to life; its work is small here. */
test("a run in which one answer of a hundred is hostile ends with a whole report, and each of them in one outcome", async () => {
  let requests = 0;
  await using server = await startServer((exchange) => {
    const number = requests++;
    const hostile = number % 100 === 7 ? HOSTILE[Math.floor(number / 100) % 10] : undefined;
    if (hostile === undefined) whole(exchange, ANSWER);
    else hostile(exchange);
  });
  const folder = mkdtempSync(join(tmpdir(), "streamgauge hostile-"));
  const memory = join(folder, "peak");
  const [bun = "", ...command] = benchCommand([
    "--key-env=MY_KEY",
    `--base-url=${server.baseUrl}`,
    "--model=m",
    "--requests=1000",
    "--warmup=0",
    "--concurrency=16",
    "--first-byte-timeout=2s",
    "--record=runs",
    "--json",
  ]);
  const child = Bun.spawn([bun, "--preload", PEAK_MEMORY, ...command], {
    cwd: folder,
    env: cleanEnvironment(folder, { PEAK_MEMORY_FILE: memory, MY_KEY: "sk-hostile4f9Zk2Q7" }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const exitCode = await child.exited;
  const peak = existsSync(memory) ? Number(readFileSync(memory, "utf8")) : 0;
  rmSync(folder, { recursive: true });
  const { requests: records, summary } = JSON.parse(stdout) as {
    requests: { index: number; outcome: string; error: { message: string } | null }[];
    summary: { outcomes: Record<string, number>; errors: { message: string; count: number }[] };
  };
  expect(records.map(({ index }) => index)).toEqual(Array.from({ length: 1000 }, (_, at) => at));
  const odd = records.filter(({ outcome }) => outcome !== "complete");
  for (const { error } of odd) {
    expect(error?.message).not.toBe("");
    expect(error?.message.length).toBeLessThanOrEqual(4096 + 1);
  }
  // Twenty thousand tool calls are many, and bad UTF-8 is bad, but both are answers.
  expect(odd).toHaveLength(8);
  expect(summary.outcomes["complete"]).toBe(992);
  expect(stderr).not.toContain("fault");
  // In KiB. Two answers of 17 MiB at a time are the largest there are.
  expect(peak).toBeLessThan(1024 * 1024);
  expect(exitCode).toBeGreaterThan(2);
});
