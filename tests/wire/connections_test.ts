import { expect, test } from "bun:test";
import { type AnotherAttempt, completeChat } from "../../lib/chat/complete_chat.ts";
import { endingOf, closingOf } from "../../lib/transcript/closing.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { keepsOpen } from "../../lib/wire/connections.ts";
import { chunk, DONE } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { benchCommand, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { collect } from "../support/collect.ts";
import { startServer, type TestServer } from "../support/server.ts";

useToolkit();

const ANSWER = chunk({ content: "a" }, { finish_reason: "stop" }) + DONE;

/** Answers the first request of each connection, and closes it when the next one comes over it. */
function closesWhenReused(): Promise<TestServer> {
  const seen = new Set<number>();
  return startServer((exchange) => {
    if (seen.has(exchange.connection)) return exchange.close();
    seen.add(exchange.connection);
    exchange.head(200, { "content-type": "text/event-stream" });
    exchange.piece(ANSWER);
    exchange.end();
  });
}

function requestTo({ baseUrl }: TestServer) {
  return chatRequest({ baseUrl, model: "m", messages: [], key: null });
}

/** Asks until a request went over a connection that is open: when one may be used again, the client does not tell. */
async function overAnOpenOne(
  server: Parameters<typeof requestTo>[0],
  options: Parameters<typeof completeChat>[1] = {},
): Promise<Awaited<ReturnType<typeof completeChat>>> {
  for (let tries = 0; ; tries++) {
    const result = await completeChat(requestTo(server), options);
    const isReused = result.attempts > 1 || result.verdict.failure !== null;
    if (isReused || tries === 20) return result;
    await result.released;
  }
}

test("an open connection that the endpoint had closed is told apart from one that it resets", async () => {
  await using server = await closesWhenReused();
  const first = await completeChat(requestTo(server));
  await first.released;
  expect(first.verdict.outcome).toBe("complete");
  const second = await overAnOpenOne(server);
  expect(second.verdict.failure).toEqual({
    kind: "network",
    status: null,
    code: "connection_reused",
    message: "the endpoint had closed the open connection that was used again",
  });
  expect(second.attempts).toBe(1);
  await using resetting = await startServer((exchange) => exchange.reset());
  // A fetch of its own: that of the process may know the port, from a server that had it before.
  const reset = await completeChat(requestTo(resetting), {
    fetch: (input, init) => fetch(input, init),
  });
  expect(reset.verdict.failure).toMatchObject({ kind: "network", code: "ECONNRESET" });
});

test("what went over a closed connection is sent once more where that was asked for, over a new one", async () => {
  await using server = await closesWhenReused();
  const said: AnotherAttempt["reason"][] = [];
  const options = {
    resendReused: true,
    onAnotherAttempt: ({ reason }: AnotherAttempt) => void said.push(reason),
  };
  for (let sent = 0; sent < 4; sent++) {
    const { verdict, released } = await completeChat(requestTo(server), options);
    expect(verdict.outcome).toBe("complete");
    await released;
  }
  expect(said).not.toEqual([]);
  expect(new Set(said)).toEqual(new Set(["connection_reused"]));
  // Each of the resent ones came over a connection of its own.
  const answered = new Map<number, number>();
  for (const { connection } of server.requests) {
    answered.set(connection, (answered.get(connection) ?? 0) + 1);
  }
  expect(Math.max(...answered.values())).toBe(2);
});

test("what is sent once more goes over a new connection, however many that are closed are open still", async () => {
  await using server = await closesWhenReused();
  const open = await Promise.all(Array.from({ length: 4 }, () => completeChat(requestTo(server))));
  await Promise.all(open.map(({ released }) => released));
  const { verdict, attempts } = await overAnOpenOne(server, { resendReused: true });
  expect([verdict.outcome, attempts]).toEqual(["complete", 2]);
});

test("a connection that the endpoint says it closes is not used again", async () => {
  let requests = 0;
  await using server = await startServer((exchange) => {
    if (++requests > 1) return exchange.reset();
    exchange.head(200, { "content-type": "text/event-stream", connection: "close" });
    exchange.piece(ANSWER);
    exchange.end();
    exchange.close();
  });
  const own = { fetch: (input: string, init: RequestInit) => fetch(input, init) };
  const first = await completeChat(requestTo(server), own);
  await first.released;
  const second = await completeChat(requestTo(server), own);
  expect(second.verdict.failure).toMatchObject({ kind: "network", code: "ECONNRESET" });
});

/** As llama.cpp's server: it says that it keeps the connection, and closes it behind each stream. */
function closesBehindStreams(): Promise<TestServer> {
  const seen = new Set<number>();
  return startServer((exchange) => {
    if (seen.has(exchange.connection)) return exchange.close();
    seen.add(exchange.connection);
    exchange.head(200, {
      server: "llama.cpp",
      "content-type": "text/event-stream",
      "keep-alive": "timeout=5, max=100",
    });
    exchange.piece(ANSWER);
    exchange.end();
  });
}

test("where llama.cpp closes each connection behind a stream, each request gets one of its own", async () => {
  await using server = await closesBehindStreams();
  const own = { fetch: (input: string, init: RequestInit) => fetch(input, init) };
  for (let sent = 0; sent < 8; sent++) {
    const { verdict, released } = await completeChat(requestTo(server), own);
    expect(verdict.outcome).toBe("complete");
    await released;
  }
  const connections = server.requests.map(({ connection }) => connection);
  expect(new Set(connections).size).toBe(8);
});

test("bench says that each request had a connection of its own, and loses none", async () => {
  await using server = await closesBehindStreams();
  using folder = temporaryFolder();
  const args = ["--base-url", server.baseUrl, "--model", "m", "--requests", "6", "--warmup", "2"];
  const keep = ["--record", "rec", "--out", "a.json"];
  const { stdout, exitCode } = await runBench([...args, ...keep], { cwd: folder.path });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("6, all complete");
  expect(stdout).toContain(
    "connections  one for each request: the endpoint closes it behind each stream\n",
  );
  const { instrument } = await Bun.file(`${folder.path}/a.json`).json();
  expect(instrument.connections).toBe("closed");
  const { stdout: again } = await runReplay(["--report", "rec"], folder.path);
  expect(again).toBe(stdout);
});

test("what a server says of its connections is read from its head", () => {
  const stream = { server: "llama.cpp", "content-type": "text/event-stream; charset=utf-8" };
  expect([
    keepsOpen(new Headers(stream)),
    keepsOpen(new Headers({ ...stream, "content-type": "application/json" })),
    keepsOpen(new Headers({ ...stream, server: "nginx" })),
    keepsOpen(new Headers({ connection: "Close" })),
    keepsOpen(new Headers()),
  ]).toEqual([false, true, true, false, true]);
});

test("a transcript keeps why a reused connection, this machine or a fault of ours ended it", () => {
  for (const ending of [
    { kind: "no_response", code: "connection_reused", message: "closed" },
    { kind: "no_response", code: "EMFILE", message: "no more files" },
    { kind: "fault", status: null, message: "it broke (reader.ts:1)" },
  ] as const) {
    const closing = closingOf(ending, 7);
    expect(endingOf({ status: null, closing, isPlainBody: false })).toEqual(ending);
  }
});

test("bench warns of closed connections, and sends again only when it is asked to", async () => {
  await using server = await closesWhenReused();
  const args = ["--base-url", server.baseUrl, "--model", "m", "--requests", "6", "--warmup", "1"];
  const silent = await runBench(args);
  expect(silent.stdout).toContain("failed over an open connection that the endpoint had closed");
  expect(silent.exitCode).toBe(5);
  const again = await runBench([...args, "--resend-reused"]);
  expect(again.stdout).toContain("sent once more, after an open connection that the endpoint had");
  expect(again.stdout).toContain("6, all complete");
  expect(again.exitCode).toBe(0);
});

test.skipIf(process.platform === "win32")(
  "requests for which this process has no file handle left are this machine's failures, with its limit",
  async () => {
    await using server = await startServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(ANSWER);
      // Left open: each request needs a connection of its own.
    });
    using folder = temporaryFolder();
    const args = ["--base-url", server.baseUrl, "--model", "m", "--requests", "60"];
    const command = benchCommand([...args, "--concurrency", "60", "--cold", "--json"]);
    const child = Bun.spawn(["bash", "-c", 'ulimit -n 48; exec "$@"', "bash", ...command], {
      cwd: folder.path,
      env: cleanEnvironment(folder.path),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const result = JSON.parse(await collect(child.stdout)) as {
      environment: { open_files: number };
      requests: { outcome: string; error: { kind: string; code: string } | null }[];
      warnings: { code: string; message: string }[];
    };
    expect(await child.exited).toBe(1);
    expect(result.environment.open_files).toBe(48);
    const failed = result.requests.filter(({ outcome }) => outcome === "failed");
    expect(failed.length).toBeGreaterThan(10);
    expect(new Set(failed.map(({ error }) => `${error?.kind} ${error?.code}`))).toEqual(
      new Set(["client EMFILE"]),
    );
    expect(result.warnings[0]?.code).toBe("client_limited");
    expect(result.warnings[0]?.message).toContain(
      "may open no more files and connections (ulimit -n): 48",
    );
  },
);
