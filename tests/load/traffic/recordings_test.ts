import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRecordings } from "../../../lib/load/traffic/recordings.ts";
import { encodeTranscript } from "../../../lib/transcript/encode.ts";
import type { TranscriptHeader } from "../../../lib/transcript/format.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { ANSWER } from "../../support/read_pieces.ts";

interface MadeUp {
  readonly at: string;
  readonly body?: unknown;
  readonly path?: string;
  readonly run?: TranscriptHeader["run"];
  readonly cut?: boolean;
}

function transcript({ at, body, path = "/chat/completions", run, cut }: MadeUp): string {
  return encodeTranscript({
    header: {
      version: 1,
      recorded_at: at,
      request: {
        method: "POST",
        url: `https://api.example.com/v1${path}`,
        headers: { authorization: "[redacted]" },
        ...(body === undefined ? undefined : { body }),
      },
      response: { status: 200, headers: { "content-type": "text/event-stream" }, at_ms: 1 },
      ...(run === undefined ? undefined : { run }),
    },
    pieces: [{ text: ANSWER, at: 2_000 }],
    notes: [],
    closing: cut ? null : { kind: "end", at: 3_000 },
  });
}

const HI = { messages: [{ role: "user", content: "Hi" }] };

test("requests come in the order of their times, from the first one on, with what was counted", async () => {
  using folder = temporaryFolder();
  const save = (name: string, one: MadeUp): void =>
    writeFileSync(join(folder.path, name), transcript(one));
  save("0001.sse", { at: "2026-01-01T00:00:01.500Z", body: HI });
  save("0002.sse", { at: "2026-01-01T00:00:01.250Z", body: { ...HI, max_tokens: 5 } });
  const { requests, leftOut } = await readRecordings(folder.path);
  expect(leftOut).toEqual({});
  expect(requests).toEqual([
    {
      at: 0,
      session: 0,
      follows: null,
      content: { kind: "body", api: "chat", body: { ...HI, max_tokens: 5 } },
      promptTokens: 3,
      outputTokens: 2,
    },
    {
      at: 250_000,
      session: 1,
      follows: null,
      content: { kind: "body", api: "chat", body: HI },
      promptTokens: 3,
      outputTokens: 2,
    },
  ]);
});

function sentAt(ms: number, index: number, warmup = false): MadeUp {
  const run = { index, warmup, scheduled_ms: null, sent_ms: ms };
  return { at: "2026-01-01T00:00:01.500Z", body: HI, run };
}

test("the times of a run are those at which it sent, to the µs", async () => {
  using folder = temporaryFolder();
  const runs = [sentAt(17.25, 0), sentAt(12.125, 1), sentAt(1, 2, true)];
  for (const [index, run] of runs.entries()) {
    writeFileSync(join(folder.path, `${index}.sse`), transcript(run));
  }
  const { requests, leftOut } = await readRecordings(folder.path);
  expect(requests.map(({ at }) => at)).toEqual([0, 5_125]);
  expect(leftOut).toEqual({ warmup: 1 });
});

test("what cannot be sent again is left out, by the reason", async () => {
  using folder = temporaryFolder();
  const at = "2026-01-01T00:00:01.500Z";
  const files = {
    "a.sse": ANSWER,
    "b.sse": transcript({ at }),
    "c.sse": transcript({ at, body: HI, path: "/embeddings" }),
    "d.sse": transcript({ at, body: { ...HI, n: 2 } }),
    "e.sse": transcript({
      at,
      body: { input: "x", previous_response_id: "r" },
      path: "/responses",
    }),
    "f.sse": ":@transcript {\n",
    "g.sse": transcript({ at, body: HI, cut: true }),
    "h.txt": "no recording",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  const { requests, leftOut } = await readRecordings(folder.path);
  expect(requests).toHaveLength(1);
  expect(leftOut).toEqual({ no_request: 3, several_choices: 1, stored_answer: 1, unreadable: 1 });
});

test("one recording is traffic, too, and a folder that is not there is the system's word", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "one.sse");
  writeFileSync(path, transcript({ at: "2026-01-01T00:00:01.500Z", body: HI }));
  expect((await readRecordings(path)).requests).toHaveLength(1);
  expect(readRecordings(join(folder.path, "gone"))).rejects.toMatchObject({ code: "ENOENT" });
});
