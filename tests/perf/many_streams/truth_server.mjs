/**
 * An endpoint that knows the truth, for Node: it streams chat completions of 50 chunks a second and notes when it wrote
 * what. Its address is the first line it prints; when stdin ends it prints what it knows, as JSON, and ends.
 *
 *     node truth_server.mjs
 *
 * Chunks are made beforehand and one timer serves all streams: at its time a chunk is only written.
 *
 * @module
 */

import { createServer } from "node:http";

/** In ms: the first chunk, and the gaps behind it, each spread evenly between the two. */
const FIRST = [150, 250];
const GAP = [15, 25];

/** @type {{ first: number, gaps: number[] }[]} */
const answers = [];
/** Streams by the whole millisecond at which their next chunk is due. */
const due = new Map();
let tick = Math.floor(performance.now());
let open = 0;
let ordinal = 0;

function random(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function chunk(id, delta, finish_reason = null) {
  const value = { id, object: "chat.completion.chunk", created: 1, model: "truth" };
  return `data: ${JSON.stringify({ ...value, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
}

function plan(stream, at) {
  stream.at = at;
  const key = Math.max(Math.ceil(at), tick + 1);
  const others = due.get(key);
  if (others === undefined) due.set(key, [stream]);
  else others.push(stream);
}

function write(stream, now) {
  const { response, left, draw } = stream;
  if (stream.last === null) stream.answer.first = now - stream.received;
  else stream.answer.gaps.push(now - stream.last);
  stream.last = now;
  if (left > 1) {
    response.write(stream.text);
    stream.left = left - 1;
    plan(stream, stream.at + GAP[0] + draw() * (GAP[1] - GAP[0]));
    return;
  }
  const usage = {
    prompt_tokens: 9,
    completion_tokens: stream.tokens,
    total_tokens: 9 + stream.tokens,
  };
  const tail = {
    id: stream.id,
    object: "chat.completion.chunk",
    created: 1,
    model: "truth",
    choices: [],
    usage,
  };
  response.end(
    `${stream.text}${chunk(stream.id, {}, "stop")}data: ${JSON.stringify(tail)}\n\ndata: [DONE]\n\n`,
  );
  open--;
}

function serve() {
  const now = Math.floor(performance.now());
  while (tick < now) {
    tick++;
    const streams = due.get(tick);
    if (streams === undefined) continue;
    due.delete(tick);
    for (const stream of streams) write(stream, performance.now());
  }
  setTimeout(serve, 1);
}

const server = createServer((request, response) => {
  const received = performance.now();
  // `bench` looks for metrics of the server.
  if (request.method !== "POST") return void response.writeHead(404).end();
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { max_tokens: tokens = 100 } = JSON.parse(Buffer.concat(parts).toString());
    const id = `chatcmpl-${ordinal}`;
    const draw = random(++ordinal);
    // What asks for one token warms a connection up, and is no part of the truth.
    const answer = { first: 0, gaps: [] };
    if (tokens > 1) answers.push(answer);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    const text = chunk(id, { content: " word" });
    const stream = { response, received, id, tokens, left: tokens, draw, answer, text, last: null };
    open++;
    plan(stream, received + FIRST[0] + draw() * (FIRST[1] - FIRST[0]));
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/v1\n`);
  serve();
});
process.stdin.resume().on("end", () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ answers, open, cpu: user + system }), () => process.exit());
});
