import manifest from "../../../package.json" with { type: "json" };

/** Everything of ours in a Redis begins with it, BullMQ's keys, too. */
export const PREFIX = "streamgauge";

/** The queue of a fleet: a job of it is a seat, which one worker takes for as long as the bench goes on. */
export const SEATS = "fleet";

/** What workers and benches must have in common: what they write to each other is not read by other versions. */
export const VERSION: string = manifest.version;

/** In s: so long what a bench has written stays, if nobody fetches it. */
export const EXPIRES = 24 * 60 * 60;

/** In ms. A process that has not renewed its lock for so long is taken for lost. */
export const LOCK = 4_000;

/** In ms: so often locks are looked at, by BullMQ and by us. */
export const LOOK_EVERY = 1_000;

/** What all queues have in common. A job that was begun is never begun again: it has sent requests. */
export const ONCE = { lockDuration: LOCK, lockRenewTime: LOCK / 2, maxStalledCount: 0 } as const;

/** The stream in which a bench gives orders to its workers. */
export function ordersOf(bench: string): string {
  return `${PREFIX}:bench:${bench}:orders`;
}

/** The stream in which workers tell a bench what they do. */
export function toldTo(bench: string): string {
  return `${PREFIX}:bench:${bench}:told`;
}

/** The queue whose one job a bench holds for as long as it lives. */
export function queueOf(bench: string): string {
  return `bench-${bench}`;
}

/** The job in that queue. */
export const HELD = "held";

/** The lock that BullMQ keeps on a job while its holder lives. */
export function lockOf(queue: string, job: string): string {
  return `${PREFIX}:${queue}:${job}:lock`;
}

/** A seat's name, which is the id of its job. */
export function seatName(bench: string, number: number): string {
  return `${bench}-${number}`;
}

/** Short enough to be typed. */
export function newBenchName(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number.toString(36).padStart(7, "0").slice(-7);
}
