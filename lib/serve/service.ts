import { type Message, UserError } from "../base/message.ts";
import { type Fault, withFaults } from "../server/reply/fault.ts";
import type { HttpServerOptions, LocalEndpoint } from "../server/http/http_server.ts";
import { type CompletionWatch, startLocalEndpoint } from "../server/http/local_endpoint.ts";
import { startUpstream, type UpstreamRecording } from "../server/http/upstream.ts";
import { RecordingFolder } from "../transcript/recording_folder.ts";
import { readOrigin } from "./allowed_origin.ts";
import { isOwnAddress } from "../server/http/own_address.ts";
import { readBaseUrl } from "../settings/base_url.ts";
import {
  filesNotServed,
  flagNeeds,
  nothingToServe,
  passingThrough,
  upstreamIsItself,
} from "./messages.ts";
import { fileUnwritable } from "../command/messages/files.ts";
import { recordingStopped } from "../replay/messages.ts";
import type { ScriptContext } from "../command/script.ts";
import type { ServeFlags } from "./flags.ts";
import { openSources } from "./sources.ts";
import { readFault } from "../server/values.ts";

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
  context: Pick<ScriptContext, "say"> & { readonly watch?: CompletionWatch | undefined },
): Promise<Service> {
  checkTogether(flags, files);
  const allowOrigins = readOrigins(flags);
  const { start, message, ...rest } =
    flags.upstream === undefined
      ? await replyFrom(files, flags, context.watch)
      : recordUpstream({ ...flags, url: flags.upstream, folder: flags.record ?? "" }, context);
  return { start: (address) => start({ allowOrigins, ...address }), message, ...rest };
}

/** @throws {UserError} for one that is none */
export function readOrigins({ allowOrigin }: Pick<ServeFlags, "allowOrigin">): string[] {
  return (allowOrigin ?? []).map((text) => readOrigin({ flag: "--allow-origin", text }));
}

/** @throws {UserError} when a flag lacks the one it belongs to, or there is nothing to serve. */
export function checkTogether(flags: ServeFlags, files: readonly string[]): void {
  const { simulate, stamp, simSeed, upstream, record, verdict = false } = flags;
  for (const [flag, value] of [
    ["--patience", flags.patience],
    ["--out", flags.out],
    ["--force", flags.force],
  ] as const) {
    if (value !== undefined && !verdict) throw new UserError(flagNeeds(flag, "--verdict"));
  }
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

async function replyFrom(
  files: readonly string[],
  flags: ServeFlags,
  watch: CompletionWatch | undefined,
): Promise<Service> {
  const faults = readFaults(flags);
  const { make, message } = await openSources(files, flags);
  const stamp = flags.stamp ?? false;
  return {
    start: (address) =>
      startLocalEndpoint({ source: withFaults(make(), faults), stamp, watch, ...address }),
    message,
  };
}

/** @throws {UserError} for one that cannot be read */
export function readFaults({ fault }: Pick<ServeFlags, "fault">): Fault[] {
  return (fault ?? []).map((text) => readFault({ flag: "--fault", text }));
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
