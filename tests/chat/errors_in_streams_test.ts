import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { replayChat, type ReplayResult } from "../../lib/chat/replay_chat.ts";
import { exitCode } from "../../lib/target/failure_code.ts";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import type { TimedText } from "../../lib/wire/piece.ts";

const FOLDER = join(import.meta.dir, "..", "fixtures", "corpus");

/** What says that something failed, in any of the forms that endpoints use. */
const TELLS_FAILURE = new RegExp(
  [
    String.raw`"error":\s*(\{\s*"|"[^"])`,
    String.raw`"object":\s*"error"`,
    String.raw`"status_code":\s*[1-9]`,
    String.raw`"code":\s*5\d{4}`,
    String.raw`"finish_reason":\s*"(error|network_error|abort)"`,
    "^(error|event: error)",
  ].join("|"),
  "m",
);

const transcripts = await Promise.all(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".sse"))
    .map(async (name) => {
      const bytes = await Bun.file(join(FOLDER, name)).bytes();
      return { name, transcript: decodeTranscript(bytes, { name }) };
    }),
);

function replay(transcript: Transcript, pieces: readonly TimedText[]): Promise<ReplayResult> {
  const file = {
    header: transcript.header,
    closing: transcript.closing,
    async *pieces() {
      yield pieces.slice();
    },
  };
  return replayChat(file, { speed: Infinity, clock: () => 0 });
}

test("a stream with an error in it never ends with exit code 0", async () => {
  const failing: string[] = [];
  for (const { name, transcript } of transcripts) {
    const body = transcript.pieces.map(({ text }) => text).join("");
    if (!TELLS_FAILURE.test(body.split("data: [DONE]")[0] ?? "")) continue;
    failing.push(name);
    const { verdict } = await replay(transcript, transcript.pieces);
    expect(exitCode(verdict), name).not.toBe(0);
  }
  expect(failing.length).toBeGreaterThan(20);
});

const ERRORS = [
  'data: {"error":{"message":"gone","code":502}}\n\n',
  'data: {"error":"gone"}\n\n',
  'data: {"object":"error","message":"gone"}\n\n',
  'data: {"code":50507,"message":"gone"}\n\n',
  'data: {"base_resp":{"status_code":1004,"status_msg":"gone"}}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"network_error"}]}\n\n',
  'data: [{"error":{"message":"gone"}}]\n\n',
  'data: data: {"error":{"message":"gone"}}\n\n',
  ' data: {"error":{"message":"gone"}}\n\n',
  'data: {"choices":[]}\ndata: {"error":{"message":"gone"}}\n\n',
  'data: {"choices":[{"delta":{"con{"error":{"message":"gone"}}\n\n',
  '{"error":{"message":"gone"}}\n',
  '{\n  "error": {\n    "message": "gone"\n  }\n}\n',
  "event: error\ndata: gone\n\n",
  "event: error\ndata:\n\n",
  'error: {"message":"gone"}\n',
];

/** What nothing of a stream follows. */
const LAST = /\[DONE\]|^event: (response\.(completed|incomplete|failed)|message_stop)$/m;

test("no error hides in any stream, wherever in it the error comes", async () => {
  for (const { name, transcript } of transcripts) {
    const whole = await replay(transcript, transcript.pieces);
    if (whole.verdict.outcome !== "complete" || !whole.reading.timeline.streamed) continue;
    const body = transcript.pieces.map(({ text }) => text).join("");
    // What a CR ends, and what is spoilt already, is not for these events to mend.
    if (body.includes("\r") || /too-deep|glued|data-twice|leading-blank/.test(name)) continue;
    const events = body.split(/(?<=\n\n)/);
    const last = events.findIndex((text) => LAST.test(text));
    for (let at = 1; at <= (last === -1 ? events.length - 1 : last); at++) {
      for (const error of ERRORS) {
        const text = [...events.slice(0, at), error, ...events.slice(at)].join("");
        const { verdict } = await replay(transcript, [{ text, at: 1 }]);
        if (exitCode(verdict) !== 6) expect({ name, text, verdict }).toBe("exit code 6" as never);
      }
    }
  }
});
