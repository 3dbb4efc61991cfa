import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileTooLargeError } from "../../lib/base/bounded_file.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import {
  readTranscript,
  TranscriptFile,
  transcriptFiles,
} from "../../lib/transcript/transcript_file.ts";
import type { TimedText } from "../../lib/wire/piece.ts";
import { temporaryFolder } from "../support/folder.ts";
import { lesson, streamOf } from "../support/stream.ts";
import { HEADER } from "../support/transcripts.ts";

const PRETTY = join(import.meta.dir, "..", "fixtures", "lesson-pretty.txt");

async function piecesOf(file: TranscriptFile): Promise<TimedText[]> {
  const pieces: TimedText[] = [];
  for await (const batch of file.pieces()) pieces.push(...batch);
  return pieces;
}

test("transcript file gives the pieces that reading it whole gives, however long it is", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  // The first is read at once, the others in many parts.
  for (const length of [10, 300_000, 3_000_000]) {
    const transcript: Transcript = {
      header: HEADER,
      pieces: Array.from({ length: 7 }, (_, index) => ({
        text: `data: ${"你".repeat(length / 10)}\n\n`,
        at: 1000 * index,
      })),
      notes: [],
      closing: { kind: "end", at: 9000 },
    };
    writeFileSync(path, encodeTranscript(transcript));
    const file = new TranscriptFile(path);
    expect(file.header).toBeNull();
    expect(await piecesOf(file)).toEqual([...transcript.pieces]);
    expect(file).toMatchObject({ header: HEADER, closing: transcript.closing });
    expect(await readTranscript(path)).toEqual(transcript);
  }
});

test("transcript file of a body longer than the pretty-printed form can be comes whole", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  const body = streamOf("x".repeat(1024 * 1024)).repeat(17);
  writeFileSync(path, body);
  const file = new TranscriptFile(path);
  const pieces = await piecesOf(file);
  expect(pieces.map(({ text }) => text).join("") === body).toBe(true);
  expect(pieces.every(({ at }) => at === null)).toBe(true);
  expect(file).toMatchObject({ header: null, closing: null, isPrettyPrinted: false });
});

test("transcript file in the pretty-printed form is read as the stream it shows", async () => {
  const file = new TranscriptFile(PRETTY);
  const [piece, ...others] = await piecesOf(file);
  expect(others).toEqual([]);
  expect(piece).toMatchObject({ at: null });
  expect(piece?.text).toStartWith('data: {"id":');
  expect(file.isPrettyPrinted).toBe(true);
  expect((await readTranscript(PRETTY)).pieces).toEqual([{ text: piece?.text ?? "", at: null }]);
});

test.skipIf(process.platform === "win32")(
  "a pipe may bring 256 MiB, and not one byte more",
  async () => {
    using folder = temporaryFolder();
    const most = 256 * 1024 * 1024;
    for (const length of [most, most + 1]) {
      const path = join(folder.path, `p${length}`);
      const command = 'mkfifo "$1"; (yes ": data" | head -c "$2" > "$1") & exec cat < /dev/null';
      Bun.spawnSync(["sh", "-c", command, "sh", path, String(length)], {
        stdio: ["ignore", "ignore", "ignore"],
      });
      let read = 0;
      const reading = (async () => {
        for await (const batch of new TranscriptFile(path).pieces()) {
          for (const { text } of batch) read += text.length;
        }
      })();
      if (length === most) await reading;
      else expect(reading).rejects.toThrow(FileTooLargeError);
      if (length === most) expect(read).toBe(most);
    }
  },
  30_000,
);

test("transcript file that is binary has no pieces", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a.sse");
  writeFileSync(path, `\u0089PNG\0\n\n${lesson.stream}`);
  expect(await piecesOf(new TranscriptFile(path))).toEqual([]);
  // A NUL that an endpoint sent stays.
  const pieces = [{ text: "data: \0\n\n", at: 1000 }];
  writeFileSync(path, encodeTranscript({ header: HEADER, pieces, notes: [], closing: null }));
  expect(await piecesOf(new TranscriptFile(path))).toEqual(pieces);
});

test.skipIf(process.platform !== "linux")(
  "transcript file is closed when its reader leaves early",
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.sse");
    writeFileSync(path, lesson.stream);
    for await (const _ of new TranscriptFile(path).pieces()) break;
    const open = readdirSync("/proc/self/fd").map((name) => {
      try {
        return realpathSync(join("/proc/self/fd", name));
      } catch {
        // No file, or closed meanwhile: others of this process come and go.
        return "";
      }
    });
    expect(open).not.toContain(path);
  },
);

test("a folder stands for its .sse files, by name; a file for itself", async () => {
  using folder = temporaryFolder();
  const inside = (name: string): string => join(folder.path, name);
  for (const name of ["b.sse", "a.sse", "c.txt"]) writeFileSync(inside(name), "");
  mkdirSync(inside("d.sse"));
  expect(await transcriptFiles(folder.path)).toEqual([inside("a.sse"), inside("b.sse")]);
  expect(await transcriptFiles(inside("c.txt"))).toEqual([inside("c.txt")]);
  expect(await transcriptFiles(inside("d.sse"))).toEqual([]);
  const missing = expect.objectContaining({ code: "ENOENT" });
  expect(transcriptFiles(inside("none"))).rejects.toEqual(missing);
});
