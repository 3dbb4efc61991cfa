import { expect, test } from "bun:test";
import { sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { KEY, runAsk, runAsks, useToolkit } from "../support/run_ask.ts";
import { answerOf, chunkOf, streamOf } from "../support/stream.ts";

useToolkit();

async function asked(body: string, lines: readonly (readonly string[])[]) {
  await using server = await startChatServer((exchange) => sendStream(exchange, body));
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const args = lines.map((flags) => ["--model", "m"].concat(flags, "Hi"));
  return await runAsks(args, { env });
}

test.concurrent("a failure in a normal end is exit code 6, and is named", async () => {
  const [run] = await asked(
    streamOf(answerOf("The first step is"), chunkOf({}, { finish: "network_error" }), "[DONE]"),
    [[]],
  );
  expect(run).toMatchObject({ exitCode: 6, stdout: "The first step is\n" });
  expect(run?.stderr).toContain('reports an error: finish_reason is "network_error"');
});

test.concurrent("a line that is no field is said, without the key in it", async () => {
  const stop = streamOf(chunkOf({}, { finish: "stop" }), "[DONE]");
  const body = `${streamOf(answerOf("Hi"))}upstream refused ${KEY}\n\n${stop}`;
  for (const { exitCode, stdout, stderr } of await asked(body, [[], ["--json"], ["--wire"]])) {
    expect(exitCode).toBe(0);
    expect(`${stderr}${stdout}`).toContain(`upstream refused ${"*".repeat(KEY.length)}`);
    expect(`${stderr}${stdout}`).not.toContain(KEY);
  }
});

test.concurrent(
  "what could not be read in a stream that only [DONE] calls whole is exit code 6, without the key",
  async () => {
    const hi = streamOf(answerOf("Hi"));
    for (const [body, words] of [
      [`${hi}data: upstream refused ${KEY}\n\n`, `upstream refused ${"*".repeat(KEY.length)}`],
      [`${hi}<html><title>502 Bad Gateway</title></html>\n\n`, "502 Bad Gateway"],
      [`${hi}event: exception\n\n`, "event: exception"],
      [streamOf({ header: { code: 10013, message: "blocked" } }), "blocked (10013)"],
      ["", "sent [DONE], but no chunk of a completion"],
    ] as const) {
      const [run] = await asked(body + streamOf("[DONE]"), [[]]);
      expect(run?.exitCode, body).toBe(6);
      expect(run?.stderr).toContain(words);
      expect(run?.stderr).not.toContain(KEY);
    }
  },
);

test.concurrent("an error behind [DONE] that comes in a piece of its own is said", async () => {
  await using server = await startChatServer(async ({ head, piece, end }) => {
    head(200, { "content-type": "text/event-stream" });
    piece(streamOf(answerOf("Hi", { finish: "stop" }), "[DONE]"));
    // Behind what was just written: the two leave in pieces of their own.
    await new Promise((resolve) => setImmediate(resolve));
    piece(streamOf({ error: { message: `no more for ${KEY}`, code: 502 } }));
    end();
  });
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const { exitCode, stderr } = await runAsk(["--model", "m", "Hi"], { env });
  expect(exitCode).toBe(0);
  const masked = "*".repeat(KEY.length);
  expect(stderr).toContain(`an error came behind [DONE]: no more for ${masked} (502)`);
});

test.concurrent(
  "a balance that is used up is asked for once, and told with what helps",
  async () => {
    const error = {
      message: "Your account is suspended due to insufficient balance",
      type: "exceeded_current_quota_error",
    };
    await using server = await startChatServer((exchange) =>
      sendBody(exchange, 429, { body: { error } }),
    );
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
    const { exitCode, stderr } = await runAsk(["--model", "m", "--retries", "2", "Hi"], { env });
    expect(exitCode).toBe(4);
    expect(server.requests).toHaveLength(1);
    expect(stderr).toContain("check the account, its balance and its plan, and top up");
    expect(stderr).not.toContain("--retries");
  },
);
