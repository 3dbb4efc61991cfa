/**
 * Reads a stream of very many events as `bench` does, on a clock that says an hour has passed at its end, and prints how many
 * bytes of memory it holds after each tenth, as JSON. Arguments: the checkout whose code reads, and how many events.
 *
 * @module
 */

import { join } from "node:path";
import { mostMemoryOf } from "../most_memory.ts";

const [, , root = "", count = "0"] = Bun.argv;
const { completeChat } = (await import(
  join(root, "lib/chat/complete_chat.ts")
)) as typeof import("../../../lib/chat/complete_chat.ts");
const { chatRequest } = (await import(
  join(root, "lib/protocols/completion_request.ts")
)) as typeof import("../../../lib/protocols/completion_request.ts");

const events = Number(count);
const HOUR = 3_600_000_000;
const A_READ = 100;
const chunk = { model: "m", choices: [{ index: 0, delta: { content: "你好" } }] };
const part = new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`.repeat(A_READ));

let sent = 0;
const held: number[] = [];
const body = new ReadableStream<Uint8Array>({
  pull(controller) {
    if (sent >= events) return controller.close();
    sent += A_READ;
    controller.enqueue(part);
    if (sent % (events / 10) === 0) {
      Bun.gc(true);
      held.push(process.memoryUsage().rss);
    }
  },
});
const { reading } = await completeChat(
  chatRequest({ baseUrl: "http://127.0.0.1:1/v1", model: "m", messages: [], key: null }),
  {
    fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
    clock: () => Math.floor((sent / events) * HOUR),
    keepText: false,
    parts: false,
  },
);
const deltas = reading.timeline.deltasAt.length;
if (deltas !== events) throw new Error(`There were ${deltas} deltas, and not ${events}`);
process.stdout.write(JSON.stringify({ held, peak: mostMemoryOf(process.pid) }));
