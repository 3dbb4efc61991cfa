import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChatServer, sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { responseEvents, typedStream } from "../support/protocol_streams.ts";
import { chunk, DONE } from "../support/read_pieces.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { streamOf } from "../support/stream.ts";

setDefaultTimeout(30_000);
useToolkit();

interface Message {
  readonly role: string;
  readonly content: string;
}

/** What a server was asked and what it answered, in order; warm-up left out. */
interface Asked {
  readonly messages: readonly Message[];
  readonly answer: string | null;
}

const isWarmUp = (body: Readonly<Record<string, unknown>> | null): boolean =>
  body?.["max_tokens"] === 1;

/** Each answer is another one, in two deltas; what holds `fail` is refused. */
async function talking(): Promise<ChatServer & { readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = await startChatServer((exchange, { body }) => {
    const messages = (body?.["messages"] ?? []) as Message[];
    const fails = messages.at(-1)?.content.includes("fail") ?? false;
    const answer = fails ? null : `answer ${asked.length}`;
    if (!isWarmUp(body)) asked.push({ messages, answer });
    if (answer === null) return sendBody(exchange, 500, { body: { error: { message: "no" } } });
    const prompt = messages.length * 10;
    const usage = {
      prompt_tokens: prompt,
      completion_tokens: 2,
      total_tokens: prompt + 2,
      prompt_tokens_details: { cached_tokens: (messages.length - 1) * 10 },
    };
    const deltas = [answer.slice(0, 3), answer.slice(3)].map((content) => chunk({ content }));
    sendStream(
      exchange,
      deltas.join("") + chunk({}, { finish_reason: "stop" }) + chunk({}, { usage }) + DONE,
    );
  });
  return Object.assign(server, { asked });
}

/** What was asked, by the mark that the conversation begins with. */
function byConversation(asked: readonly Asked[]): Asked[][] {
  const mark = ({ messages }: Asked): string =>
    /^\[\w{10}\]/.exec(messages[0]?.content ?? "")?.[0] ?? "";
  return [...Map.groupBy(asked, mark).values()];
}

const questions = (turns: readonly string[]) => ({
  conversations: turns.flatMap((value) => [
    { from: "human", value },
    { from: "gpt", value: "not what came" },
  ]),
});

test("eight users ask three turns, each with all that was said, and nothing after a failure", async () => {
  await using server = await talking();
  using folder = temporaryFolder();
  const talks = Array.from({ length: 8 }, (_, user) =>
    questions([`Q${user}.1?`, user === 5 ? "fail" : `Q${user}.2?`, `Q${user}.3?`]),
  );
  const file = join(folder.path, "talks.jsonl");
  writeFileSync(file, talks.map((talk) => JSON.stringify(talk)).join("\n"));
  const args = ["--turns=3", "--think=50ms..80ms", `--prompts=${file}`, "--concurrency=8"];
  const keep = ["--requests=24", "--workers=2", "--record=rec", "--out=o.json", "--plan-seed=3"];
  const { exitCode, stdout } = await runBench([...at(server), ...args, ...keep], {
    cwd: folder.path,
  });
  expect(exitCode).toBe(4);

  // What arrived: of each user the questions in order, every one behind the answers that had come.
  const arrived = byConversation(server.asked);
  expect(arrived).toHaveLength(8);
  for (const asked of arrived) {
    const user = /Q(\d)/.exec(asked[0]?.messages[0]?.content ?? "")?.[1];
    expect(asked).toHaveLength(user === "5" ? 2 : 3);
    for (const [turn, { messages }] of asked.entries()) {
      const last = user === "5" && turn === 1 ? "fail" : `Q${user}.${turn + 1}?`;
      expect(messages.at(-1)).toEqual({
        role: "user",
        content: turn === 0 ? (messages[0]?.content ?? "") : last,
      });
      expect(messages[0]?.content).toEndWith(`] Q${user}.1?`);
      const before = asked[turn - 1];
      if (before === undefined) expect(messages).toHaveLength(1);
      else {
        const answer = { role: "assistant", content: before.answer };
        expect(messages.slice(0, -1) as unknown).toEqual([...before.messages, answer]);
      }
    }
  }
  // All begin at once: nobody's second turn comes before everybody's first.
  expect(server.asked.slice(0, 8).every(({ messages }) => messages.length === 1)).toBe(true);

  const live = readFileSync(join(folder.path, "o.json"), "utf8");
  const { config, requests, summary, warnings } = JSON.parse(live);
  expect(config).toMatchObject({ turns: 3, think_ms: [50, 80], requests: 24 });
  interface Request {
    readonly index: number;
    readonly conversation: number;
    readonly turn: number;
    readonly sent_ms: number;
    readonly closed_ms: number;
  }
  const talksOf = Map.groupBy(requests as Request[], ({ conversation }) => conversation);
  for (const [conversation, turns] of talksOf) {
    expect(turns.map(({ index, turn }) => [index, turn])).toEqual(
      turns.map((_, index) => [conversation * 3 + index, index + 1]),
    );
    for (const [index, { sent_ms: sent }] of turns.entries()) {
      const before = turns[index - 1];
      if (before === undefined) continue;
      expect(sent - before.sent_ms - before.closed_ms).toBeGreaterThanOrEqual(50);
    }
  }
  expect(summary.turns).toMatchObject([
    { turn: 1, sent: 8, complete: 8, not_sent: 0, prompt_tokens: 10, cached_share: 0 },
    // 3 messages, of which the first 2 could come out of the cache.
    { turn: 2, sent: 8, complete: 7, not_sent: 0, prompt_tokens: 30, cached_share: 20 / 30 },
    { turn: 3, sent: 7, complete: 7, not_sent: 1, prompt_tokens: 50, cached_share: 40 / 50 },
  ]);
  expect(
    summary.turns.every(({ ttft_ms: ttft }: { ttft_ms: { p50: number } }) => ttft.p50 > 0),
  ).toBe(true);
  const codes = warnings.map(({ code }: { code: string }) => code);
  expect(codes).toContain("turns_not_sent");
  expect(codes).not.toContain("cache_hits");
  expect(stdout).toContain("1 turn was not sent: the one before had failed");

  // The recorded run gives the same report, to the last character.
  expect((await runReplay(["--json", "rec"], folder.path)).stdout).toBe(live);
  expect((await runReplay(["--report", "rec"], folder.path)).stdout).toBe(stdout);
});

const STREAMS: Readonly<Record<string, (answer: string) => string>> = {
  "/v1/chat/completions": (answer) =>
    chunk({ content: answer }) + chunk({}, { finish_reason: "stop" }) + DONE,
  "/v1/completions": (answer) =>
    streamOf(
      { object: "text_completion", choices: [{ index: 0, text: answer, finish_reason: "stop" }] },
      "[DONE]",
    ),
  "/v1/responses": (answer) => typedStream(...responseEvents(answer)),
  "/v1/messages": (answer) =>
    streamOf(
      { type: "message_start", message: { usage: { input_tokens: 9 } } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: answer } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ),
};

const talk = (answer: string) => [
  { role: "user", content: "Why?" },
  { role: "assistant", content: answer },
  { role: "user", content: "Why?" },
];

test("over each protocol the second turn holds the answer that came to the first", async () => {
  let answered = 0;
  await using server = await startChatServer((exchange, { path }) =>
    sendStream(exchange, STREAMS[path]?.(`answer ${answered++}`) ?? ""),
  );
  const api = "--api=chat,completions,responses,messages";
  const args = [api, "--turns=2", "--requests=2", "--prompt=Why?", "--cache=reuse", "--cold"];
  const { exitCode } = await runBench([...at(server), ...args, "--json"]);
  expect(exitCode).toBe(0);
  const asked = server.requests.map(({ path, body }) => [
    path,
    body?.["messages"] ?? body?.["input"] ?? body?.["prompt"],
  ]);
  expect(asked).toHaveLength(8);
  expect(asked[1]).toEqual(["/v1/chat/completions", talk("answer 0")]);
  expect(asked[3]).toEqual(["/v1/completions", "Why?\n\nanswer 2\n\nWhy?"]);
  expect(asked[5]?.[0]).toBe("/v1/responses");
  expect(JSON.stringify(asked[5]?.[1])).toMatch(/Why\?.*answer 4.*Why\?/);
  expect(asked[7]).toEqual(["/v1/messages", talk("answer 6")]);
});

test("once its time is up no user asks on, and nothing counts as failed", async () => {
  await using server = await talking();
  const args = ["--turns=2", "--think=1h", "--duration=200ms", "--concurrency=2", "--json"];
  const { exitCode, stdout } = await runBench([...at(server), ...args]);
  expect(exitCode).toBe(0);
  const { summary, warnings } = JSON.parse(stdout);
  expect(server.asked).toHaveLength(2);
  expect(summary.turns).toMatchObject([
    { sent: 2, complete: 2 },
    { sent: 0, not_sent: 0, cached_share: null, prompt_tokens: null },
  ]);
  expect(JSON.stringify(warnings)).not.toContain("turns_not_sent");
});

test("what does not go with conversations is refused before anything is sent", async () => {
  await using server = await talking();
  const said = async (...args: string[]) => (await runBench([...at(server), ...args])).stderr;
  expect(await said("--think=2s")).toBe("--think needs --turns\n");
  expect(await said("--turns=2", "--rate=3")).toContain("--turns and --rate exclude each other");
  expect(await said("--turns=2", "--ramp=rate=1..2/1s")).toContain(
    "--turns and --ramp rate= exclude each other",
  );
  expect(await said("--turns=2", "--think=3s..1s")).toBe(
    '--think takes a form like 1s..3s, not "3s..1s"\n',
  );
  expect(server.requests).toHaveLength(0);
});
