import { expect, test } from "bun:test";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { listModels } from "../../lib/chat/models.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { runAsk, useToolkit } from "../support/run_ask.ts";
import { type ServerExchange, startServer, type TestServer } from "../support/server.ts";

useToolkit();

const PART = 256 * 1024;

/** A server whose every answer goes on until the client leaves. */
function endless(
  part: string,
  { status = 200, type = "text/event-stream" } = {},
): Promise<TestServer> {
  return startServer(async (exchange: ServerExchange) => {
    const left = new AbortController();
    void exchange.closed.then(() => left.abort());
    exchange.head(status, { "content-type": type });
    // As fast as the client takes it: after so much nothing of ours waits any more.
    for (let sent = 0; !left.signal.aborted && sent < 400; sent++) {
      exchange.piece(part);
      await exchange.drained();
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!left.signal.aborted) exchange.reset();
  });
}

const comments = ": still here\n".repeat(PART / 13);

test("a list of models that never ends is given up: comments, spaces, an error page, one long line", async () => {
  const cases: readonly (readonly [part: string, status: number])[] = [
    [comments, 200],
    [" ".repeat(PART), 200],
    [`{"data":[${'{"id":"m"},'.repeat(PART / 11)}`, 200],
    ["x".repeat(PART), 500],
    [comments, 404],
  ];
  for (const [part, status] of cases) {
    await using server = await endless(part, { status });
    const { names, verdict } = await listModels({ baseUrl: server.baseUrl, key: null });
    expect(names).toBeNull();
    expect(verdict.outcome).not.toBe("complete");
    // It did not take what the server would still have sent.
    expect(verdict.failure?.code).not.toBe("ECONNRESET");
  }
});

test("the limit of time holds also where bytes keep coming", async () => {
  await using server = await startServer(async (exchange) => {
    exchange.head(200, { "content-type": "application/json" });
    exchange.piece(" ");
    await exchange.closed;
  });
  const limits = { total: 50_000, idle: 60_000_000 };
  const { verdict } = await listModels({ baseUrl: server.baseUrl, key: null }, { limits });
  expect(verdict.failure).toMatchObject({ kind: "timeout", code: "total" });
});

test("an error page that never ends fails the request, with its beginning", async () => {
  await using server = await endless("no ".repeat(PART / 3), { status: 500, type: "text/plain" });
  const request = chatRequest({ baseUrl: server.baseUrl, model: "m", messages: [], key: null });
  const { verdict } = await completeChat(request);
  expect(verdict.failure?.message).toStartWith("no no no");
  expect(verdict.failure?.message.length).toBeLessThan(400);
});

test("ask says why there is no list where the list never ends", async () => {
  await using server = await endless(comments);
  const { exitCode, stdout, stderr } = await runAsk([
    "--list-models",
    "--base-url",
    server.baseUrl,
  ]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: "" });
  expect(stderr).toBe(
    "Cannot list the models: The stream was cut: the list has more than 8388608 characters\n",
  );
});
