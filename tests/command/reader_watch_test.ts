import { expect, test } from "bun:test";
import { openSync } from "node:fs";
import { join } from "node:path";
import { watchReader } from "../../lib/command/reader_watch.ts";
import { event } from "../support/event.ts";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { answerOf, streamOf } from "../support/stream.ts";
import { at, runShell, useToolkit } from "../support/run_ask.ts";
import { temporaryFolder } from "../support/folder.ts";

useToolkit();

/** Elsewhere it is noticed with the next text. */
const isNoticed = process.platform === "linux" || process.platform === "darwin";

test.concurrent.skipIf(!isNoticed)(
  "ask into head ends when head has enough, also while the endpoint is silent",
  async () => {
    await using server = await startChatServer((exchange) =>
      sendStream(exchange, streamOf(answerOf("one\ntwo")), { open: true }),
    );
    const { stdout, stderr } = await runShell(`ask ${at(server).join(" ")} Q | head -n 1`);
    expect({ stdout, stderr }).toEqual({ stdout: "one\n", stderr: "" });
  },
);

test.skipIf(!isNoticed)("a watch tells once that nobody reads the other end any more", async () => {
  const gone = event();
  let times = 0;
  using folder = temporaryFolder();
  const path = join(folder.path, "pipe");
  Bun.spawnSync(["mkfifo", path]);
  const reader = Bun.spawn(["cat", path], { stdout: "ignore" });
  const descriptor = openSync(path, "w");
  using _watch = watchReader(descriptor, () => {
    times++;
    gone.happen();
  });
  reader.kill();
  // What waits keeps the process, as an answer that is awaited does.
  const kept = setInterval(() => {}, 1000);
  await gone.happened;
  clearInterval(kept);
  expect(times).toBe(1);
});

test("a file has no reader that could go, and a watch that is over tells nothing", () => {
  using folder = temporaryFolder();
  const descriptor = openSync(join(folder.path, "file"), "w");
  watchReader(descriptor, () => expect.unreachable())[Symbol.dispose]();
  watchReader(-1, () => expect.unreachable())[Symbol.dispose]();
});
