/**
 * The least that writes paced streams: `node:http`, one timer for all streams, and chunks that were made beforehand but for
 * the time at which they are written. What `serve` is held against. Its base URL is the first line that it prints.
 *
 *     bun paced_floor.ts TTFT_MS GAP_MS PIECES
 *
 * @module
 */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const [ttft = 0, gap = 0, pieces = 0] = process.argv.slice(2).map(Number);
const BEFORE = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"floor","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}],"streamgauge":{"sent_us":`;

interface Stream {
  readonly response: ServerResponse;
  due: number;
  left: number;
}

const streams = new Set<Stream>();

setInterval(() => {
  const now = performance.now();
  for (const stream of streams) {
    if (stream.due > now + 0.5) continue;
    const sent = Math.round((performance.timeOrigin + performance.now()) * 1000);
    stream.response.write(`${BEFORE}${sent}}}\n\n`);
    stream.due += gap;
    if (--stream.left > 0) continue;
    stream.response.end("data: [DONE]\n\n");
    streams.delete(stream);
  }
}, 1);

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  streams.add({ response, due: performance.now() + ttft, left: pieces });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1\n`);
});
