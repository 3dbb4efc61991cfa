import { join } from "node:path";
import { asArray, asObject, parseJson } from "../../lib/base/json.ts";
import type { Line, Part } from "./line.ts";

/** Requests a second, and how many. */
const RATE = 1000;
const REQUESTS = 5000;

const ROOT = join(import.meta.dir, "../..");

/** Who sends, in a process of its own: what it prints has how late each request was sent, in ms. */
interface Dispatcher {
  readonly name: string;
  readonly command: (baseUrl: string, requests: number) => readonly string[];
  readonly late: (printed: unknown) => readonly number[];
}

/** What one run of it came to. */
interface Figures {
  /** In ms, p99. */
  readonly late: number;
  /** us a request, start and all. */
  readonly cpu: number;
}

const bare: Dispatcher = {
  name: "bare loop",
  command: (baseUrl, requests) => [
    join(import.meta.dir, "dispatch/bare_dispatch.ts"),
    baseUrl,
    ...[RATE, requests].map(String),
  ],
  late: (printed) => asArray(printed).map(Number),
};

function bench(root: string, name: string): Dispatcher {
  return {
    name,
    command: (baseUrl, requests) => [
      join(root, "scripts/bench.ts"),
      "--base-url",
      baseUrl,
      "--model",
      "m",
      "--workers",
      "1",
      "--json",
      "--rate",
      String(RATE),
      "--requests",
      String(requests),
    ],
    late: (printed) =>
      asArray(asObject(printed)?.["requests"]).map(
        (one) => Number(asObject(one)?.["sent_ms"]) - Number(asObject(one)?.["scheduled_ms"]),
      ),
  };
}

/**
 * Requests at planned moments, 1000 a second from one process: how late they are sent. `before`: a checkout whose `bench`
 * is measured beside.
 */
export function dispatch({ before }: { readonly before?: string | undefined } = {}): Part {
  const ours = bench(ROOT, "bench --rate");
  const older = before === undefined ? [] : [bench(before, "bench --rate, before")];
  return {
    name: "dispatch",
    about:
      "requests at planned moments, 1000 a second from one process, answered by `serve --simulate` in 22 ms: how late they are sent, p99, against a loop of timers and `fetch`",
    async measure({ quick }) {
      const dispatchers = [ours, bare, ...older];
      const all = dispatchers.map((): Figures[] => []);
      for (let round = 0; round < (quick ? 1 : 7); round++) {
        for (let turn = 0; turn < dispatchers.length; turn++) {
          const place = (turn + round) % dispatchers.length;
          const dispatcher = dispatchers[place];
          if (dispatcher === undefined) continue;
          all[place]?.push(await run(dispatcher, quick ? 500 : REQUESTS));
        }
      }
      const [own = [], floor = []] = all;
      const ratios = own.map(({ late }, round) => late / (floor[round]?.late ?? Number.NaN));
      const lines: Line[] = [
        {
          what: "sent late, p99, bench --rate",
          unit: "x bare loop",
          values: ratios,
          goal: { atMost: 1.3 },
          heldBy:
            "The first requests of a process wait for code that is compiled, up to 30 ms, which is half of one percent of these; behind them pauses of the garbage collector decide, 1 to 4 ms each. On a warm machine it was 1.2 to 1.8 times the bare loop; p50 and p90 are half of what whole milliseconds gave.",
        },
      ];
      for (const [place, { name }] of dispatchers.entries()) {
        const figures = all[place] ?? [];
        lines.push(
          { what: `sent late, p99, ${name}`, unit: "ms", values: figures.map(({ late }) => late) },
          { what: `CPU, ${name}`, unit: "us/request", values: figures.map(({ cpu }) => cpu) },
        );
      }
      return lines;
    },
  };
}

async function run({ command, late }: Dispatcher, requests: number): Promise<Figures> {
  const model = "ttft=20ms,tps=1000,tokens=2";
  await using server = Bun.spawn(
    [process.execPath, join(ROOT, "scripts/serve.ts"), "--simulate", model],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const { value } = await server.stdout.getReader().read();
  const baseUrl = new TextDecoder().decode(value).trim();
  await using client = Bun.spawn([process.execPath, ...command(baseUrl, requests)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const printed = parseJson(await new Response(client.stdout).text());
  await client.exited;
  const sorted = Float64Array.from(late(printed)).toSorted();
  const cpu = Number(client.resourceUsage()?.cpuTime.total ?? 0);
  return { late: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN, cpu: cpu / requests };
}
