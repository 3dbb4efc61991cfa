import type { ServerResponse } from "node:http";
import { once } from "node:events";
import { setImmediate } from "node:timers";
import { type Clock, monotonicClock } from "../../base/clock.ts";
import { waitUntil } from "../../base/wait.ts";
import type { Reply, ReplyEnd, ReplyHead } from "../reply/reply.ts";
import { sendHead } from "./head.ts";

/**
 * Timers tick in whole milliseconds and are never early: half a tick is taken off, in µs, so that pieces are as often
 * a little early as late, and not always late.
 */
const HALF_TICK = 500;

/** What is next to be done for an answer. Its moment has come. */
export type Step =
  | { readonly kind: "head"; readonly head: ReplyHead }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: ReplyEnd["kind"] };

/** How an answer is played. */
export interface PlayOptions {
  readonly clock?: Clock | undefined;
  /** Aborted when nobody is there any more: playing stops, without a last step. */
  readonly signal: AbortSignal;
}

/**
 * Gives the steps of an answer, each at its time. Every wait is counted from the request, not from the step before.
 *
 * @example
 * ```ts
 * for await (const step of play(answer, { signal })) if (step.kind === "bytes") write(step.bytes);
 * ```
 */
export async function* play(answer: Reply, options: PlayOptions): AsyncGenerator<Step, void> {
  const { clock = monotonicClock, signal } = options;
  const began = clock();
  const until = async (at: number): Promise<boolean> => {
    await waitUntil(began + at - HALF_TICK, { clock, signal });
    return !signal.aborted;
  };
  const { head, pieces, end } = answer;
  if (head !== null) {
    if (!(await until(head.at))) return;
    yield { kind: "head", head };
    for (const { bytes, at } of pieces) {
      if (!(await until(at))) return;
      yield { kind: "bytes", bytes };
    }
  }
  if (await until(end.at)) yield { kind: end.kind };
}

/** What went out. `gone`: the client left, or the server was closed, before the end. */
export interface Played {
  readonly pieces: number;
  readonly bytes: number;
  readonly ended: ReplyEnd["kind"] | "gone";
}

/**
 * How long a client gets to read what it has before the connection breaks, in µs. A reset throws away what was not
 * read, and Bun's `fetch` does so at any break.
 */
const GRACE = 20_000;

/**
 * Plays an answer to a client. Each piece is written on its own, so that a client can read it on its own, and waits
 * until a slow client has taken the one before.
 */
export async function playResponse(
  response: ServerResponse,
  answer: Reply,
  options: PlayOptions & { readonly onWrite?: (bytes: Uint8Array) => Uint8Array },
): Promise<Played> {
  const { clock = monotonicClock, signal, onWrite = (bytes) => bytes } = options;
  let pieces = 0;
  let bytes = 0;
  const grace = async (): Promise<void> => {
    if (response.headersSent) await waitUntil(clock() + GRACE, { clock, signal });
  };
  for await (const step of play(answer, options)) {
    switch (step.kind) {
      case "head":
        sendHead(response, step.head);
        break;
      case "bytes":
        // Two writes in one turn become one packet.
        if (pieces > 0) await turn();
        pieces++;
        bytes += step.bytes.length;
        if (!response.write(onWrite(step.bytes))) await drained(response, signal);
        break;
      case "end":
        response.end();
        return { pieces, bytes, ended: "end" };
      case "cut":
        await grace();
        // The connection ends in order, without the end of the body.
        response.socket?.end();
        return { pieces, bytes, ended: "cut" };
      case "reset":
        await grace();
        response.socket?.resetAndDestroy();
        return { pieces, bytes, ended: "reset" };
    }
  }
  return { pieces, bytes, ended: "gone" };
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, "drain", { signal }).catch(() => {});
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
