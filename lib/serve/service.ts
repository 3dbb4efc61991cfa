import { CompletionReader } from "../chat/completion_reader.ts";
import { type Message, UserError } from "../base/message.ts";
import type { ReplySource } from "../server/reply/reply.ts";
import { withFaults } from "../server/reply/fault.ts";
import type { HttpServerOptions, LocalEndpoint } from "../server/http/http_server.ts";
import { loadTranscripts } from "../server/reply/load_transcripts.ts";
import { startLocalEndpoint } from "../server/http/local_endpoint.ts";
import type { NamedTranscript } from "../server/reply/recorded_reply.ts";
import { SimulatedSource } from "../server/reply/simulated_source.ts";
import { TranscriptSource } from "../server/reply/transcript_source.ts";
import { startUpstream, type UpstreamRecording } from "../server/http/upstream.ts";
import { type Transcript, TranscriptError } from "../transcript/format.ts";
import { RecordingFolder } from "../transcript/recording_folder.ts";
import { readOrigin } from "./allowed_origin.ts";
import { isOwnAddress } from "../server/http/own_address.ts";
import { readBaseUrl } from "../settings/base_url.ts";
import type { FlagValues } from "../command/flag_types.ts";
import {
  filesNotServed,
  flagNeeds,
  noTranscriptsToServe,
  nothingToServe,
  passingThrough,
  servingSimulation,
  servingTranscripts,
  upstreamIsItself,
} from "./messages.ts";
import { fileUnreadable, fileUnwritable } from "../command/messages/files.ts";
import { recordingStopped, notATranscript, transcriptMalformed } from "../replay/messages.ts";
import type { ScriptContext } from "../command/script.ts";
import type { serveFlags } from "./flags.ts";
import { readFault } from "../server/values.ts";

type ServeFlags = FlagValues<typeof serveFlags>;

/** What is served, once it is known where, and how that is said. */
export interface Service {
  readonly start: (options: HttpServerOptions) => Promise<LocalEndpoint>;
  readonly message: Message;
  /** Whether everything that was to be recorded is on the disk so far. Absent: nothing is recorded. */
  readonly isRecorded?: () => boolean;
}

/**
 * Opens what the command line names: transcripts, a simulated model, or the way to a real endpoint.
 *
 * @throws {UserError} when there is nothing to serve, a flag lacks the one it belongs to, or a file cannot be read.
 */
export async function openService(
  files: readonly string[],
  flags: ServeFlags,
  context: Pick<ScriptContext, "say">,
): Promise<Service> {
  checkTogether(flags, files);
  const allowOrigins = (flags.allowOrigin ?? []).map((text) =>
    readOrigin({ flag: "--allow-origin", text }),
  );
  const { start, message, ...rest } =
    flags.upstream === undefined
      ? await replyFrom(files, flags)
      : recordUpstream({ ...flags, url: flags.upstream, folder: flags.record ?? "" }, context);
  return { start: (address) => start({ allowOrigins, ...address }), message, ...rest };
}

/** @throws {UserError} when a flag lacks the one it belongs to, or there is nothing to serve. */
function checkTogether(flags: ServeFlags, files: readonly string[]): void {
  const { simulate, stamp, simSeed, upstream, record } = flags;
  if (stamp && simulate === undefined) throw new UserError(flagNeeds("--stamp", "--simulate"));
  if (simSeed !== undefined && simulate === undefined) {
    throw new UserError(flagNeeds("--sim-seed", "--simulate"));
  }
  if (upstream !== undefined && record === undefined) {
    throw new UserError(flagNeeds("--upstream", "--record"));
  }
  if (record !== undefined && upstream === undefined) {
    throw new UserError(flagNeeds("--record", "--upstream"));
  }
  if (files.length > 0 && simulate !== undefined) throw new UserError(filesNotServed("--simulate"));
  if (files.length > 0 && upstream !== undefined) throw new UserError(filesNotServed("--upstream"));
  if (files.length === 0 && simulate === undefined && upstream === undefined) {
    throw new UserError(nothingToServe());
  }
}

async function replyFrom(files: readonly string[], flags: ServeFlags): Promise<Service> {
  const faults = (flags.fault ?? []).map((text) => readFault({ flag: "--fault", text }));
  const { source, message } =
    flags.simulate === undefined ? await transcriptSource(files, flags) : simulatedSource(flags);
  const stamp = flags.stamp ?? false;
  return {
    start: (address) =>
      startLocalEndpoint({ source: withFaults(source, faults), stamp, ...address }),
    message,
  };
}

interface SourceAndMessage {
  readonly source: ReplySource;
  readonly message: Message;
}

function simulatedSource({ simulate, simSeed, stamp }: ServeFlags): SourceAndMessage {
  if (simulate === undefined) throw new Error("there is no model to simulate");
  const { model, concurrency } = simulate;
  const source = new SimulatedSource(model, { seed: simSeed ?? 1, concurrency, stamp });
  return { source, message: servingSimulation() };
}

async function transcriptSource(
  files: readonly string[],
  { speed, split, match }: ServeFlags,
): Promise<SourceAndMessage> {
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
  const source = new TranscriptSource(transcripts, { speed, split, matching: match });
  return { source, message: servingTranscripts(transcripts.length, source.models) };
}

function recordUpstream(
  given: Pick<ServeFlags, "host" | "port"> & { readonly url: string; readonly folder: string },
  { say }: Pick<ScriptContext, "say">,
): Service {
  const { url, folder, host = "127.0.0.1", port = 0 } = given;
  // The client chooses the protocol.
  const { text: baseUrl, warnings } = readBaseUrl(url, "--upstream", { hints: false });
  if (isOwnAddress(baseUrl, { host, port })) throw new UserError(upstreamIsItself(baseUrl));
  for (const warning of warnings) say(warning);
  let recordings: RecordingFolder;
  try {
    recordings = new RecordingFolder(folder);
  } catch (error) {
    throw new UserError(fileUnwritable(folder, reasonOf(error)));
  }
  let isRecorded = true;
  const unrecorded = (message: Message): void => {
    isRecorded = false;
    say(message);
  };
  const record = (): UpstreamRecording | null => {
    try {
      return recordings.next({
        onError: (error) => unrecorded(recordingStopped(folder, error.message)),
      });
    } catch (error) {
      unrecorded(fileUnwritable(folder, reasonOf(error)));
      return null;
    }
  };
  return {
    start: (address) => startUpstream({ baseUrl, record, ...address }),
    message: passingThrough(baseUrl, folder),
    isRecorded: () => isRecorded,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
