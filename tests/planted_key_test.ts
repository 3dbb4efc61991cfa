import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { chunkOf, streamOf } from "./support/stream.ts";
import { cleanEnvironment } from "./support/clean_environment.ts";
import { temporaryFolder } from "./support/folder.ts";
import { type Line, type LineRuns, runLines } from "./support/run_lines.ts";
import { toolkitFolder, useToolkit } from "./support/run_ask.ts";
import { type ServerExchange, startServer, type TestServer } from "./support/server.ts";

useToolkit();

const KEY = "sk-planted/4f9Zk2Q7-streamgauge";
const HALF = Math.ceil(KEY.length / 2);
const [FIRST, SECOND] = [KEY.slice(0, HALF), KEY.slice(HALF)];

/** How JSON and URLs may write a text. */
function inCodes(text: string, code: (hex: string) => string): string {
  return text.replaceAll(/./g, (c) => code(c.charCodeAt(0).toString(16)));
}

const SPELLINGS = [
  KEY,
  KEY.replaceAll("/", "\\/"),
  inCodes(KEY, (hex) => `\\u00${hex}`),
  encodeURIComponent(KEY),
  inCodes(KEY, (hex) => `%${hex.toUpperCase()}`),
  btoa(KEY).replaceAll("=", ""),
  btoa(`Bearer ${KEY} `),
];

/** What gives the key away: itself in every spelling, and each of its halves. */
const LEAKS = [...SPELLINGS, btoa(`Bearer ${KEY} `).slice(12, -4), FIRST, SECOND];

function expectNoKeyIn(text: string, where: string): void {
  const found = LEAKS.filter((leak) => text.includes(leak));
  expect(found, where).toEqual([]);
}

/** The text of an event as it is, whatever JSON says to it. */
function eventOf(content: string): string {
  return `data: {"id":"${KEY}","model":"${KEY}","choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
}

/** Everything in an answer in which the key can stand. */
const ANSWERS: Readonly<Record<string, string>> = {
  spelt: SPELLINGS.map((spelling) => eventOf(`key ${spelling} `)).join(""),
  halves: eventOf(FIRST) + eventOf(SECOND) + eventOf(" it is"),
  reasoning: streamOf(chunkOf({ reasoning: FIRST }), chunkOf({ reasoning: SECOND })),
  tools: streamOf(
    chunkOf({ tool_calls: [{ index: 0, id: KEY, function: { name: KEY, arguments: FIRST } }] }),
    chunkOf({ tool_calls: [{ index: 0, function: { arguments: SECOND } }] }),
  ),
  finish: streamOf(chunkOf({ content: "a" }, { finish: KEY, system_fingerprint: KEY })),
  error: `data: {"error":{"message":"no ${KEY} %","code":"${KEY}","type":"${KEY}"}}\n\n`,
  other: `: ${KEY}\n${KEY}: ${KEY}\nevent: ${KEY}\nid: ${KEY}\ndata: {not ${KEY}}\n\n${eventOf("a")}`,
};

/** The same over Messages, and over Responses. */
const OTHER_ANSWERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  messages: {
    spelt: messagesOf(...SPELLINGS.map((spelling) => ({ type: "text_delta", text: spelling }))),
    halves: messagesOf(...[FIRST, SECOND, " it is"].map((text) => ({ type: "text_delta", text }))),
    reasoning: messagesOf(
      ...[FIRST, SECOND].map((thinking) => ({ type: "thinking_delta", thinking })),
    ),
    tools: messagesOf(
      ...[FIRST, SECOND].map((json) => ({ type: "input_json_delta", partial_json: json })),
    ),
    error: `event: error\ndata: {"type":"error","error":{"type":"${KEY}","message":"no ${KEY} %"}}\n\n`,
  },
  responses: {
    spelt: responsesOf(...SPELLINGS),
    halves: responsesOf(FIRST, SECOND, " it is"),
    error: `data: {"type":"error","code":"${KEY}","message":"no ${KEY} %"}\n\n`,
  },
};

function messagesOf(...deltas: readonly object[]): string {
  const begin = { type: "content_block_start", index: 0 };
  const block = { type: "tool_use", id: KEY, name: KEY, input: {} };
  return streamOf(
    { type: "message_start", message: { id: KEY, model: KEY, usage: { input_tokens: 1 } } },
    ...("partial_json" in (deltas[0] ?? {}) ? [{ ...begin, content_block: block }] : []),
    ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    { type: "message_delta", delta: { stop_reason: KEY } },
    { type: "message_stop" },
  );
}

function responsesOf(...deltas: readonly string[]): string {
  const type = "response.output_text.delta";
  return streamOf(...deltas.map((delta) => ({ type, item_id: "m", content_index: 0, delta })), {
    type: "response.completed",
    response: { id: KEY, model: KEY, status: "completed" },
  });
}

function answer(exchange: ServerExchange): void {
  const { path, body } = exchange;
  const headers = { "x-request-id": KEY, location: `/${KEY}`, server: KEY };
  if (path.endsWith("/models")) {
    exchange.head(200, { ...headers, "content-type": "application/json" });
    exchange.piece(JSON.stringify({ data: [{ id: KEY, object: "model" }] }));
    return exchange.end();
  }
  const name = /"(?:content|input)":"(?:\[\w+\] )?(\w+)"/.exec(body)?.[1] ?? "";
  const status = /^s(\d+)$/.exec(name)?.[1];
  if (status !== undefined) {
    exchange.head(Number(status), { ...headers, "content-type": "text/html" });
    exchange.piece(`<title>no ${KEY}</title><p>${KEY}`);
    return exchange.end();
  }
  exchange.head(200, { ...headers, "content-type": `text/event-stream; ${KEY}` });
  const api = path.slice(path.lastIndexOf("/") + 1);
  const text = (OTHER_ANSWERS[api] ?? ANSWERS)[name] ?? eventOf("hi");
  // Cut in the middle of the key, where there is a middle.
  const cut = text.indexOf(KEY) + HALF;
  exchange.piece(text.slice(0, cut));
  setImmediate(() => {
    exchange.piece(text.slice(cut));
    exchange.piece("data: [DONE]\n\n");
    exchange.end();
  });
}

/** Runs lines with the key in their environment, and looks for it in all that they print and leave behind. */
async function run<const Lines extends readonly Line[]>(
  folder: string,
  lines: Lines,
): Promise<LineRuns<Lines>> {
  const env = cleanEnvironment(folder, { MY_KEY: KEY });
  const runs = await runLines(lines, { toolkit: toolkitFolder(), cwd: folder, env });
  for (const [index, { stdout, stderr }] of runs.entries()) {
    const where = lines[index]?.join(" ");
    expectNoKeyIn(stdout, `stdout of ${where}`);
    expectNoKeyIn(stderr, `stderr of ${where}`);
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) expectNoKeyIn(readFileSync(path, "utf8"), name);
  }
  return runs;
}

function at({ baseUrl }: TestServer): string[] {
  return ["--base-url", baseUrl, "--key-env", "MY_KEY"];
}

const PROMPTS = [...Object.keys(ANSWERS), "s401", "s302", "s429", "s500"];

test.concurrent(
  "ask prints and keeps no key, whatever the endpoint repeats, and neither does a replay",
  async () => {
    await using server = await startServer(answer);
    using folder = temporaryFolder();
    const ways = [[], ["--wire"], ["--json"], ["--stats", "--verbose"], ["--wire", "--verbose"]];
    const lines = PROMPTS.flatMap((prompt, number): Line[] => {
      const way = ways[number % ways.length] ?? [];
      const file = `${prompt}.sse`;
      return [
        ["ask", prompt, "--retries", "0", "--save", file, ...way, ...at(server)],
        ["replay", file, "--speed", "max"],
        ["replay", file, "--json"],
      ];
    });
    await run(folder.path, lines);
    expect(server.requests.length).toBeGreaterThan(PROMPTS.length);
    for (const { headers } of server.requests)
      expect(headers["authorization"]).toBe(`Bearer ${KEY}`);
    const [halves] = await run(folder.path, [["replay", "halves.sse", "--speed", "max"]]);
    expect(halves.stdout).toContain(`${"*".repeat(KEY.length)} it is`);
  },
);

for (const api of ["messages", "responses"] as const) {
  test.concurrent(
    `over ${api} nothing prints or keeps a key, in whichever header it goes`,
    async () => {
      await using server = await startServer(answer);
      using folder = temporaryFolder();
      const over = ["--api", api, ...at(server)];
      const prompts = [...Object.keys(OTHER_ANSWERS[api] ?? {}), "s401", "s404", "s429"];
      const ways = [["--wire"], ["--json"], ["--stats", "--verbose"], ["--wire", "--verbose"]];
      const lines = prompts.flatMap((prompt, number): Line[] => [
        [
          "ask",
          prompt,
          "--retries",
          "0",
          "--save",
          `${prompt}.sse`,
          ...(ways[number % 4] ?? []),
          ...over,
        ],
        ["replay", `${prompt}.sse`, "--speed", "max"],
      ]);
      await Bun.write(join(folder.path, "prompts.txt"), prompts.join("\n"));
      const load = ["--prompts", "prompts.txt", "--requests", "8", "--concurrency", "2"];
      await run(folder.path, [
        ...lines,
        ["bench", ...load, ...over, "--out", "out.json", "--record", "runs"],
        ["bench", ...load, ...over, "--workers", "2", "--json"],
        ["replay", "--json", "runs"],
        ["ask", "--list-models", ...over],
        ["ask", "--dry-run", `my key is ${KEY}`, ...over],
        ["doctor", "--online", ...over],
      ]);
      expect(server.requests.length).toBeGreaterThan(2 * prompts.length);
      for (const { headers } of server.requests) {
        const { "x-api-key": bare, authorization } = headers;
        expect([bare, authorization]).toEqual(
          api === "messages" ? [KEY, undefined] : [undefined, `Bearer ${KEY}`],
        );
      }
      const [halves] = await run(folder.path, [["replay", "halves.sse", "--speed", "max"]]);
      expect(halves.stdout).toContain(`${"*".repeat(KEY.length)} it is`);
    },
  );
}

test.concurrent(
  "bench prints and keeps no key: in its table, its JSON, its results and its streams",
  async () => {
    await using server = await startServer(answer);
    using folder = temporaryFolder();
    await Bun.write(join(folder.path, "prompts.txt"), PROMPTS.join("\n"));
    const load = ["--prompts", "prompts.txt", "--requests", "24", "--concurrency", "4"];
    const [table] = await run(folder.path, [
      ["bench", ...load, ...at(server), "--out", "out.json"],
      ["bench", ...load, ...at(server), "--json", "--record", "runs"],
      ["replay", "--report", "runs"],
      ["replay", "--json", "runs"],
      ["bench", ...load, ...at(server), "--workers", "2", "--model", KEY],
    ]);
    expect(table.stderr).toContain("the endpoint's only model");
  },
);

test.concurrent("a list of models, a dry run and the doctor print no key", async () => {
  await using server = await startServer(answer);
  using folder = temporaryFolder();
  await run(folder.path, [
    ["ask", "--list-models", ...at(server)],
    ["ask", "--list-models", "--json", ...at(server)],
    ["ask", "--dry-run", "--model", KEY, `my key is ${KEY}`, ...at(server)],
    ["doctor", "--online", ...at(server)],
    ["doctor", "--online", "--json", ...at(server)],
  ]);
});
