import { monotonicClock } from "../../base/clock.ts";
import { UserError } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import { waitUntil } from "../../base/wait.ts";
import { childEnvironment } from "../../load/workers/child_environment.ts";
import { cannotRunClient } from "./messages.ts";
import type { ClientEnd } from "./seen.ts";

/** What stands in the place of a key. A client that has none refuses to start. */
const NO_KEY = "sk-none";

/** So long it may take to end when asked to, in µs. */
const GRACE: Micros = 2_000_000;

/** So long a client may take to its first request, in µs: some are compiled first. */
const LONGEST_START: Micros = 120_000_000;

/** So long its last words are waited for, in µs. */
const LAST_WORDS: Micros = 500_000;

/** How {@linkcode runClient} runs one. */
export interface ClientRun {
  /** The server's, with its `/v1`. */
  readonly baseUrl: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes what it writes to both streams; `null`: nobody. */
  readonly hear: ((text: string) => void) | null;
  /** When it, or the server for it, last did something. */
  readonly lastActivity: () => Micros;
  /** It has sent its first request. */
  readonly hasAsked: () => boolean;
  /** So long it may do nothing, in µs, once it has. */
  readonly patience: Micros;
  /** Called when it has ended, or is about to be stopped. */
  readonly onOver: () => void;
  readonly signal: AbortSignal;
}

/**
 * Runs a client's command to its end, with the server in place of what it asks otherwise: `OPENAI_BASE_URL` and
 * `ANTHROPIC_BASE_URL` are set, with keys that are none. Of the rest of the environment it gets what programs need to run,
 * and no key. `complained` says whether it wrote to stderr. One that does nothing for too long is stopped, with the processes that it started; `null` for one that was
 * stopped by the signal.
 *
 * @throws {UserError} when there is no such program
 */
export async function runClient(
  command: readonly string[],
  run: ClientRun,
): Promise<ClientEnd | null> {
  const { onOver, signal } = run;
  const child = spawn(command, run);
  const over = new AbortController();
  const complaints = listen(child.stderr, run.hear);
  const spoken = run.hear === null ? null : listen(child.stdout, run.hear);
  const exited = child.exited.then(async (code): Promise<ClientEnd> => {
    const { signalCode } = child;
    // What it has started may hold its streams open after it.
    const late = waitUntil(monotonicClock() + LAST_WORDS, { clock: monotonicClock });
    await Promise.race([Promise.all([complaints.ended, spoken?.ended]), late]);
    over.abort();
    return signalCode === null
      ? { kind: "exit", code, complained: complaints.hasText() }
      : { kind: "signal", signal: String(signalCode) };
  });
  const idle = whenIdle({ ...run, signal: AbortSignal.any([over.signal, signal]) });
  const end = await Promise.race([exited, idle]);
  onOver();
  over.abort();
  if (end?.kind === "exit" || end?.kind === "signal") return end;
  const stopped = new AbortController();
  child.exited.then(() => stopped.abort());
  stop(child, "SIGTERM");
  await waitUntil(monotonicClock() + GRACE, { clock: monotonicClock, signal: stopped.signal });
  stop(child, "SIGKILL");
  await child.exited;
  return end;
}

function spawn(
  command: readonly string[],
  { baseUrl, environment, hear }: ClientRun,
): Bun.Subprocess<"ignore", "pipe" | "ignore", "pipe"> {
  try {
    return Bun.spawn([...command], {
      env: {
        ...childEnvironment(environment, "network"),
        OPENAI_BASE_URL: baseUrl,
        OPENAI_API_KEY: NO_KEY,
        ANTHROPIC_BASE_URL: baseUrl.replace(/\/v1$/, ""),
        ANTHROPIC_API_KEY: NO_KEY,
      },
      stdio: ["ignore", hear === null ? "ignore" : "pipe", "pipe"],
      // A group of its own: what it starts is stopped with it, and Ctrl-C comes to it through us.
      detached: true,
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UserError(cannotRunClient(command[0] ?? "", code));
  }
}

/** Reads a stream to its end, so that whoever writes into it can go on. */
function listen(
  stream: ReadableStream<Uint8Array> | undefined,
  hear: ((text: string) => void) | null,
): { readonly ended: Promise<void>; readonly hasText: () => boolean } {
  let hasText = false;
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of stream ?? []) {
      const text = decoder.decode(bytes, { stream: true });
      hasText ||= text.trim() !== "";
      hear?.(text);
    }
  };
  return { ended: read().catch(() => {}), hasText: () => hasText };
}

/** Waits until nothing has happened for too long; `null` when the signal is aborted before. */
async function whenIdle(
  run: Pick<ClientRun, "lastActivity" | "hasAsked" | "patience" | "signal">,
): Promise<ClientEnd | null> {
  const { lastActivity, hasAsked, patience, signal } = run;
  const clock = monotonicClock;
  const longest = (): Micros => (hasAsked() ? patience : Math.max(patience, LONGEST_START));
  for (;;) {
    // Its first request makes the time shorter, and nobody says so here.
    const until = Math.min(lastActivity() + longest(), clock() + patience);
    await waitUntil(until, { clock, signal });
    if (signal.aborted) return null;
    const idle = clock() - lastActivity();
    if (idle >= longest()) return { kind: "stopped", idle };
  }
}

function stop(
  child: { readonly pid: number; kill(signal: NodeJS.Signals): void },
  signal: NodeJS.Signals,
): void {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Windows has no groups, and a group that has ended is none.
    child.kill(signal);
  }
}
