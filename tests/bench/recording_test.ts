import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { ANSWER, chunk } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";
import { at, type BenchResult, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";

useToolkit();

/** A run of three requests into `rec`, whose server does this before its answers. */
async function recorded(
  folder: string,
  {
    onAsked = () => {},
    largestFile,
  }: { readonly onAsked?: (measured: number) => void; readonly largestFile?: number },
): Promise<BenchResult> {
  let measured = 0;
  await using server = await startChatServer((exchange, { body }) => {
    if (body?.["max_tokens"] !== 1) onAsked(measured++);
    sendStream(exchange, ANSWER);
  });
  const args = [...at(server), "--requests=3", "--record=rec"];
  return await runBench(args, { cwd: folder, largestFile });
}

test("results that cannot be written leave the last good ones, and no half of a file: 1", async () => {
  await using server = await startChatServer((exchange) => sendStream(exchange, ANSWER));
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "o.json"), "the last good ones");
  const args = [...at(server), "--requests=3", "--out=o.json", "--force"];
  const { exitCode, stderr } = await runBench(args, { cwd: folder.path, largestFile: 1 });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'Cannot save results in "o.json": the file would be too large; the run goes on',
  );
  expect(readFileSync(join(folder.path, "o.json"), "utf8")).toBe("the last good ones");
  expect(readdirSync(folder.path)).toEqual(["o.json"]);
});

test("streams that cannot be kept are said, the run is shown, and the exit code is 1", async () => {
  using folder = temporaryFolder();
  // A KiB is too little for a header with its request, and for run.json.
  const { exitCode, stdout, stderr } = await recorded(folder.path, { largestFile: 1 });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("3, all complete, in ");
  expect(stderr).toMatch(/^3 streams were not recorded: EFBIG/m);
  expect(stderr).toContain('Cannot write "rec/run.json": the file would be too large');
  expect(readdirSync(join(folder.path, "rec")).filter((name) => !name.endsWith(".sse"))).toEqual(
    [],
  );
});

test("a folder of recordings that is removed in mid-run is noticed: 1", async () => {
  using folder = temporaryFolder();
  const rec = join(folder.path, "rec");
  const { exitCode, stdout, stderr } = await recorded(folder.path, {
    onAsked: (measured) => measured === 2 && rmSync(rec, { recursive: true }),
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain("3, all complete, in ");
  expect(stderr).toContain('3 recorded streams are no longer in "rec": 000000.sse and others');
  expect(stderr).toContain('Cannot write "rec/run.json": there is no such file or folder');
});

test("a stream that is removed in mid-run is named, and the report of the folder is about the others", async () => {
  using folder = temporaryFolder();
  const { exitCode, stderr } = await recorded(folder.path, {
    onAsked: (measured) => measured === 2 && rmSync(join(folder.path, "rec", "000001.sse")),
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('1 recorded stream is no longer in "rec": 000001.sse\n');
  const report = await runReplay(["--report", "rec"], folder.path);
  expect(report.exitCode).toBe(2);
  expect(report.stderr).toBe('Cannot read "rec/000001.sse": there is no such file or folder\n');
  expect(report.stdout).toContain("2, all complete, in ");
});

test("a folder for recordings that cannot be made for a later run does not end the series: 1", async () => {
  using folder = temporaryFolder();
  let measured = 0;
  await using server = await startChatServer((exchange, { body }) => {
    // Where the second run would record, there is a file now.
    if (body?.["max_tokens"] !== 1 && measured++ === 0) {
      writeFileSync(join(folder.path, "rec", "run-02"), "");
    }
    sendStream(exchange, ANSWER);
  });
  const args = [...at(server), "--requests=2", "--repeat=2", "--record=rec", "--json"];
  const { exitCode, stdout, stderr } = await runBench(args, { cwd: folder.path });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Cannot write "rec\/run-02": /m);
  expect(JSON.parse(stdout).runs).toHaveLength(2);
});

test("a stream that was kept only in part is not taken for one that was cut", async () => {
  using folder = temporaryFolder();
  let measured = 0;
  const long = chunk({ content: "a".repeat(20_000) });
  await using server = await startChatServer((exchange, { body }) => {
    const isSecond = body?.["max_tokens"] !== 1 && measured++ === 1;
    sendStream(exchange, (isSecond ? long : "") + ANSWER);
  });
  const args = [...at(server), "--requests=3", "--record=rec", "--json"];
  const { exitCode, stdout, stderr } = await runBench(args, { cwd: folder.path, largestFile: 8 });
  expect([exitCode, JSON.parse(stdout).summary.outcomes.complete]).toEqual([1, 3]);
  expect(stderr).toMatch(/^1 stream was not recorded: EFBIG/m);
  const report = await runReplay(["--json", "rec"], folder.path);
  expect(report.stderr).toBe("1 stream was not kept: the report is without it\n");
  expect(JSON.parse(report.stdout).summary.outcomes).toMatchObject({ complete: 2, interrupted: 0 });
});
