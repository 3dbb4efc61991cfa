import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChatServer, sendStream, startChatServer } from "../support/chat_server.ts";
import { childrenRunning, signalTo } from "../support/children.ts";
import { ANSWER } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";

useToolkit();

/** Which processes there are is read from /proc. */
const testOnLinux = test.skipIf(process.platform !== "linux");

/** A folder with a file of prompts, each of which says its index. */
function folderWithPrompts(count: number): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  const lines = Array.from({ length: count }, (_, index) => `question ${index}.\n`);
  writeFileSync(join(folder.path, "prompts.txt"), lines.join(""));
  return folder;
}

/** Answers warm-up requests, and all others but that with this index, of which it tells once. */
function answeringAllBut(index: number, onAsked: () => void): Promise<ChatServer> {
  return startChatServer((exchange, { body }) => {
    const isHeld =
      body?.["max_tokens"] !== 1 && JSON.stringify(body).includes(`question ${index}.`);
    if (isHeld) onAsked();
    else sendStream(exchange, ANSWER);
  });
}

/** What can be said of every run with a dead worker, wherever it was killed. */
function expectWhole(json: Record<string, any>, { of }: { readonly of: number }): void {
  const { requests, summary, incomplete, warnings } = json;
  expect(incomplete).toBe(true);
  expect(summary.outcomes).toMatchObject({ complete: requests.length, failed: 0, interrupted: 0 });
  const { message } = warnings.find(({ code }: { code: string }) => code === "worker_died");
  expect(message).toContain("a worker process died (SIGKILL, probably because memory ran out): ");
  const counts = [...message.matchAll(/(?:became of|and) (\d+) (?:requests?|planned)/g)];
  const missing = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  expect(requests.length + missing).toBe(of);
}

testOnLinux("when a worker is killed, the rest is shown, saved and recorded: 1", async () => {
  using folder = folderWithPrompts(40);
  let pid = 0;
  await using server = await answeringAllBut(9, () => {
    signalTo(childrenRunning(pid, "worker.ts")[1], "SIGKILL");
  });
  const load = ["--prompts=prompts.txt", "--requests=40", "--concurrency=4", "--workers=4"];
  const keep = ["--json", "--out=o.json", "--record=rec"];
  const { exitCode, stdout, stderr } = await runBench([...at(server), ...load, ...keep], {
    cwd: folder.path,
    onStart: (child) => (pid = child.pid),
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("a worker process died (SIGKILL, probably because memory ran out): ");
  expectWhole(JSON.parse(stdout), { of: 40 });
  expect(readFileSync(join(folder.path, "o.json"), "utf8")).toBe(stdout);
  expect(await runReplay(["--json", "rec"], folder.path)).toEqual({
    exitCode: 0,
    stdout,
    stderr: "",
  });
  const report = await runReplay(["--report", "--strict", "rec"], folder.path);
  expect(report.exitCode).toBe(1);
  expect(report.stdout).toContain(
    "the run is incomplete, since a process died: percentiles are lower bounds",
  );
  expect(report.stdout).toMatch(/^requests {5}\d+, all complete, in .* requests\/s; \d+ unknown$/m);
});

testOnLinux("after a worker was killed, the next run of a series has a fresh one", async () => {
  using folder = folderWithPrompts(12);
  let pid = 0;
  let held = 0;
  await using server = await startChatServer((exchange, { body }) => {
    const isHeld = body?.["max_tokens"] !== 1 && JSON.stringify(body).includes("question 5.");
    if (!isHeld || held++ > 0) return sendStream(exchange, ANSWER);
    signalTo(childrenRunning(pid, "worker.ts")[1], "SIGKILL");
  });
  const load = ["--prompts=prompts.txt", "--requests=12", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout } = await runBench([...at(server), ...load, "--repeat=2", "--json"], {
    cwd: folder.path,
    onStart: (child) => (pid = child.pid),
  });
  const { runs, incomplete } = JSON.parse(stdout);
  expect([exitCode, incomplete]).toEqual([1, true]);
  expectWhole({ ...runs[0], incomplete }, { of: 12 });
  expect(runs[1].requests).toHaveLength(12);
  expect(runs[1].summary.outcomes.complete).toBe(12);
});

testOnLinux("a search ends where a worker was killed, and says so", async () => {
  using folder = folderWithPrompts(40);
  let pid = 0;
  await using server = await answeringAllBut(5, () => {
    signalTo(childrenRunning(pid, "worker.ts")[1], "SIGKILL");
  });
  const load = ["--prompts=prompts.txt", "--requests=12", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout, stderr } = await runBench(
    [...at(server), ...load, "--find-max", "--slo=ttft=10m"],
    { cwd: folder.path, onStart: (child) => (pid = child.pid) },
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain("a worker process died (SIGKILL, probably because memory ran out): ");
  expect(stderr).toContain("The search ends here: with a process gone, this step tells nothing");
  // What the step measured is shown, and nothing concluded from it.
  expect(stdout).toContain("the run is incomplete, since a process died");
  expect(stdout).toEndWith("\n\nThe search did not finish: no step came to its end\n");
});

testOnLinux(
  "a worker that is killed in the warm-up is replaced, and the run is whole: 1",
  async () => {
    let pid = 0;
    let warmed = 0;
    await using server = await startChatServer((exchange, { body }) => {
      if (body?.["max_tokens"] === 1 && warmed++ === 0) {
        for (const worker of childrenRunning(pid, "worker.ts")) signalTo(worker, "SIGKILL");
      } else if (body?.["max_tokens"] !== 1) {
        sendStream(exchange, ANSWER);
      }
    });
    const { exitCode, stdout } = await runBench(
      [...at(server), "--requests=6", "--concurrency=2", "--workers=2", "--json"],
      { onStart: (child) => (pid = child.pid) },
    );
    const { requests, incomplete, instrument, warnings } = JSON.parse(stdout);
    expect([exitCode, requests.length, incomplete]).toEqual([1, 6, undefined]);
    expect(instrument.connections).toBe("cold");
    expect(warnings).toContainEqual({
      code: "worker_died",
      message:
        "2 worker processes died (SIGKILL, probably because memory ran out): that was in the warm-up, so a fresh one took its place, over connections that were not warm",
      step: "Free memory, or lower --workers or --concurrency, and run it again",
    });
  },
);

testOnLinux("two Ctrl-C end a run with a worker that hangs: 130", async () => {
  using folder = folderWithPrompts(8);
  let bench: Bun.Subprocess | undefined;
  await using server = await answeringAllBut(1, () => {
    const pid = bench?.pid ?? -1;
    signalTo(childrenRunning(pid, "worker.ts")[1], "SIGSTOP");
    bench?.kill("SIGINT");
  });
  const load = ["--prompts=prompts.txt", "--requests=8", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout, stderr } = await runBench([...at(server), ...load, "--json"], {
    cwd: folder.path,
    onStart: (child) => (bench = child),
    onStderr(text) {
      if (text.includes("Stopping: no more")) bench?.kill("SIGTERM");
    },
  });
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, incomplete: true });
  expect(stderr).toContain("it did not answer, so it was ended");
});

testOnLinux("one Ctrl-C ends a run in which a worker is dead: 130", async () => {
  using folder = folderWithPrompts(1000);
  let bench: Bun.Subprocess | undefined;
  const held: (() => void)[] = [];
  await using server = await startChatServer((exchange, { body }) => {
    if (body?.["max_tokens"] === 1) return sendStream(exchange, ANSWER);
    held.push(() => sendStream(exchange, ANSWER));
    if (held.length !== 2) return;
    signalTo(childrenRunning(bench?.pid ?? -1, "worker.ts")[1], "SIGKILL");
    bench?.kill("SIGTERM");
  });
  const load = ["--prompts=prompts.txt", "--requests=1000", "--concurrency=2", "--workers=2"];
  const { exitCode, stdout } = await runBench([...at(server), ...load, "--json"], {
    cwd: folder.path,
    onStart: (child) => (bench = child),
    onStderr(text) {
      if (text.includes("Stopping: no more")) for (const answer of held.splice(0)) answer();
    },
  });
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, incomplete: true });
});
