import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordedStreams } from "../../lib/load/recorded_streams.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import { temporaryFolder } from "../support/folder.ts";
import { answerOf, chunkOf, streamOf } from "../support/stream.ts";
import { HEADER } from "../support/transcripts.ts";

const call = { index: 0, id: "c", function: { name: "look", arguments: "{}" } };
const STREAM = streamOf(
  chunkOf({ reasoning_content: "Hm." }),
  answerOf("Hel"),
  answerOf("lo"),
  chunkOf({ tool_calls: [call] }, { finish: "tool_calls" }),
  "[DONE]",
);

test("the streams of a run stand at the places of their requests, and what is not there is none", async () => {
  using folder = temporaryFolder();
  const closing = { kind: "end", at: 9000 } as const;
  const pieces = [{ text: STREAM, at: 5000 }];
  const file = encodeTranscript({ header: HEADER, pieces, notes: [], closing });
  writeFileSync(join(folder.path, "000001.sse"), file);
  writeFileSync(join(folder.path, "000002.sse"), ":@transcript {\n");
  const files = [null, "000001.sse", "000002.sse", "000003.sse"];
  const text = { answer: "Hello", reasoning: "Hm.", tools: ["look({})"], leftOut: 0 };
  const told = await recordedStreams(folder.path, { files, withText: true });
  expect(told).toEqual([null, { kinds: "r1a2t1", text }, null, null]);
  const silent = await recordedStreams(folder.path, { files, withText: false });
  expect(silent).toEqual([null, { kinds: "r1a2t1", text: null }, null, null]);
});

test("who gives up on a report reads no further stream", async () => {
  using folder = temporaryFolder();
  const options = { files: [null], withText: false, signal: AbortSignal.abort() };
  expect(recordedStreams(folder.path, options)).rejects.toThrow();
});
