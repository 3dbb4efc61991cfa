import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SummaryReading } from "../../lib/replay/file_summary.ts";
import { summariesOf } from "../../lib/replay/summary_threads.ts";
import { temporaryFolder } from "../support/folder.ts";
import { useToolkit } from "../support/run_ask.ts";
import { runReplay } from "../support/run_replay.ts";

useToolkit();

const CORPUS = fileURLToPath(new URL("../fixtures/corpus", import.meta.url));
const corpus = readdirSync(CORPUS)
  .filter((name) => name.endsWith(".sse"))
  .toSorted()
  .map((name) => join(CORPUS, name));

const reading: SummaryReading = {
  language: "en",
  json: true,
  stall: 500_000,
  traced: true,
  said: {},
};

function read(paths: readonly string[], threads: number) {
  const { signal } = new AbortController();
  return Array.fromAsync(summariesOf(paths, reading, { signal, threads }));
}

test("files read by several threads give what they give one after the other, in their order", async () => {
  using folder = temporaryFolder();
  const broken = join(folder.path, "broken.sse");
  writeFileSync(broken, ":@transcript {\n");
  const picture = join(folder.path, "picture.sse");
  writeFileSync(picture, "\u0089PNG\r\n\0\0");
  const missing = join(folder.path, "missing.sse");
  const paths = [missing, ...corpus.slice(0, 40), broken, ...corpus.slice(40), picture];
  const alone = await read(paths, 1);
  expect(await read(paths, 3)).toEqual(alone);
  expect(alone.map((one) => (one.kind === "read" ? one.entry.path : null))).toEqual(
    paths.map((path) => ([missing, broken, picture].includes(path) ? null : path)),
  );
  expect(alone.filter(({ kind }) => kind === "unread")).toMatchObject([
    { message: { cause: { en: expect.stringContaining("missing.sse") } }, code: 2 },
    { message: { cause: { en: expect.stringContaining("broken.sse") } }, code: 2 },
    { message: { cause: { en: expect.stringContaining("picture.sse") } }, code: 2 },
  ]);
});

test("threads end with what has been read when the signal is aborted", async () => {
  const stop = new AbortController();
  const summaries = summariesOf(corpus, reading, { signal: stop.signal, threads: 2 });
  expect((await summaries.next()).value).toMatchObject({ kind: "read" });
  stop.abort("enough");
  expect(await summaries.next().catch((reason: unknown) => reason)).toBe("enough");
});

test("a report of a large folder is what it is without threads, with what cannot be read said", async () => {
  using folder = temporaryFolder();
  const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "你好" } }] })}\n\n`;
  const body = `${event.repeat(60_000)}data: [DONE]\n\n`;
  for (const name of ["a", "b", "c", "d"]) writeFileSync(join(folder.path, `${name}.sse`), body);
  writeFileSync(join(folder.path, "b2.sse"), ":@transcript {\n");
  const { exitCode, stdout, stderr } = await runReplay(["--report", "."], folder.path);
  expect(stderr).toContain('"b2.sse"');
  expect(stdout).toEndWith("4 complete\n");
  expect(stdout.match(/^[a-d]\.sse/gm)).toEqual(["a.sse", "b.sse", "c.sse", "d.sse"]);
  expect(exitCode).toBe(2);
});
