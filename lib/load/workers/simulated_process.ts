import { type ClockSample, clockOffset } from "../../measure/clock_offset.ts";
import type { ProcessEnd } from "../../measure/process_death.ts";
import { epochClock } from "../../base/clock.ts";
import { exchange } from "../../wire/exchange.ts";
import type { Ending } from "../../wire/ending.ts";
import { asObject, parseJson } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import { waitUntil } from "../../base/wait.ts";
import { childCommand } from "./child_command.ts";
import { childEnvironment } from "./child_environment.ts";

/** A simulated endpoint in a process of its own. */
export interface SimulatedProcess extends AsyncDisposable {
  readonly baseUrl: string;
  readonly pid: number;
  /** How far the clock of its stamps is ahead of ours, in µs, where that is more than its measuring explains; else 0. */
  readonly clockOffset: Micros;
  /** Aborted when it ends by itself. */
  readonly died: AbortSignal;
  /** How it ended by itself; `null` while it answers. Asks it, since an end is not noticed at once. */
  end(): Promise<ProcessEnd | null>;
}

/** How {@linkcode startSimulatedProcess} starts one. */
export interface SimulatedProcessOptions {
  readonly seed: number;
  /** It writes into each chunk when it was sent; its clock is measured. */
  readonly stamp: boolean;
  /** What it gets its environment from. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** So often its clock is asked for; the shortest way counts. */
const QUESTIONS = 5;

/** In µs. On loopback an endpoint that lives answers sooner, however busy, and one that does not is gone by then. */
const LONGEST_ANSWER: Micros = 2_000_000;

/**
 * Starts a simulated model, as `serve --simulate` has it, in a process of its own, so that it does not share this one's event loop. Ctrl-C in a
 * terminal does not reach it: what is in flight then is to be answered. It ends with this process, if not before.
 *
 * @throws when it ends before it is ready, with what it said.
 */
export async function startSimulatedProcess(
  simulate: string,
  { seed, stamp, environment = process.env }: SimulatedProcessOptions,
): Promise<SimulatedProcess> {
  const child = Bun.spawn(childCommand("simulated", [JSON.stringify({ simulate, seed, stamp })]), {
    env: childEnvironment(environment, "alone"),
    stdio: ["ignore", "pipe", "pipe"],
    ipc() {},
    detached: true,
  });
  const said = new Response(child.stderr).text();
  const baseUrl = await firstLine(child.stdout);
  if (baseUrl === null) {
    const code = await child.exited;
    throw new Error(`The simulated endpoint ended with ${code}: ${(await said).trim()}`);
  }
  const died = new AbortController();
  let isOver = false;
  const ended = child.exited.then((code): ProcessEnd => {
    const { signalCode } = child;
    if (!isOver) died.abort();
    return signalCode === null
      ? { kind: "exit", code }
      : { kind: "signal", signal: String(signalCode) };
  });
  const health = new URL("/health", baseUrl).href;
  return {
    baseUrl,
    pid: child.pid,
    clockOffset: stamp ? clockOffset(await clockSamples(health)) : 0,
    died: died.signal,
    async end() {
      if (died.signal.aborted) return ended;
      const { ending } = await ask(health);
      const over = new AbortController();
      const waiting = waitUntil(epochClock() + LONGEST_ANSWER, {
        clock: epochClock,
        signal: ending.kind === "ended" ? AbortSignal.abort() : over.signal,
      }).then(() => null);
      const end = await Promise.race([ended, waiting]);
      over.abort();
      return end;
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      // It keeps nothing, and one that hangs does not listen to signals that ask politely.
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Fewer, where it does not answer. */
async function clockSamples(health: string): Promise<ClockSample[]> {
  const samples: ClockSample[] = [];
  for (let question = 0; question < QUESTIONS; question++) {
    const sample = (await ask(health)).sample;
    if (sample !== null) samples.push(sample);
  }
  return samples;
}

/** Asks it how it is, and for the time on its clock. */
async function ask(
  health: string,
): Promise<{ readonly ending: Ending; readonly sample: ClockSample | null }> {
  let text = "";
  const request = { method: "GET", url: health, headers: {}, body: null, key: null } as const;
  const { ending, sentAt, endedAt } = await exchange(request, {
    fetch,
    clock: epochClock,
    limits: { total: LONGEST_ANSWER },
    head() {},
    piece(piece) {
      text += piece.text;
      return false;
    },
  });
  const theirs = asObject(parseJson(text))?.["now_us"];
  const isTime = ending.kind === "ended" && typeof theirs === "number";
  return { ending, sample: isTime ? { asked: sentAt, theirs, answered: sentAt + endedAt } : null };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    text += decoder.decode(value, { stream: true });
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
}
