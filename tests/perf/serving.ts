import { join } from "node:path";
import type { Line, Part } from "./line.ts";
import type { Lateness } from "./serving/stamp_reader.ts";

/** In ms: the first piece, and the gaps behind it; so many pieces. */
const TTFT = 300;
const GAP = 20;
const PIECES = 200;

const ROOT = join(import.meta.dir, "../..");

/** What writes the streams, in a process of its own. */
interface Server {
  readonly name: string;
  readonly command: readonly string[];
}

/** One run of one server. */
interface Figures extends Lateness {
  /** Of the one process, start and all: us a piece. */
  readonly cpu: number;
}

const floor: Server = {
  name: "bare node:http",
  command: [join(import.meta.dir, "serving/paced_floor.ts"), ...[TTFT, GAP, PIECES].map(String)],
};

function serve(root: string, name: string, ...flags: readonly string[]): Server {
  const model = `ttft=${TTFT}ms,tps=${1000 / GAP},tokens=${PIECES},jitter=0`;
  const script = join(root, "scripts/serve.ts");
  return { name, command: [script, "--simulate", model, "--stamp", ...flags] };
}

/** How many streams each serves, and what is wanted of ours. */
interface Setting {
  readonly streams: number;
  readonly servers: readonly Server[];
}

/**
 * Streams of 50 pieces a second that all begin together: how late their pieces are. `before`: a checkout whose `serve` is
 * measured beside.
 */
export function serving({ before }: { readonly before?: string | undefined } = {}): Part {
  const ours = serve(ROOT, "serve");
  const older = before === undefined ? [] : [serve(before, "serve, before")];
  return {
    name: "serving",
    about:
      "streams of 50 pieces a second that begin together: how late their pieces are written, by their stamps, and read by bare sockets, p99; CPU of the server",
    async measure({ quick }) {
      const settings: readonly Setting[] = quick
        ? [{ streams: 20, servers: [ours, floor] }]
        : [
            { streams: 250, servers: [ours, floor, ...older] },
            { streams: 500, servers: [ours, floor, ...older] },
            {
              streams: 1000,
              servers: [serve(ROOT, "serve --workers 2", "--workers", "2"), floor, ...older],
            },
          ];
      const lines: Line[] = [];
      for (const { streams, servers } of settings) {
        const figures = servers.map((): Figures[] => []);
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          for (let turn = 0; turn < servers.length; turn++) {
            const place = (turn + round) % servers.length;
            const server = servers[place];
            if (server !== undefined) figures[place]?.push(await run(server, streams));
          }
        }
        for (const [place, { name }] of servers.entries()) {
          lines.push(...linesOf(name, { streams, figures: figures[place] ?? [] }));
        }
      }
      return lines;
    },
  };
}

function linesOf(
  name: string,
  { streams, figures }: { readonly streams: number; readonly figures: readonly Figures[] },
): Line[] {
  const at = `${streams} streams, ${name}`;
  const isOurs = name === "serve" || name === "serve --workers 2";
  const written = figures.map((one) => one.written);
  const lines: Line[] = [
    {
      what: `written late, ${at}`,
      unit: "ms",
      values: written,
      ...(isOurs ? { goal: { atMost: 5 } } : {}),
      ...(streams === 1000
        ? {
            heldBy:
              "on two cores the two processes and the reader want all there is; behind the first second it is 2 to 4 ms.",
          }
        : {}),
    },
    { what: `read late, ${at}`, unit: "ms", values: figures.map((one) => one.read) },
  ];
  // That of several processes is not in it.
  if (name.includes("--workers")) return lines;
  return [
    ...lines,
    { what: `CPU, ${at}`, unit: "us/piece", values: figures.map((one) => one.cpu) },
  ];
}

async function run({ name, command }: Server, streams: number): Promise<Figures> {
  await using server = Bun.spawn([process.execPath, ...command], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { value } = await server.stdout.getReader().read();
  const baseUrl = new TextDecoder().decode(value).trim();
  const reader = [join(import.meta.dir, "serving/stamp_reader.ts"), baseUrl, streams, GAP];
  const client = Bun.spawn([process.execPath, ...reader.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lateness = JSON.parse(await new Response(client.stdout).text()) as Lateness;
  if (lateness.pieces < streams * PIECES) {
    throw new Error(`${name}: only ${lateness.pieces} of ${streams * PIECES} pieces came`);
  }
  server.kill();
  await server.exited;
  const cpu = Number(server.resourceUsage()?.cpuTime.total ?? 0);
  return { ...lateness, cpu: cpu / lateness.pieces };
}
