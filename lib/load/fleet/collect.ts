import type { FleetAddress } from "../../settings/fleet_address.ts";
import type { ShareResult } from "../run_share.ts";
import { FleetConnection } from "./connection.ts";
import { readTold } from "./journal.ts";
import { Member } from "./member.ts";
import { type EndedMember, merged } from "./merge.ts";
import { MemberRun } from "./member_run.ts";
import { toldTo } from "./names.ts";
import type { RunFrame, Told } from "./orders.ts";
import { StreamReader } from "./stream.ts";

/** A run as its workers tell of it, without the bench that ordered it. */
export interface CollectedRun {
  readonly frame: RunFrame;
  readonly result: ShareResult;
  /** How many workers it had, and how many of them have not told its end. */
  readonly workers: number;
  readonly missing: number;
}

/** What {@linkcode collectRuns} needs. */
export interface CollectOptions {
  readonly address: FleetAddress;
  readonly bench: string;
  /** In ms: so long workers are waited for that have not handed in all yet. */
  readonly wait: number;
  /** Aborted: what is there is enough. */
  readonly signal: AbortSignal;
}

/**
 * Fetches what the workers of a bench have told of its measured runs, in their order. Where a worker has not told the end of
 * its share, it is waited for: it may still send, or hand in what it kept while Redis was away. Gives an empty list where
 * nothing is known of such a bench.
 *
 * @throws {UserError} when Redis does not answer.
 */
export async function collectRuns(options: CollectOptions): Promise<CollectedRun[]> {
  const { address, bench, wait, signal } = options;
  await using connection = await FleetConnection.open(address);
  const collected = new Collection();
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  using _told = new StreamReader(connection, {
    stream: toldTo(bench),
    take(line) {
      collected.take(readTold(line));
      if (collected.isWhole) resolve();
    },
  });
  const timer = setTimeout(resolve, wait);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await whole;
  clearTimeout(timer);
  return await collected.runs();
}

/** What one worker told of one run. */
interface ToldOfRun {
  readonly ready: Extract<Told, { kind: "ready" }>;
  readonly told: Told[];
}

/** What was told of each run, by seats. */
class Collection {
  readonly #next = new Map<string, number>();
  readonly #left = new Set<string>();
  readonly #runs = new Map<number, Map<string, ToldOfRun>>();

  take(told: Told | null): void {
    if (told === null || told.number !== (this.#next.get(told.seat) ?? 0)) return;
    this.#next.set(told.seat, told.number + 1);
    if (told.kind === "left") this.#left.add(told.seat);
    if (!("run" in told)) return;
    const run = this.#runs.get(told.run) ?? new Map<string, ToldOfRun>();
    if (told.kind === "ready" && told.frame !== null) {
      this.#runs.set(told.run, run.set(told.seat, { ready: told, told: [] }));
    }
    run.get(told.seat)?.told.push(told);
  }

  /** Whether every worker that has begun something has told its end, or that it left. */
  get isWhole(): boolean {
    const runs = [...this.#runs.values()];
    return (
      runs.length > 0 &&
      runs.every((seats) => {
        const [first] = seats.values();
        const isEnded = ([seat, { told }]: [string, ToldOfRun]): boolean =>
          this.#left.has(seat) || told.some(({ kind }) => kind === "done");
        return seats.size === first?.ready.workers && [...seats].every(isEnded);
      })
    );
  }

  /** A run that nobody began is none. */
  async runs(): Promise<CollectedRun[]> {
    const found: CollectedRun[] = [];
    for (const [number, seats] of [...this.#runs].toSorted(([one], [other]) => one - other)) {
      const [first] = seats.values();
      if (first === undefined || ![...seats.values()].some(({ told }) => told.length > 1)) continue;
      const ended = await Promise.all([...seats].map((seat) => endedMember(number, seat)));
      const { frame, workers } = first.ready;
      if (frame === null) continue;
      const done = ended.filter(({ end }) => end.kind === "done").length;
      found.push({
        frame,
        result: merged(ended, { isStopped: false }),
        workers,
        missing: workers - done,
      });
    }
    return found;
  }
}

/** Tells a bench's account of a worker once more what it told. */
async function endedMember(
  run: number,
  [seat, { ready, told }]: [string, ToldOfRun],
): Promise<EndedMember> {
  const member = new Member(seat, ready.card, { outages: 0 });
  member.processes = ready.processes;
  const account = new MemberRun(member, { run, part: ready.part, spec: null });
  for (const news of told) member.take(news);
  member.lose("dead");
  return { run: account, end: await account.end };
}
