import { basename } from "node:path";
import { readTranscript, transcriptFiles } from "../../transcript/transcript_file.ts";
import type { NamedTranscript } from "./recorded_reply.ts";

/**
 * Reads the transcripts that a path stands for: a file, or all `.sse` files in a folder, by name.
 *
 * @throws {TranscriptError} when one is no transcript; and whatever reading throws, such as `ENOENT`.
 */
export async function loadTranscripts(path: string): Promise<NamedTranscript[]> {
  const files = await transcriptFiles(path);
  return Promise.all(
    files.map(async (file) => ({ name: basename(file), transcript: await readTranscript(file) })),
  );
}
