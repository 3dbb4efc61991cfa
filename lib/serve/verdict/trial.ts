import { monotonicClock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import type { HttpServerOptions, LocalEndpoint } from "../../server/http/http_server.ts";
import type { Fault } from "../../server/reply/fault.ts";
import type { ReplySource } from "../../server/reply/reply.ts";
import { retryAfterIn } from "./retry_after.ts";
import { runClient } from "./client_process.ts";
import { Onlooker } from "./onlooker.ts";
import { strikingOnce } from "./scenario.ts";
import type { ClientEnd, SeenRequest } from "./seen.ts";

/** What all runs of one client have in common. */
export interface TrialOptions {
  readonly command: readonly string[];
  /** Starts a server that answers from this source. */
  readonly start: (
    source: ReplySource,
    options: HttpServerOptions & { readonly watch: Onlooker },
  ) => Promise<LocalEndpoint>;
  /** A source that has answered nobody. */
  readonly source: () => ReplySource;
  readonly patience: Micros;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes what the client writes; `null`: nobody. */
  readonly hear: ((text: string) => void) | null;
  readonly signal: AbortSignal;
}

/** One run of the client. */
export interface Trial {
  readonly requests: readonly SeenRequest[];
  readonly end: ClientEnd;
  /** When it was over, on the clock of the requests. */
  readonly now: Micros;
}

/**
 * Runs the client once, with the fault in the first answer that has a place for it; `null` for none. Gives `null` when it
 * was interrupted.
 */
export async function runTrial(fault: Fault | null, options: TrialOptions): Promise<Trial | null> {
  const { command, start, patience, signal } = options;
  const onlooker = new Onlooker({ clock: monotonicClock });
  const plain = options.source();
  const source = fault === null ? plain : strikingOnce(plain, fault);
  const endpoint = await start(source, { watch: onlooker });
  // Whoever is told to wait may do so.
  const asked = fault?.kind === "status" ? (retryAfterIn(fault.headers) ?? 0) : 0;
  let requests: readonly SeenRequest[] = [];
  let now: Micros = 0;
  try {
    const end = await runClient(command, {
      ...options,
      baseUrl: endpoint.baseUrl,
      lastActivity: () => onlooker.lastActivity,
      hasAsked: () => onlooker.hasSeen,
      patience: patience + asked,
      onOver() {
        [requests, now] = [onlooker.seen(), monotonicClock()];
      },
      signal,
    });
    return end === null ? null : { requests, end, now };
  } finally {
    await endpoint.close();
  }
}
