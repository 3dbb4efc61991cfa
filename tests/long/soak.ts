/**
 * Load on endpoints with every fault at once, over every protocol, with all streams recorded:
 *
 *     bun run soak [--minutes N] [--concurrency N]
 *
 * Ten minutes, unless told otherwise. Memory of both sides may not grow, each outcome is as frequent as the faults
 * that were put in, every stream is recorded, and in the end no socket, timer or file is left. Exits with 1 otherwise.
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PROTOCOLS } from "../../lib/protocols/protocols.ts";
import type { EndpointVitals } from "./soak/endpoints.ts";
import { ALONE, LONGEST_SILENCE, struckSets } from "./soak/faults.ts";
import { type Asked, outcomeAlone, outcomeOf, round } from "./soak/rounds.ts";
import { growth, type Vitals, vitals } from "./soak/vitals.ts";

const MIB = 1024 * 1024;

/** The most by which memory may grow behind the first quarter of the time: bytes. */
const MOST_HEAP_GROWTH = 8 * MIB;
const MOST_RSS_GROWTH = 64 * MIB;

/** Requests of a round and protocol. */
const ROUND = 400;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    concurrency: { type: "string", default: "8" },
  },
});
const [minutes, concurrency] = [Number(values.minutes), Number(values.concurrency)];
const problems: string[] = [];

const script = fileURLToPath(new URL("soak/endpoints.ts", import.meta.url));
const child = Bun.spawn([process.execPath, script], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: Readable.fromWeb(child.stdout as never) })[
  Symbol.asyncIterator
]();
const baseUrls = JSON.parse(await nextLine()) as string[];
const targets = PROTOCOLS.map(({ name: api }, at): Asked => ({ api, baseUrl: baseUrls[at] ?? "" }));
const server = { before: await askEndpoints("vitals"), all: [] as EndpointVitals[] };
const client: Vitals[] = [];
const counts = new Map(targets.map(({ api }) => [api, new Map<string, number>()]));
let sent = 0;
let late = 0;

// What is opened once and kept, as by the first request, is no leak; a connection is.
const { sockets } = vitals();
await rounds(concurrency);
const before = { ...vitals(), sockets };

const end = performance.now() + minutes * 60_000;
while (performance.now() < end) {
  await rounds(ROUND);
  client.push(vitals());
  server.all.push(await askEndpoints("vitals"));
  const heaps = [client, server.all].map((all) => mebibytes(all.at(-1)?.heap ?? 0));
  process.stderr.write(
    `round ${client.length}: heap of client and endpoints ${heaps.join(", ")}\n`,
  );
}
const seconds = minutes * 60 + (performance.now() - end) / 1000;
say(`${sent * targets.length} requests in ${seconds.toFixed(0)} s, ${client.length} rounds`);

checkMemory("client", client);
checkMemory("endpoints", server.all);
const closed = await askEndpoints("close");
checkLeft("endpoints", closed, server.before);
// That the other side has closed is noticed with one of the next turns of the event loop.
for (let turn = 0; turn < 100 && vitals().sockets > sockets; turn++) await Bun.sleep(10);
checkLeft("client", vitals(), before);
child.stdin.end();
await child.exited;
await checkOutcomes();

for (const problem of problems) say(`PROBLEM  ${problem}`);
say(problems.length === 0 ? "all is well" : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** So many requests over each protocol at the same time, counted by their outcomes. */
async function rounds(requests: number): Promise<void> {
  await Promise.all(
    targets.map(async (target) => {
      const found = counts.get(target.api) ?? new Map<string, number>();
      const told = await round(target, { requests, concurrency });
      for (const record of told.records) count(found, outcomeOf(record));
      late = Math.max(late, told.late);
    }),
  );
  sent += requests;
}

/** Outcomes as counted, against what the faults come to that struck: each set of them is asked alone once. */
async function checkOutcomes(): Promise<void> {
  // Then a stream that has fallen silent may go on before anybody has noticed.
  const isTimed = late < LONGEST_SILENCE / 2;
  say(
    `the client was late by at most ${(late / 1000).toFixed(0)} ms${isTimed ? "" : ": too late to count what timed out"}`,
  );
  for (const { api } of targets) {
    const served = closed.served[api] ?? 0;
    const expected = new Map<string, number>();
    // A connection that the endpoint closes after 5 s of silence may be used just then.
    if (served !== sent) count(expected, "failed network", sent - served);
    for (const [set, times] of struckSets(served)) {
      const outcome = await outcomeAlone(api, set);
      count(expected, outcome, times);
      const told = ALONE[Number(set)];
      const alone = set === "" ? "complete" : typeof told === "string" ? told : told?.[api];
      if (!set.includes(",") && outcome !== alone) {
        problems.push(`${api}: fault ${set} alone is ${outcome}, not ${alone}`);
      }
    }
    const found = counts.get(api) ?? new Map<string, number>();
    const shown = [...expected].toSorted(([one], [other]) => one.localeCompare(other));
    say(`${api}: ${shown.map(([outcome, times]) => `${outcome} ${times}`).join(", ")}`);
    for (const outcome of new Set([...expected.keys(), ...found.keys()])) {
      const [put, got] = [expected.get(outcome) ?? 0, found.get(outcome) ?? 0];
      if (!isTimed && ["complete", "timed_out timeout"].includes(outcome)) continue;
      if (put !== got) problems.push(`${api}: ${outcome}: ${put} were put in, ${got} counted`);
    }
  }
}

function checkMemory(who: string, all: readonly Vitals[]): void {
  const later = all.slice(Math.floor(all.length / 4));
  const heap = growth(later.map((one) => one.heap));
  const rss = growth(later.map((one) => one.rss));
  const most = Math.max(...all.map((one) => one.rss));
  say(
    `${who}: heap grew by ${mebibytes(heap)}, RSS by ${mebibytes(rss)}; RSS ${mebibytes(most)} at most`,
  );
  if (heap > MOST_HEAP_GROWTH) problems.push(`${who}: the heap grew by ${mebibytes(heap)}`);
  if (rss > MOST_RSS_GROWTH) problems.push(`${who}: the memory grew by ${mebibytes(rss)}`);
}

function checkLeft(who: string, now: Vitals, then: Vitals): void {
  say(`${who}: ${now.sockets} sockets, ${now.files} files, ${now.timers} timers are left`);
  for (const what of ["sockets", "files", "timers"] as const) {
    if (now[what] > then[what]) problems.push(`${who}: ${now[what] - then[what]} ${what} are left`);
  }
}

async function askEndpoints(what: "vitals" | "close"): Promise<EndpointVitals> {
  child.stdin.write(`${what}\n`);
  await child.stdin.flush();
  return JSON.parse(await nextLine()) as EndpointVitals;
}

async function nextLine(): Promise<string> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("the endpoints have ended");
  return value;
}

function count(counts: Map<string, number>, outcome: string, times = 1): void {
  counts.set(outcome, (counts.get(outcome) ?? 0) + times);
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
