import { CompletionReader } from "../chat/completion_reader.ts";
import { type Message, UserError } from "../base/message.ts";
import { fileUnreadable } from "../command/messages/files.ts";
import { notATranscript, transcriptMalformed } from "../replay/messages.ts";
import { loadTranscripts } from "../server/reply/load_transcripts.ts";
import type { NamedTranscript } from "../server/reply/recorded_reply.ts";
import type { ReplySource } from "../server/reply/reply.ts";
import type { SimulatedModel } from "../server/reply/simulate.ts";
import { SimulatedSource } from "../server/reply/simulated_source.ts";
import {
  TranscriptSource,
  type TranscriptSourceOptions,
} from "../server/reply/transcript_source.ts";
import { type Transcript, TranscriptError } from "../transcript/format.ts";
import type { ServeFlags } from "./flags.ts";
import { noTranscriptsToServe, servingSimulation, servingTranscripts } from "./messages.ts";

/** What answers. Plain data: other processes get it as it is. */
export type SourcePlan =
  | {
      readonly kind: "simulated";
      readonly model: SimulatedModel;
      readonly options: {
        readonly seed: number;
        readonly concurrency: number | undefined;
        readonly stamp: boolean;
      };
    }
  | {
      readonly kind: "transcripts";
      readonly transcripts: readonly NamedTranscript[];
      readonly options: TranscriptSourceOptions;
    };

/** What answers, and how that is said. */
export interface Sources {
  readonly plan: SourcePlan;
  readonly message: Message;
}

/** Makes what answers; it has answered nobody. */
export function makeSource(plan: SourcePlan): ReplySource {
  return plan.kind === "simulated"
    ? new SimulatedSource(plan.model, plan.options)
    : new TranscriptSource(plan.transcripts, plan.options);
}

/**
 * What answers: a simulated model, or transcripts.
 *
 * @throws {UserError} when a file cannot be read, or is no transcript
 */
export async function openSources(files: readonly string[], flags: ServeFlags): Promise<Sources> {
  const { simulate, simSeed = 1, stamp = false } = flags;
  if (simulate === undefined) return transcriptSources(files, flags);
  const { model, concurrency } = simulate;
  const options = { seed: simSeed, concurrency, stamp };
  return { plan: { kind: "simulated", model, options }, message: servingSimulation() };
}

async function transcriptSources(
  files: readonly string[],
  { speed, split, match }: ServeFlags,
): Promise<Sources> {
  const transcripts: NamedTranscript[] = [];
  for (const path of files) {
    const found = await loadTranscripts(path).catch((error: unknown) => {
      if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
      throw new UserError(fileUnreadable(path, error));
    });
    if (found.length === 0) throw new UserError(noTranscriptsToServe(path));
    for (const { name, transcript } of found) {
      if (!holdsResponse(transcript)) throw new UserError(notATranscript(name));
    }
    transcripts.push(...found);
  }
  const options = { speed, split, matching: match };
  const plan = { kind: "transcripts", transcripts, options } as const;
  const { models } = makeSource(plan);
  return { plan, message: servingTranscripts(transcripts.length, models) };
}

/** A file without a header is a body: whatever it is, it must be one that a client can read. */
function holdsResponse({ header, pieces, response }: Transcript): boolean {
  if (header !== null || (response !== undefined && response.status >= 300)) return true;
  const reader = new CompletionReader({ keepText: false });
  for (const piece of pieces) reader.push(piece);
  reader.end(null);
  const { isCompletion, error } = reader.result().facts;
  return isCompletion || error !== null;
}
