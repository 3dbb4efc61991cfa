import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { answeringTo } from "../../lib/serve/messages.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type LineRun, linesOf, runLines } from "../support/run_lines.ts";
import { startServer } from "../support/server.ts";
import { ask, fileOf, question, transcriptOf } from "../support/serving.ts";
import { lesson } from "../support/stream.ts";
import { FAR } from "../support/recordings.ts";

setDefaultTimeout(30_000);

const script = fileURLToPath(new URL("../../scripts/serve.ts", import.meta.url));
const KEY = "sk-streamgauge4f9Zk2Q7";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamgauge-serve-"));
  const hello = transcriptOf([lesson.stream], { request: question("hello") });
  writeFileSync(join(folder, "hello.sse"), fileOf(hello));
  const late = transcriptOf([
    { text: "data: 1\n\n", at: 0 },
    { text: "data: 2\n\n", at: FAR },
  ]);
  writeFileSync(join(folder, "late.sse"), fileOf(late));
  writeFileSync(join(folder, "bad.sse"), ":@transcript {}\n");
  writeFileSync(join(folder, "notes.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

function environment(): Record<string, string> {
  return cleanEnvironment(folder, { LANG: "en_US.UTF-8" });
}

function start(args: readonly string[]) {
  return Bun.spawn([process.execPath, script, ...args], {
    cwd: folder,
    env: environment(),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs `serve` with several command lines in one process, each to its end. */
function runEach(args: readonly (readonly string[])[]): Promise<readonly LineRun[]> {
  const toolkit = dirname(dirname(script));
  return runLines(linesOf("serve", args), { toolkit, cwd: folder, env: environment() });
}

interface Serving {
  readonly baseUrl: string;
  /** Ends it, and gives what it wrote. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number; out: string; err: string }>;
}

/** Runs `serve` while `use` asks it something, then ends it. */
async function whileServing<Result>(
  args: readonly string[],
  use: (server: Serving) => Promise<Result>,
): Promise<Result> {
  const child = start(args);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const err = new Response(child.stderr).text();
  let out = "";
  try {
    while (!out.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`serve ended: ${await err}`);
      out += value;
    }
    return await use({
      baseUrl: out.trim(),
      async stop(signal = "SIGINT") {
        child.kill(signal);
        for (let read = await reader.read(); !read.done; read = await reader.read())
          out += read.value;
        return { code: await child.exited, out, err: await err };
      },
    });
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

test.concurrent(
  "serve prints its base URL and nothing else on stdout, and ends with 0",
  async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { code, out, err } = await whileServing(["hello.sse"], async ({ baseUrl, stop }) => {
        expect(await (await ask({ baseUrl }, question("hello"))).text()).toBe(lesson.stream);
        return stop(signal);
      });
      expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\n$/);
      expect([code, err]).toEqual([0, "Serving 1 transcript of m; Ctrl-C stops\n"]);
    }
  },
);

test.concurrent("serve ends at once also with streams in flight", async () => {
  const { code, read } = await whileServing(
    ["late.sse", "--verbose"],
    async ({ baseUrl, stop }) => {
      const reader = (await ask({ baseUrl }, question("?"))).body?.getReader();
      await reader?.read();
      const { code, err } = await stop();
      expect(err).toMatch(
        /\nPOST \/v1\/chat\/completions: 200 \(late\.sse\), pieces 1, bytes 9, \d+ ms, ended by the shutdown\n$/,
      );
      return { code, read: await reader?.read().catch((error: { code: string }) => error.code) };
    },
  );
  expect([code, read]).toEqual([0, "ECONNRESET"]);
});

test.concurrent("serve logs each request with --verbose, in the reader's language", async () => {
  const { err } = await whileServing(
    ["hello.sse", "--verbose", "--lang", "zh"],
    async ({ baseUrl, stop }) => {
      await (await ask({ baseUrl }, question("hello"))).text();
      await (await fetch(`${baseUrl}/nothing?key=${KEY}`)).text();
      return stop();
    },
  );
  expect(err.replaceAll(/\d+ ms/g, "N ms").replaceAll(/字节 \d+/g, "字节 N")).toBe(
    "正在提供 1 个转录文件（m）；按 Ctrl-C 停止\n" +
      "POST /v1/chat/completions：200（hello.sse），数据段 1，字节 N，用时 N ms\n" +
      "GET /v1/nothing：404（not_found），数据段 1，字节 N，用时 N ms\n",
  );
});

test.concurrent("serve plays, cuts and breaks as its flags say", async () => {
  const flags = ["--speed", "max", "--split", "1", "--match", "strict"];
  await whileServing(
    ["late.sse", "hello.sse", ...flags, "--fault", "no-done"],
    async ({ baseUrl }) => {
      const response = await ask({ baseUrl }, question("hello"));
      expect(await response.text()).toBe(lesson.stream.replace("data: [DONE]\n\n", ""));
      const none = await ask({ baseUrl }, question("bye"));
      expect([none.status, await none.json()]).toMatchObject([
        404,
        { error: { code: "no_match" } },
      ]);
    },
  );
});

test.concurrent("serve simulates a model, with stamps", async () => {
  const flags = ["--simulate", "ttft=0ms,tps=100000,tokens=3", "--sim-seed", "2", "--stamp"];
  const { err } = await whileServing(flags, async ({ baseUrl, stop }) => {
    const text = await (await ask({ baseUrl }, question("?"))).text();
    expect(text).toContain('"completion_tokens":3');
    expect(text).toMatch(/"streamgauge":\{"sent_us":1[78]\d{14}\}\}\n/);
    return stop();
  });
  expect(err).toBe("Serving a simulated model; Ctrl-C stops\n");
});

test.concurrent(
  "serve records what it passes through, without the key, and serves it then",
  async () => {
    await using upstream = await startServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(lesson.stream.replace("有什么", KEY));
      exchange.end();
    });
    const { code, err } = await whileServing(
      ["--upstream", upstream.baseUrl, "--record", "new/folder", "--verbose"],
      async ({ baseUrl, stop }) => {
        const headers = { authorization: `Bearer ${KEY}` };
        expect(await (await ask({ baseUrl }, question("hello"), { headers })).text()).toContain(
          KEY,
        );
        return stop();
      },
    );
    expect(code).toBe(0);
    expect(err).not.toContain(KEY);
    expect(err).toStartWith(
      `Passing requests to ${upstream.baseUrl} and recording into "new/folder"; Ctrl-C stops\n`,
    );
    expect(upstream.requests[0]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
    expect(readdirSync(join(folder, "new/folder"))).toEqual(["0001.sse"]);
    expect(readFileSync(join(folder, "new/folder/0001.sse"), "utf8")).not.toContain(KEY);
    await whileServing(["new/folder", "--match", "strict"], async ({ baseUrl }) => {
      const text = await (await ask({ baseUrl }, question("hello"))).text();
      expect(text).toBe(lesson.stream.replace("有什么", "*".repeat(KEY.length)));
    });
  },
);

test("the names it answers to are said in both languages", () => {
  expect(answeringTo({ names: ["gauge.test", "workshop.lan"] }).cause).toEqual({
    en: "It answers to any IP address and to localhost, gauge.test, workshop.lan; to no other name in a URL",
    zh: "URL 中可以使用任意 IP 地址，以及 localhost、gauge.test、workshop.lan；其他名称会被拒绝",
  });
});

test.concurrent("serve answers the pages that --allow-origin names, and no others", async () => {
  const flags = [
    "--allow-origin",
    "http://localhost:3000",
    "--allow-origin",
    "https://A.example:443",
  ];
  await whileServing(["hello.sse", ...flags], async ({ baseUrl }) => {
    for (const [origin, status] of [
      ["http://localhost:3000", 200],
      ["https://a.example", 200],
      ["http://localhost:3001", 403],
    ] as const) {
      const response = await ask({ baseUrl }, question("hello"), { headers: { origin } });
      const allowed = response.headers.get("access-control-allow-origin");
      expect([response.status, allowed]).toEqual([status, status === 200 ? origin : null]);
    }
  });
});

test.concurrent(
  "serve passes pages on to an upstream only if --allow-origin names them",
  async () => {
    await using upstream = await startServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(lesson.stream);
      exchange.end();
    });
    const flags = ["--upstream", upstream.baseUrl, "--record", "pages", "--allow-origin", "*"];
    await whileServing(flags, async ({ baseUrl }) => {
      const headers = { origin: "http://any.example" };
      const response = await ask({ baseUrl }, question("hello"), { headers });
      expect([await response.text(), response.headers.get("access-control-allow-origin")]).toEqual([
        lesson.stream,
        "*",
      ]);
    });
  },
);

test.concurrent(
  "serve ends with 1 when an answer could not be recorded, and has passed it on all the same",
  async () => {
    await using upstream = await startServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(lesson.stream);
      exchange.end();
    });
    const flags = ["--upstream", upstream.baseUrl, "--record", "removed"];
    const asked = async (remove: boolean) =>
      whileServing(flags, async ({ baseUrl, stop }) => {
        if (remove) rmSync(join(folder, "removed"), { recursive: true });
        const text = await (await ask({ baseUrl }, question("hello"))).text();
        return { text, ...(await stop()) };
      });
    expect(await asked(false)).toMatchObject({ text: lesson.stream, code: 0 });
    const { text, code, err } = await asked(true);
    expect([text, code]).toEqual([lesson.stream, 1]);
    expect(err).toContain('\nCannot write "removed": ');
  },
);

test.concurrent("serve warns when other machines can reach it", async () => {
  const { out, err } = await whileServing(["hello.sse", "--host", "0.0.0.0"], ({ stop }) => stop());
  expect(out).toMatch(/^http:\/\/127\.0\.0\.1:/);
  const names = ["localhost", hostname().toLowerCase()].join(", ");
  expect(err).toStartWith(
    "Warning: 0.0.0.0 is not loopback, so other machines can use this endpoint\n" +
      `It answers to any IP address and to ${names}; to no other name in a URL\n`,
  );
});

test.concurrent(
  "serve says in one or two lines what keeps it from serving, and exits with 2",
  async () => {
    await using taken = await startServer(() => {});
    const port = new URL(taken.baseUrl).port;
    const cases: readonly (readonly [readonly string[], string])[] = [
      [
        [],
        "There is nothing to serve\nName a transcript or a folder, or give --simulate tps=80, or --upstream URL --record DIR\n",
      ],
      [["none.sse"], 'Cannot read "none.sse": '],
      [["bad.sse"], 'Cannot read transcript "bad.sse": line 1 has a header without "version"\n'],
      [
        ["hello.sse", "--port", port],
        `Cannot listen on 127.0.0.1:${port}: the port is in use\nGive another --port; without it any free one is taken\n`,
      ],
      [["hello.sse", "--host", "192.0.2.1"], "Cannot listen on 192.0.2.1:0: EADDRNOTAVAIL\n"],
      [["hello.sse", "--port", "65536"], "--port must be from 0 to 65535, got 65536\n"],
      [["hello.sse", "--fault", "brake"], "--fault must be one of status, cut"],
      [["hello.sse", "--split", "x"], "--split must be event"],
      [["hello.sse", "--speed", "0"], "--speed must be at least 0.001, got 0\n"],
      [["hello.sse", "--match", "near"], "--match must be one of any, strict"],
      [
        ["hello.sse", "--simulate", "tps=1"],
        "--simulate serves no transcripts; name no files with it\n",
      ],
      [
        ["hello.sse", "--upstream", "http://127.0.0.1:9/v1", "--record", "r"],
        "--upstream serves no transcripts",
      ],
      [["--upstream", "http://127.0.0.1:9/v1"], "--upstream needs --record\n"],
      [["--record", "r"], "--record needs --upstream\n"],
      [
        ["hello.sse", "--allow-origin", "localhost:3000"],
        '--allow-origin must be an origin such as http://localhost:3000, or *, or null, got "localhost:3000"\nWrite --allow-origin http://localhost:3000\n',
      ],
      [
        ["--upstream", "http://127.0.0.1:9/v1", "--record", "r", "--allow-origin", "http://a/b"],
        '--allow-origin must be an origin such as http://localhost:3000, or *, or null, got "http://a/b"\nWrite --allow-origin http://a\n',
      ],
      [["hello.sse", "--stamp"], "--stamp needs --simulate\n"],
      [["hello.sse", "--sim-seed", "1"], "--sim-seed needs --simulate\n"],
      [["--simulate", "tps=1", "--speed", "2"], "--simulate and --speed exclude each other"],
      [
        ["--upstream", "http://localhost:8089/v1", "--record", "r", "--port", "8089"],
        "Cannot pass requests to http://localhost:8089/v1: that is where this server is to listen\n" +
          "Name the real endpoint with --upstream, or give another --port\n",
      ],
      [["--upstream", "ftp://x", "--record", "r"], "Cannot read the URL in --upstream"],
      [
        ["--upstream", "http://127.0.0.1:9/v1", "--record", "notes.txt"],
        'Cannot write "notes.txt": ',
      ],
      [["hello.sse", "--prot", "1"], "Unknown flag --prot; did you mean --port?\n"],
    ];
    const refused = await runEach(cases.map(([args]) => args));
    for (const [index, [args, message]] of cases.entries()) {
      const { exitCode, stdout, stderr } = refused[index] ?? {};
      expect([args, exitCode, stdout]).toEqual([args, 2, ""]);
      expect(stderr).toStartWith(message);
    }
    expect(readdirSync(folder)).not.toContain("r");
  },
);

test.concurrent("serve has its help in both languages", async () => {
  const languages = ["en", "zh"];
  const runs = await runEach(languages.map((language) => ["--help", "--lang", language]));
  for (const [index, language] of languages.entries()) {
    const pinned = await Bun.file(
      new URL(`../fixtures/serve_help_${language}.txt`, import.meta.url),
    ).text();
    expect(runs[index]).toEqual({ exitCode: 0, stdout: pinned, stderr: "" });
  }
});

test("serve refuses a file that is neither a transcript nor a stream", async () => {
  using other = temporaryFolder();
  const files = { "empty.sse": "", "notes.sse": "just words\n" };
  const paths = Object.keys(files).map((name) => join(other.path, name));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(other.path, name), content);
  const runs = await runEach(paths.map((path) => [path]));
  for (const [index, name] of Object.keys(files).entries()) {
    expect(runs[index]).toMatchObject({ exitCode: 2, stdout: "" });
    expect(runs[index]?.stderr).toContain(
      `"${name}": it is neither a transcript nor an event stream`,
    );
  }
});
