import { expect, test } from "bun:test";
import { startChatServer } from "../support/chat_server.ts";
import { KEY, runAsk, useToolkit } from "../support/run_ask.ts";
import { chunkOf, streamOf } from "../support/stream.ts";

useToolkit();

/** Asks an endpoint whose model does nothing but call this tool. */
async function askedFor(name: string, given: string, flags: readonly string[]) {
  const [half, rest] = [given.slice(0, 9), given.slice(9)];
  await using server = await startChatServer((exchange) => {
    exchange.head(200, { "content-type": "text/event-stream" });
    const call = { index: 0, id: "c", function: { name, arguments: half } };
    exchange.piece(
      streamOf(
        chunkOf({ role: "assistant", tool_calls: [call] }),
        chunkOf({ tool_calls: [{ index: 0, function: { arguments: rest } }] }),
        chunkOf({}, { finish: "tool_calls" }),
        "[DONE]",
      ),
    );
    exchange.end();
  });
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  return await runAsk(["--model", "m", ...flags, "Hi"], { env });
}

test.concurrent(
  "an answer that is a tool call alone is shown on stderr, a line a call",
  async () => {
    const given = '{"city":"Paris"}';
    expect(await askedFor("get_weather", given, [])).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: 'the model calls get_weather({"city":"Paris"})\n',
    });
    expect(await askedFor("get_weather", given, ["--lang", "zh"])).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: '模型调用 get_weather({"city":"Paris"})\n',
    });
  },
);

test.concurrent("a tool call can neither steer the terminal nor show the key", async () => {
  const given = JSON.stringify({ a: "\u001b[2J", b: KEY }).replace("\\u001b", "\u001b");
  const { stdout, stderr } = await askedFor("f", given, []);
  expect([stdout, stderr]).toEqual([
    "",
    `the model calls f({"a":"␛[2J","b":"${"*".repeat(KEY.length)}"})\n` +
      "the arguments of 1 tool call are not whole JSON: a client that parses them fails\n",
  ]);
});

test.concurrent(
  "with --json a tool call is in the JSON alone, and its fault under notes",
  async () => {
    const { stdout, stderr } = await askedFor("f", '{"a":', ["--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "complete",
      notes: [{ code: "broken_arguments", count: 1 }],
      tool_calls: [{ name: "f", arguments: '{"a":' }],
    });
    expect(stderr).not.toContain("the model calls");
  },
);
