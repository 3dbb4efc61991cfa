import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chunkOf, streamOf } from "./support/stream.ts";
import { collect } from "./support/collect.ts";
import { cleanEnvironment } from "./support/run_bench.ts";
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

function answer(exchange: ServerExchange): void {
  const { path, body } = exchange;
  const headers = { "x-request-id": KEY, location: `/${KEY}`, server: KEY };
  if (path.endsWith("/models")) {
    exchange.head(200, { ...headers, "content-type": "application/json" });
    exchange.piece(JSON.stringify({ data: [{ id: KEY, object: "model" }] }));
    return exchange.end();
  }
  const name = /"content":"(?:\[\w+\] )?(\w+)"/.exec(body)?.[1] ?? "";
  const status = /^s(\d+)$/.exec(name)?.[1];
  if (status !== undefined) {
    exchange.head(Number(status), { ...headers, "content-type": "text/html" });
    exchange.piece(`<title>no ${KEY}</title><p>${KEY}`);
    return exchange.end();
  }
  exchange.head(200, { ...headers, "content-type": `text/event-stream; ${KEY}` });
  const text = ANSWERS[name] ?? eventOf("hi");
  // Cut in the middle of the key, where there is a middle.
  const cut = text.indexOf(KEY) + HALF;
  exchange.piece(text.slice(0, cut));
  setImmediate(() => {
    exchange.piece(text.slice(cut));
    exchange.piece("data: [DONE]\n\n");
    exchange.end();
  });
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script with the key in its environment, and looks for it in all that it prints and leaves behind. */
async function run(folder: string, [script = "", ...args]: readonly string[]): Promise<Ran> {
  const child = Bun.spawn(
    [process.execPath, join(toolkitFolder(), "scripts", `${script}.ts`), ...args],
    {
      cwd: folder,
      env: cleanEnvironment(folder, { MY_KEY: KEY }),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 25_000,
    },
  );
  const [out, err] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const code = await child.exited;
  const where = `${script} ${args.join(" ")}`;
  expectNoKeyIn(out, `stdout of ${where}`);
  expectNoKeyIn(err, `stderr of ${where}`);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    // Bun's own cache comes and goes.
    if (name.startsWith(".bun") || !statSync(path).isFile()) continue;
    expectNoKeyIn(readFileSync(path, "utf8"), `${name} of ${where}`);
  }
  return { code, output: out + err };
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "streamgauge planted-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
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
    await Promise.all(
      PROMPTS.map(async (prompt, number) => {
        const way = ways[number % ways.length] ?? [];
        const file = `${prompt}.sse`;
        const args = [prompt, "--retries", "0", "--save", file, ...way, ...at(server)];
        await run(folder.path, ["ask", ...args]);
        await run(folder.path, ["replay", file, "--speed", "max"]);
        await run(folder.path, ["replay", file, "--json"]);
      }),
    );
    expect(server.requests.length).toBeGreaterThan(PROMPTS.length);
    for (const { headers } of server.requests)
      expect(headers["authorization"]).toBe(`Bearer ${KEY}`);
    const halves = await run(folder.path, ["replay", "halves.sse", "--speed", "max"]);
    expect(halves.output).toContain(`${"*".repeat(KEY.length)} it is`);
  },
);

test.concurrent(
  "bench prints and keeps no key: in its table, its JSON, its results and its streams",
  async () => {
    await using server = await startServer(answer);
    using folder = temporaryFolder();
    await Bun.write(join(folder.path, "prompts.txt"), PROMPTS.join("\n"));
    const load = ["--prompts", "prompts.txt", "--requests", "24", "--concurrency", "4"];
    const table = await run(folder.path, ["bench", ...load, ...at(server), "--out", "out.json"]);
    expect(table.output).toContain("the endpoint's only model");
    await run(folder.path, ["bench", ...load, ...at(server), "--json", "--record", "runs"]);
    await run(folder.path, ["replay", "--report", "runs"]);
    await run(folder.path, ["replay", "--json", "runs"]);
    await run(folder.path, ["bench", ...load, ...at(server), "--workers", "2", "--model", KEY]);
  },
);

test.concurrent("a list of models, a dry run and the doctor print no key", async () => {
  await using server = await startServer(answer);
  using folder = temporaryFolder();
  await run(folder.path, ["ask", "--list-models", ...at(server)]);
  await run(folder.path, ["ask", "--list-models", "--json", ...at(server)]);
  await run(folder.path, ["ask", "--dry-run", "--model", KEY, `my key is ${KEY}`, ...at(server)]);
  await run(folder.path, ["doctor", "--online", ...at(server)]);
  await run(folder.path, ["doctor", "--online", "--json", ...at(server)]);
});
