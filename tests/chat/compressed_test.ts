import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { monotonicClock } from "../../lib/base/clock.ts";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { compressionOf, odditiesIn } from "../../lib/chat/oddities.ts";
import { replayChat } from "../../lib/chat/replay_chat.ts";
import { runLoad } from "../../lib/load/run_load.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { TranscriptRecorder } from "../../lib/transcript/recorder.ts";
import { TranscriptFile } from "../../lib/transcript/transcript_file.ts";
import { temporaryFolder } from "../support/folder.ts";
import { answerOf, streamOf } from "../support/stream.ts";

const body = streamOf(answerOf("Hi", { finish: "stop" }), "[DONE]");

/** An endpoint that compresses whatever it is asked. */
function compressing() {
  const headers = { "content-type": "text/event-stream", "content-encoding": "gzip" };
  const server = Bun.serve({ port: 0, fetch: () => new Response(gzipSync(body), { headers }) });
  return {
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

const question = { model: "m", messages: [{ role: "user", content: "Hi" }], key: null } as const;

test("a body that is compressed although that was not asked for is noted, live and in a replay", async () => {
  await using server = compressing();
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const recorder = new TranscriptRecorder(path, {
    onError(error) {
      throw error;
    },
  });
  const live = await completeChat(chatRequest({ baseUrl: server.baseUrl, ...question }), {
    recorder,
  });
  await live.released;
  expect(live.reading.choices[0]?.content).toBe("Hi");
  const message = {
    en: "the stream was compressed (content-encoding: gzip), though it was asked not to be: the times are those behind a compressor, which may hold text back",
    zh: "流被压缩（content-encoding: gzip），尽管请求要求不压缩：时间是经过压缩之后的，压缩可能滞留文本",
  };
  expect(notesOf(live)).toEqual([{ code: "compressed", count: 1, message }]);
  expect(odditiesIn(live.reading, live)).toEqual(["compressed"]);
  const played = await replayChat(new TranscriptFile(path), {
    speed: Infinity,
    clock: monotonicClock,
  });
  expect(notesOf(played)).toEqual(notesOf(live));
});

test("a run counts the streams that were compressed", async () => {
  await using server = compressing();
  const { records } = await runLoad({
    baseUrl: server.baseUrl,
    model: "m",
    prompts: { kind: "list", conversations: [[{ role: "user", content: "Hi" }]] },
    plan: {
      arrivals: { kind: "closed", concurrency: 1 },
      until: { requests: 2 },
      drain: 30_000_000,
    },
  });
  expect(records.map(({ oddities }) => oddities)).toEqual([["compressed"], ["compressed"]]);
});

function of(encoding?: string): string | null {
  const headers = new Headers(encoding === undefined ? {} : { "content-encoding": encoding });
  return compressionOf({ headers });
}

test("no encoding, or identity, is no compression", () => {
  expect(
    [undefined, "", "identity", " Identity ", "gzip, br", "BR"].map((encoding) => of(encoding)),
  ).toEqual([null, null, null, null, "gzip, br", "br"]);
  expect(compressionOf(null)).toBeNull();
});
