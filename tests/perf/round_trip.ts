import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { distributionOf } from "../../lib/measure/distribution.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import { TranscriptRecorder } from "../../lib/transcript/recorder.ts";
import { readTranscript } from "../../lib/transcript/transcript_file.ts";
import { seededRandom } from "../../lib/base/random.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import type { Micros } from "../../lib/base/time.ts";
import type { Part } from "./line.ts";
import { type HttpRequest } from "../../lib/wire/request.ts";

/** A stream of 600 pieces, gaps from 2 to 30 ms. */
function original(): Transcript {
  const random = seededRandom(7);
  let at = 120_000;
  const pieces = Array.from({ length: 600 }, (_, index) => {
    at += 2000 + Math.floor(random() * 28_000);
    const content = index % 3 === 0 ? "你好" : ` w${index}`;
    return { text: `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`, at };
  });
  pieces.push({ text: "data: [DONE]\n\n", at: at + 2000 });
  return {
    header: {
      version: 1,
      recorded_at: "2026-01-01T00:00:00.000Z",
      request: { method: "POST", url: "http://127.0.0.1/v1/chat/completions", headers: {} },
      response: { status: 200, headers: { "content-type": "text/event-stream" }, at_ms: 100 },
    },
    notes: [],
    pieces,
    closing: { kind: "end", at: at + 2100 },
  };
}

/** Record, serve, record: the pieces are the same, and their times as close as the machine lets. */
export const roundTrip: Part = {
  name: "round-trip",
  about:
    "600 pieces recorded, served, and recorded again: how far their times are from those of the first file",
  async measure({ quick }) {
    const rounds: Micros[][] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) rounds.push(await errorsOfOne());
    const at = (key: "p50" | "p99"): number[] =>
      rounds.map((errors) => (distributionOf(errors)[key] ?? Number.NaN) / 1000);
    return [
      {
        what: "a piece off, p50",
        unit: "ms",
        values: at("p50"),
        goal: { atMost: 1 },
        heldBy:
          "Timers count in whole milliseconds, at the server and at who records; half a one is taken off.",
      },
      { what: "a piece off, p99", unit: "ms", values: at("p99"), goal: { atMost: 5 } },
    ];
  },
};

async function errorsOfOne(): Promise<Micros[]> {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-perf-"));
  const first = original();
  writeFileSync(join(folder, "first.sse"), encodeTranscript(first));
  const script = fileURLToPath(new URL("../../scripts/serve.ts", import.meta.url));
  const server = Bun.spawn([process.execPath, script, join(folder, "first.sse")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const { value } = await server.stdout.getReader().read();
    const baseUrl = new TextDecoder().decode(value).trim();
    const messages = [{ role: "user", content: "你好" }] as const;
    const request = chatRequest({ baseUrl, model: "m", messages, key: null });
    for (let warmup = 0; warmup < 3; warmup++) await firstPieceOf(request);
    const path = join(folder, "second.sse");
    const recorder = new TranscriptRecorder(path, {
      onError: (error) => process.stderr.write(`${error.message}\n`),
    });
    await completeChat(request, { recorder });
    recorder.close();
    return compared(first, await readTranscript(path));
  } finally {
    server.kill();
    await server.exited;
    rmSync(folder, { recursive: true });
  }
}

/** The first request of a process is slower than any other: its code is compiled while it waits. */
async function firstPieceOf(request: HttpRequest): Promise<void> {
  const leave = new AbortController();
  const onArrivals = (): void => leave.abort();
  await completeChat(request, { signal: leave.signal, onArrivals });
}

function compared(first: Transcript, second: Transcript): Micros[] {
  if (texts(first) !== texts(second)) throw new Error("the pieces are not those recorded first");
  return second.pieces.map(({ at }, index) => Math.abs((at ?? 0) - (first.pieces[index]?.at ?? 0)));
}

function texts({ pieces }: Transcript): string {
  return JSON.stringify(pieces.map(({ text }) => text));
}
