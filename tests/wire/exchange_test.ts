import { expect, test } from "bun:test";
import { monotonicClock } from "../../lib/base/clock.ts";
import type { Ending } from "../../lib/wire/ending.ts";
import {
  exchange,
  type ExchangeOptions,
  type Fetch,
  type Receiver,
  type ResponseHead,
} from "../../lib/wire/exchange.ts";
import { LimitError } from "../../lib/base/limit_error.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { type HttpRequest, withoutStreamOptions } from "../../lib/wire/request.ts";
import { Secret } from "../../lib/base/secret.ts";
import type { TimedText } from "../../lib/wire/piece.ts";
import { bodyOf, everyCut } from "../support/cuts.ts";
import { event } from "../support/event.ts";
import { type ServerExchange, startServer, startServerWith } from "../support/server.ts";

function requestTo(baseUrl: string, given: Partial<Parameters<typeof chatRequest>[0]> = {}) {
  const messages = [{ role: "user", content: "你好" }] as const;
  return chatRequest({ baseUrl, model: "demo", messages, key: null, ...given });
}

/** Sends a request and keeps what came. `piece` is told of each piece and says whether it was the last wanted. */
async function send(
  request: HttpRequest,
  { head = () => {}, piece = () => false, ...options }: Partial<ExchangeOptions & Receiver> = {},
) {
  const heads: ResponseHead[] = [];
  const pieces: TimedText[] = [];
  const ended = await exchange(request, {
    fetch,
    clock: monotonicClock,
    ...options,
    head(arrived) {
      heads.push(arrived);
      head(arrived);
    },
    piece(arrived) {
      pieces.push(arrived);
      return piece(arrived);
    },
  });
  return { ...ended, heads, pieces, text: pieces.map(({ text }) => text).join("") };
}

const lost = { code: "ECONNRESET", message: expect.stringContaining("closed unexpectedly") };

test("endpoint sends the request as it stands: method, path, headers, body", async () => {
  await using server = await startServerWith("");
  const request = requestTo(server.baseUrl, {
    headers: { "X-Title": "Streamgauge" },
    parameters: { temperature: 0.2 },
  });
  await send(request);
  const [received] = server.requests;
  expect(received).toMatchObject({
    method: "POST",
    path: "/v1/chat/completions",
    headers: {
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "x-title": "Streamgauge",
    },
  });
  expect(JSON.parse(received?.body ?? "")).toEqual({
    model: "demo",
    messages: [{ role: "user", content: "你好" }],
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.2,
  });
});

test("endpoint sends the key as a bearer token, and no authorization without one", async () => {
  await using server = await startServerWith("");
  await send(requestTo(server.baseUrl));
  await send(requestTo(server.baseUrl, { key: new Secret("sk-2f9c") }));
  const own = { Authorization: "Basic abc" };
  await send(requestTo(server.baseUrl, { key: new Secret("sk-2f9c"), headers: own }));
  await send(requestTo(server.baseUrl, { headers: own }));
  expect(server.requests.map(({ headers }) => headers["authorization"])).toEqual([
    undefined,
    "Bearer sk-2f9c",
    "Bearer sk-2f9c",
    "Basic abc",
  ]);
});

test("endpoint says nothing of a key that no header can hold", async () => {
  for (const text of ["sk-2f9c\nx", "我的key"]) {
    const { ending } = await send(requestTo("http://127.0.0.1:1/v1", { key: new Secret(text) }));
    expect(ending).toMatchObject({ kind: "no_response", code: null });
    expect(JSON.stringify(ending)).not.toContain(text);
    expect(JSON.stringify(ending)).not.toContain("2f9c");
  }
});

test("endpoint sends no body with a GET", async () => {
  await using server = await startServerWith("{}");
  const { text } = await send({
    method: "GET",
    url: `${server.baseUrl}/models`,
    headers: {},
    body: null,
    key: null,
  });
  expect(text).toBe("{}");
  expect(server.requests).toMatchObject([{ method: "GET", path: "/v1/models", body: "" }]);
});

test("request keeps what is given over what is usual, and leaves out what is undefined", () => {
  const request = requestTo("http://127.0.0.1/v1", {
    headers: { ACCEPT: "*/*" },
    parameters: { stream_options: undefined, model: "other", stop: ["a"] },
  });
  expect(request.headers["accept"]).toBe("*/*");
  expect(request.body).toEqual({
    model: "other",
    messages: [{ role: "user", content: "你好" }],
    stream: true,
    stop: ["a"],
  });
  const { body } = withoutStreamOptions(requestTo("http://127.0.0.1/v1"));
  expect(Object.keys(body ?? {})).toEqual(["model", "messages", "stream"]);
});

test("endpoint hands over head, pieces and end as they come, with times that never go back", async () => {
  const headCame = event();
  const pieceCame = event();
  await using server = await startServer(async ({ head, piece, end }) => {
    head(200, { "x-trace": "t1" });
    await headCame.happened;
    piece("data: 你");
    await pieceCame.happened;
    piece("好\n\n");
    end();
  });
  const { heads, pieces, ending, endedAt } = await send(requestTo(server.baseUrl), {
    head: headCame.happen,
    piece() {
      pieceCame.happen();
      return false;
    },
  });
  expect(ending).toEqual({ kind: "ended", status: 200 });
  expect(heads).toHaveLength(1);
  expect(heads[0]?.status).toBe(200);
  expect(heads[0]?.headers.get("x-trace")).toBe("t1");
  expect(pieces.map(({ text }) => text)).toEqual(["data: 你", "好\n\n"]);
  const times = [0, heads[0]?.at, ...pieces.map(({ at }) => at), endedAt].map(Number);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.every(Number.isSafeInteger)).toBe(true);
});

test("endpoint joins characters that were cut, keeps a BOM, and marks an invalid byte", async () => {
  for (const parts of everyCut(Buffer.from("\uFEFF你👩‍👧"))) {
    const { text } = await send(requestTo("http://127.0.0.1/v1"), {
      fetch: async () => new Response(bodyOf(parts)),
    });
    expect(text).toBe("\uFEFF你👩‍👧");
  }
  const { pieces, ending } = await send(requestTo("http://127.0.0.1/v1"), {
    fetch: async () => new Response(bodyOf([Buffer.from([0x61, 0xff, 0xe4]), Buffer.from([0xbd])])),
  });
  expect(pieces.map(({ text }) => text).join("")).toBe("a\uFFFD\uFFFD");
  expect(ending.kind).toBe("ended");
});

test("endpoint does not follow a redirect", async () => {
  for (const status of [301, 302, 307, 308]) {
    await using server = await startServerWith("moved", {
      status,
      headers: { location: "/v1/elsewhere" },
    });
    const { ending, text } = await send(requestTo(server.baseUrl, { key: new Secret("sk") }));
    expect(ending).toEqual({ kind: "ended", status });
    expect(text).toBe("moved");
    expect(server.requests).toHaveLength(1);
  }
});

test("endpoint ends without a piece when the body is empty", async () => {
  for (const [status, headers] of [
    [204, { "transfer-encoding": "" }],
    [200, { "transfer-encoding": "", "content-length": "0" }],
  ] as const) {
    await using server = await startServer(({ raw }) => {
      const lines = Object.entries(headers).filter(([, value]) => value !== "");
      raw(`HTTP/1.1 ${status} -\r\n${lines.map((line) => `${line.join(": ")}\r\n`).join("")}\r\n`);
    });
    const { ending, pieces } = await send(requestTo(server.baseUrl));
    expect(ending).toEqual({ kind: "ended", status });
    expect(pieces).toEqual([]);
  }
});

test("endpoint has no response when the connection is refused", async () => {
  const server = await startServerWith("");
  await server[Symbol.asyncDispose]();
  const { ending, heads } = await send(requestTo(server.baseUrl));
  expect(ending).toMatchObject({ kind: "no_response", code: "ECONNREFUSED" });
  expect(JSON.stringify(ending)).not.toContain("ECONNREFUSED: ");
  expect(heads).toEqual([]);
});

test("endpoint has no response when the connection breaks before the head", async () => {
  for (const breakOff of ["reset", "close"] as const) {
    await using server = await startServer((exchange) => exchange[breakOff]());
    const { ending } = await send(requestTo(server.baseUrl));
    expect(ending).toEqual({ kind: "no_response", ...lost });
  }
});

test("endpoint reports a body that broke off, with what came before", async () => {
  const cases: Record<string, (exchange: ServerExchange, pieceCame: Promise<void>) => unknown> = {
    "a reset between two pieces": async ({ head, piece, reset }, pieceCame) => {
      head();
      piece("half");
      await pieceCame;
      reset();
    },
    "a close before the last chunk": async ({ head, piece, close }, pieceCame) => {
      head();
      piece("half");
      await pieceCame;
      close();
    },
    "a content-length that is too long": async ({ raw, close }, pieceCame) => {
      raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
      await pieceCame;
      close();
    },
  };
  for (const [name, answer] of Object.entries(cases)) {
    const pieceCame = event();
    await using server = await startServer(async (exchange) => {
      await answer(exchange, pieceCame.happened);
    });
    const { ending, text } = await send(requestTo(server.baseUrl), {
      piece() {
        pieceCame.happen();
        return false;
      },
    });
    expect(ending, name).toEqual({ kind: "broken", status: 200, ...lost });
    expect(text, name).toBe("half");
  }
});

test("endpoint reports a body that broke off right after the head", async () => {
  const headCame = event();
  await using server = await startServer(async ({ head, reset }) => {
    head();
    await headCame.happened;
    reset();
  });
  const { ending } = await send(requestTo(server.baseUrl), { head: headCame.happen });
  expect(ending).toEqual({ kind: "broken", status: 200, ...lost });
});

test("endpoint takes the end of a connection for the end of a body that has no other", async () => {
  await using server = await startServer(({ raw, close }) => {
    raw("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nwhole");
    close();
  });
  const { ending, text } = await send(requestTo(server.baseUrl));
  expect(ending).toEqual({ kind: "ended", status: 200 });
  expect(text).toBe("whole");
});

test("endpoint stops when no first byte comes in time, with or without a head, and closes the connection", async () => {
  for (const withHead of [false, true]) {
    const closed = event();
    await using server = await startServer(async (exchange) => {
      if (withHead) exchange.head();
      await exchange.closed;
      closed.happen();
    });
    const { ending, heads } = await send(requestTo(server.baseUrl), {
      limits: { firstByte: 300_000 },
    });
    expect(ending).toEqual({ kind: "timed_out", timer: "first_byte", limit: 300_000 });
    expect(heads).toHaveLength(withHead ? 1 : 0);
    await closed.happened;
  }
});

test("endpoint stops when nothing more comes for too long, and keeps what came", async () => {
  await using server = await startServer(({ head, piece }) => {
    head();
    piece("half");
  });
  const { ending, text } = await send(requestTo(server.baseUrl), {
    limits: { firstByte: 60_000_000, idle: 120_000 },
  });
  expect(ending).toEqual({ kind: "timed_out", timer: "idle", limit: 120_000 });
  expect(text).toBe("half");
});

test("endpoint stops when the whole takes too long", async () => {
  await using server = await startServer(({ head, piece }) => {
    head();
    piece("half");
  });
  const { ending, text } = await send(requestTo(server.baseUrl), {
    limits: { total: 300_000, idle: 60_000_000 },
  });
  expect(ending).toEqual({ kind: "timed_out", timer: "total", limit: 300_000 });
  expect(text).toBe("half");
});

test("endpoint counts silence from the last piece, not from the first", async () => {
  let now = 0;
  const timerRan = event();
  const streamed = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const fetch: Fetch = async (_, init) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
        streamed.resolve(controller);
      },
    });
    return new Response(body);
  };
  const pieces = [event(), event(), event()];
  let came = 0;
  let watching = false;
  const sent = send(requestTo("http://127.0.0.1/v1"), {
    fetch,
    clock() {
      if (watching) timerRan.happen();
      return now;
    },
    limits: { idle: 20_000 },
    piece() {
      pieces[came++]?.happen();
      return false;
    },
  });
  const controller = await streamed.promise;
  controller.enqueue(Buffer.from("a"));
  await pieces[0]?.happened;
  now = 15_000;
  controller.enqueue(Buffer.from("b"));
  await pieces[1]?.happened;
  // 20 ms after the first piece, but only 5 ms after the second: not yet.
  now = 20_000;
  watching = true;
  await timerRan.happened;
  controller.enqueue(Buffer.from("c"));
  await pieces[2]?.happened;
  now = 40_000;
  const { ending } = await sent;
  expect(ending).toEqual({ kind: "timed_out", timer: "idle", limit: 20_000 });
  expect(pieces).toHaveLength(came);
});

test("endpoint is interrupted by the signal, keeps what came, and closes the connection", async () => {
  const closed = event();
  await using server = await startServer(async (exchange) => {
    exchange.head();
    exchange.piece("half");
    await exchange.closed;
    closed.happen();
  });
  const user = new AbortController();
  const { ending, text } = await send(requestTo(server.baseUrl), {
    signal: user.signal,
    piece() {
      user.abort();
      return false;
    },
  });
  expect(ending).toEqual({ kind: "interrupted" });
  expect(text).toBe("half");
  await closed.happened;
});

test("endpoint is interrupted before the head, or before anything is sent", async () => {
  const user = new AbortController();
  await using server = await startServer(() => user.abort());
  expect((await send(requestTo(server.baseUrl), { signal: user.signal })).ending).toEqual({
    kind: "interrupted",
  });
  expect((await send(requestTo(server.baseUrl), { signal: user.signal })).ending).toEqual({
    kind: "interrupted",
  });
  expect(server.requests).toHaveLength(1);
});

test("endpoint ends at the last wanted piece, and the connection is used again once the body ended", async () => {
  const resolved = event();
  await using server = await startServer(async ({ head, piece, end }) => {
    head();
    piece("last");
    await resolved.happened;
    piece("late");
    end();
  });
  await using elsewhere = await startServerWith("");
  const { ending, text, released } = await send(requestTo(server.baseUrl), { piece: () => true });
  expect(ending).toEqual({ kind: "ended", status: 200 });
  expect(text).toBe("last");
  // Time enough for a connection that was given up to be closed.
  await send(requestTo(elsewhere.baseUrl));
  resolved.happen();
  await released;
  const again = await send(requestTo(server.baseUrl), { piece: () => true });
  await again.released;
  expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1]);
});

test("endpoint closes a connection that stays open after the last wanted piece", async () => {
  const closed = event();
  await using server = await startServer(async (exchange) => {
    exchange.head();
    exchange.piece("last");
    await exchange.closed;
    closed.happen();
  });
  const { released } = await send(requestTo(server.baseUrl), { piece: () => true });
  await released;
  await closed.happened;
});

test("endpoint reads no more than 64 KiB after the last wanted piece", async () => {
  for (const [kibibytes, connections] of [
    [32, [1, 1]],
    [2048, [1, 2]],
  ] as const) {
    const resolved = event();
    await using server = await startServer(async ({ head, piece, end }) => {
      head();
      piece("last");
      await resolved.happened;
      piece("x".repeat(kibibytes * 1024));
      end();
    });
    const { released } = await send(requestTo(server.baseUrl), { piece: () => true });
    resolved.happen();
    await released;
    await send(requestTo(server.baseUrl), { piece: () => true });
    expect(server.requests.map(({ connection }) => connection)).toEqual([...connections]);
  }
});

test("endpoint that is told not to drain closes the connection at once", async () => {
  const closed = event();
  await using server = await startServer(async (exchange) => {
    exchange.head();
    exchange.piece("last");
    await exchange.closed;
    closed.happen();
  });
  await send(requestTo(server.baseUrl), { piece: () => true, drain: false });
  await closed.happened;
});

/** In µs. */
const DAY = 86_400_000_000;

test("endpoint hands over what comes behind the last wanted piece, drained or not", async () => {
  for (const drain of [true, false]) {
    const resolved = event();
    await using server = await startServer(async ({ head, piece, end }) => {
      head();
      piece("last");
      await resolved.happened;
      piece("more");
      end();
    });
    const late: TimedText[] = [];
    const { ending, endedAt, quiet, text } = await send(requestTo(server.baseUrl), {
      piece: () => true,
      late: (piece) => late.push(piece),
      drain,
      clock: () => DAY + monotonicClock(),
    });
    resolved.happen();
    await quiet;
    expect([ending, text]).toEqual([{ kind: "ended", status: 200 }, "last"]);
    expect(late.map((piece) => piece.text)).toEqual(["more"]);
    expect(late[0]?.at).toBeGreaterThanOrEqual(endedAt);
    // Counted from the sending, as all times are.
    expect(late[0]?.at).toBeLessThan(DAY);
  }
});

test("endpoint that leaves the body open is not listened to for ever, and closed where nothing is drained", async () => {
  const closed = event();
  await using server = await startServer(async (exchange) => {
    exchange.head();
    exchange.piece("last");
    await exchange.closed;
    closed.happen();
  });
  const options = { piece: () => true, late: () => {}, drain: false };
  const { quiet } = await send(requestTo(server.baseUrl), options);
  await quiet;
  await closed.happened;
});

test("endpoint is not harmed by a connection that breaks after the last wanted piece", async () => {
  const resolved = event();
  await using server = await startServer(async ({ head, piece, reset }) => {
    head();
    piece("last");
    await resolved.happened;
    reset();
  });
  const { ending, released } = await send(requestTo(server.baseUrl), { piece: () => true });
  resolved.happen();
  expect(await released).toBeUndefined();
  expect(ending.kind).toBe("ended");
});

test("endpoint ends as broken when a receiver has had enough, and closes the connection", async () => {
  for (const at of ["head", "piece"] as const) {
    const closed = event();
    await using server = await startServer(async (exchange) => {
      exchange.head();
      exchange.piece("half");
      await exchange.closed;
      closed.happen();
    });
    const { ending } = await send(requestTo(server.baseUrl), {
      [at]() {
        throw new LimitError("Cannot take it");
      },
    });
    const expected: Ending = { kind: "broken", status: 200, code: null, message: "Cannot take it" };
    expect(ending).toEqual(expected);
    await closed.happened;
  }
});

test("endpoint leaves redirects and silence to nobody but itself", async () => {
  const inits: RequestInit[] = [];
  await send(requestTo("http://127.0.0.1/v1"), {
    fetch: async (_, init) => {
      inits.push(init);
      return new Response("");
    },
  });
  expect(inits).toMatchObject([{ redirect: "manual", timeout: false }]);
});

test("endpoint takes whatever a fetch throws for no response", async () => {
  for (const [thrown, reason] of [
    [new TypeError("no"), { code: null, message: "no" }],
    [Object.assign(new Error("E1: no"), { code: "E1" }), { code: "E1", message: "no" }],
    [Object.assign(new Error("no"), { code: 7 }), { code: null, message: "no" }],
    ["no", { code: null, message: "no" }],
    [undefined, { code: null, message: "undefined" }],
  ] as const) {
    const { ending } = await send(requestTo("http://127.0.0.1/v1"), {
      fetch: () => Promise.reject(thrown),
    });
    expect(ending).toEqual({ kind: "no_response", ...reason });
  }
});

test("endpoint's failures are known by their code also where fetch keeps it in the cause, as on Node", async () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
    code: "ECONNREFUSED",
  });
  const { ending } = await send(requestTo("http://127.0.0.1:9/v1"), {
    fetch: () => Promise.reject(new TypeError("fetch failed", { cause: refused })),
  });
  expect(ending).toEqual({
    kind: "no_response",
    code: "ECONNREFUSED",
    message: "connect ECONNREFUSED 127.0.0.1:9",
  });
  const endingOf = async (cause: Error) => {
    const broken = new TypeError("terminated", { cause });
    return (await send(requestTo("http://127.0.0.1:9/v1"), { fetch: () => Promise.reject(broken) }))
      .ending;
  };
  expect(await endingOf(new Error("of no code"))).toEqual({
    kind: "no_response",
    code: null,
    message: "of no code",
  });
  const closed = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  expect(await endingOf(closed)).toEqual({
    kind: "no_response",
    code: "ECONNRESET",
    message: "other side closed",
  });
});
