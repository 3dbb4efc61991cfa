import { type Message, UserError } from "../base/message.ts";
import { type Fault, withFaults } from "../server/reply/fault.ts";
import type { ProcessEnd } from "../measure/process_death.ts";
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
  notInSeveralProcesses,
  nothingToServe,
  passingThrough,
  sharedPort,
  workersOnLinux,
  upstreamIsItself,
} from "./messages.ts";
import { fileUnwritable } from "../command/messages/files.ts";
import { recordingStopped } from "../replay/messages.ts";
import type { ScriptContext } from "../command/script.ts";
import type { ServeFlags } from "./flags.ts";
import { makeSource, openSources } from "./sources.ts";
import { startServingProcesses } from "./workers/serving_processes.ts";
import { readFault } from "../server/values.ts";

/** What is served, once it is known where, and how that is said. */
export interface Service {
  readonly start: (options: HttpServerOptions) => Promise<StartedService>;
  /** What is said when it has started. */
  readonly messages: readonly Message[];
  /** Whether everything that was to be recorded is on the disk so far. Absent: nothing is recorded. */
  readonly isRecorded?: () => boolean;
}

/** A service that has started. */
export interface StartedService extends LocalEndpoint {
  /** Settles when a process that it needs ends by itself. Absent: it needs none but this one. */
  readonly died?: Promise<ProcessEnd>;
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
  const { start, messages, ...rest } =
    flags.upstream === undefined
      ? await replyFrom(files, flags, context.watch)
      : recordUpstream({ ...flags, url: flags.upstream, folder: flags.record ?? "" }, context);
  return { start: (address) => start({ allowOrigins, ...address }), messages, ...rest };
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
  checkWorkers(flags);
  if (files.length > 0 && simulate !== undefined) throw new UserError(filesNotServed("--simulate"));
  if (files.length > 0 && upstream !== undefined) throw new UserError(filesNotServed("--upstream"));
  if (files.length === 0 && simulate === undefined && upstream === undefined) {
    throw new UserError(nothingToServe());
  }
}

/** @throws {UserError} when something is asked of several processes that one alone can do. */
function checkWorkers({ workers = 1, verdict, upstream, simulate }: ServeFlags): void {
  if (workers === 1) return;
  if (verdict) throw new UserError(notInSeveralProcesses("--verdict"));
  if (upstream !== undefined) throw new UserError(notInSeveralProcesses("--upstream"));
  if (simulate?.concurrency !== undefined) {
    throw new UserError(notInSeveralProcesses("--simulate concurrency="));
  }
  if (simulate?.model.cache) throw new UserError(notInSeveralProcesses("--simulate cache=on"));
  if (process.platform !== "linux") throw new UserError(workersOnLinux());
}

async function replyFrom(
  files: readonly string[],
  flags: ServeFlags,
  watch: CompletionWatch | undefined,
): Promise<Service> {
  const faults = readFaults(flags);
  const { plan, message } = await openSources(files, flags);
  const { stamp = false, workers: processes = 1 } = flags;
  if (processes === 1) {
    const source = withFaults(makeSource(plan), faults);
    return {
      start: (address) => startLocalEndpoint({ source, stamp, watch, ...address }),
      messages: [message],
    };
  }
  const served = { source: plan, faults, stamp, processes };
  return {
    start: (address) => startServingProcesses(served, address),
    messages: [sharedPort(processes), message],
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
    messages: [passingThrough(baseUrl, folder)],
    isRecorded: () => isRecorded,
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
