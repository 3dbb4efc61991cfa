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
  const body = `${streamOf(answerOf("Hi"))}upstream refused ${KEY}\n\n${streamOf("[DONE]")}`;
  for (const { exitCode, stdout, stderr } of await asked(body, [[], ["--json"], ["--wire"]])) {
    expect(exitCode).toBe(0);
    expect(`${stderr}${stdout}`).toContain(`upstream refused ${"*".repeat(KEY.length)}`);
    expect(`${stderr}${stdout}`).not.toContain(KEY);
  }
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
