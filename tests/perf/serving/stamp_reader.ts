/**
 * Reads paced streams over bare sockets and looks at nothing but the stamps in them. It prints JSON: how many pieces came,
 * and how late they were written (by their stamps) and read, each behind the most punctual one of its stream.
 *
 *     bun stamp_reader.ts BASE_URL STREAMS GAP_MS
 *
 * @module
 */

const [baseUrl = "", streams = "1", gap = "1"] = process.argv.slice(2);

/** What was found out, in ms. */
export interface Lateness {
  readonly pieces: number;
  readonly written: number;
  readonly read: number;
}

const body = JSON.stringify({
  model: "m",
  stream: true,
  messages: [{ role: "user", content: "why is the sky blue?" }],
});
const { host, hostname, port } = new URL(baseUrl);
const request = [
  "POST /v1/chat/completions HTTP/1.1",
  `host: ${host}`,
  "content-type: application/json",
  "connection: close",
  `content-length: ${body.length}`,
  "",
  body,
].join("\r\n");

interface Times {
  readonly written: number[];
  readonly read: number[];
}

async function readStream(): Promise<Times> {
  const times: Times = { written: [], read: [] };
  const closed = Promise.withResolvers<void>();
  let rest = "";
  await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open: (socket) => void socket.write(request),
      data(_socket, bytes) {
        const at = performance.now();
        const text = rest + bytes.toString("latin1");
        let end = 0;
        for (const found of text.matchAll(/"sent_us":(\d{16})\}/g)) {
          const written = Number(found[1]) / 1000;
          end = found.index + found[0].length;
          // The chunks of one piece have the same stamp.
          if (written === times.written.at(-1)) continue;
          times.written.push(written);
          times.read.push(at);
        }
        rest = text.slice(end);
      },
      close: () => closed.resolve(),
      error: (_socket, error) => closed.reject(error),
    },
  });
  await closed.promise;
  return times;
}

function lateness(all: readonly number[][]): number[] {
  return all.flatMap((times) => {
    const offsets = times.map((at, index) => at - index * Number(gap));
    const least = offsets.reduce((one, other) => Math.min(one, other), Infinity);
    return offsets.map((offset) => offset - least);
  });
}

function p99(values: readonly number[]): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN;
}

const read = await Promise.all(Array.from({ length: Number(streams) }, readStream));
const found: Lateness = {
  pieces: read.reduce((sum, { written }) => sum + written.length, 0),
  written: p99(lateness(read.map(({ written }) => written))),
  read: p99(lateness(read.map((times) => times.read))),
};
process.stdout.write(JSON.stringify(found));
