import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ChatServer,
  deadPort,
  sendBody,
  sendStream,
  startChatServer,
} from "../support/chat_server.ts";
import { KEY, runAsk, runAsks, toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { answerOf, streamOf } from "../support/stream.ts";

useToolkit();

const complete = { exitCode: 0, stdout: "Hi\n" };

/** A server that always says "Hi". */
function startGreeter(): Promise<ChatServer> {
  return startChatServer((exchange) => sendStream(exchange, streamOf(answerOf("Hi"), "[DONE]")));
}

/** The keys that a server was sent. */
function keysSeen(server: ChatServer): (string | undefined)[] {
  return server.requests.map(({ headers }) => headers.authorization);
}

test.concurrent("without any key it says where to get one", async () => {
  expect(await runAsk(["Hello"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "Cannot choose an endpoint: no API key is set\n" +
      "Get a key at https://cloud.siliconflow.cn/account/ak and put the line SILICONFLOW_API_KEY=YOUR_KEY into .env (--demo needs no key)\n",
  });
});

test.concurrent("without any key it says so in Chinese where Chinese is spoken", async () => {
  const { exitCode, stderr } = await runAsk(["你好"], { env: { LANG: "zh_CN.UTF-8" } });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr:
      "无法选择接口：尚未设置 API 密钥\n" +
      "请在 https://cloud.siliconflow.cn/account/ak 获取密钥，并在 .env 中写一行 SILICONFLOW_API_KEY=您的密钥（--demo 不需要密钥）\n",
  });
});

test.concurrent("a key beside its base URL in .env reaches that host, and no other", async () => {
  await using home = await startGreeter();
  await using other = await startGreeter();
  const files = { ".env": `OPENAI_BASE_URL=${home.baseUrl}\nOPENAI_API_KEY=${KEY}\n` };
  const [there, elsewhere] = await Promise.all([
    runAsk(["--model", "m", "Hello"], { files }),
    runAsk(["--base-url", other.baseUrl, "--model", "m", "Hello"], { files }),
  ]);
  expect([there, elsewhere]).toMatchObject([complete, complete]);
  expect(keysSeen(home)).toEqual([`Bearer ${KEY}`]);
  expect(keysSeen(other)).toEqual([undefined]);
});

test.concurrent(
  "a key is not sent to a base URL from another source, and this is said",
  async () => {
    await using server = await startGreeter();
    const { stderr, ...run } = await runAsk(["--model", "m", "Hello"], {
      env: { OPENAI_API_KEY: KEY },
      files: { ".env": `OPENAI_BASE_URL=${server.baseUrl}\n` },
    });
    expect(run).toEqual(complete);
    expect(stderr).toMatch(
      /^No key is sent to 127\.0\.0\.1:\d+: OPENAI_API_KEY comes from the environment, OPENAI_BASE_URL from .*\.env\n/,
    );
    expect(keysSeen(server)).toEqual([undefined]);
  },
);

test.concurrent(
  "a key with a dollar in single quotes arrives whole, although Bun would cut it",
  async () => {
    await using server = await startGreeter();
    const lines = [`OPENAI_BASE_URL=${server.baseUrl}`, "OPENAI_API_KEY='sk-a$Bc1d2e3f4'"];
    const { exitCode } = await runAsk(["--model", "m", "Hello"], {
      files: { ".env": lines.join("\n") },
    });
    expect(exitCode).toBe(0);
    expect(keysSeen(server)).toEqual(["Bearer sk-a$Bc1d2e3f4"]);
  },
);

test.concurrent(
  "an exported variable wins over .env, and an empty one counts as unset",
  async () => {
    await using server = await startGreeter();
    const files = { ".env": `OPENAI_BASE_URL=${server.baseUrl}\nOPENAI_API_KEY=${KEY}\n` };
    const dead = `http://127.0.0.1:${await deadPort()}/v1`;
    const [exported, empty] = await Promise.all([
      runAsk(["--model", "m", "--retries", "0", "Hi"], { files, env: { OPENAI_BASE_URL: dead } }),
      runAsk(["--model", "m", "Hi"], { files, env: { OPENAI_BASE_URL: "" } }),
    ]);
    expect(exported.exitCode).toBe(5);
    expect(empty.exitCode).toBe(0);
    expect(server.requests).toHaveLength(1);
  },
);

test("the toolkit's own .env is the last layer, from whatever folder it is run", async () => {
  await using server = await startGreeter();
  await using other = await startGreeter();
  const file = join(toolkitFolder(), ".env");
  writeFileSync(file, `OPENAI_BASE_URL=${server.baseUrl}\nOPENAI_API_KEY=${KEY}\n`);
  try {
    const [alone, below] = await Promise.all([
      runAsk(["--model", "m", "Hello"]),
      runAsk(["--model", "m", "Hello"], { files: { ".env": `OPENAI_BASE_URL=${other.baseUrl}` } }),
    ]);
    expect([alone.exitCode, below.exitCode]).toEqual([0, 0]);
    expect(keysSeen(server)).toEqual([`Bearer ${KEY}`]);
    expect(keysSeen(other)).toEqual([undefined]);
  } finally {
    rmSync(file);
  }
});

test.concurrent("--env-file is read instead of .env", async () => {
  await using server = await startGreeter();
  const run = await runAsk(["--env-file", "lab.env", "--model", "m", "Hello"], {
    files: {
      ".env": "OPENAI_BASE_URL=http://127.0.0.1:1/v1\n",
      "lab.env": `OPENAI_BASE_URL=${server.baseUrl}\nOPENAI_API_KEY=${KEY}\n`,
    },
  });
  expect(run).toMatchObject(complete);
  expect(keysSeen(server)).toEqual([`Bearer ${KEY}`]);
});

test.concurrent("--key-env names the variable whose key is sent", async () => {
  await using server = await startGreeter();
  const args = ["--base-url", server.baseUrl, "--model", "m", "--key-env", "LAB_KEY", "Hello"];
  const [exported, inFile, unset] = await Promise.all([
    runAsk(args, { env: { LAB_KEY: KEY } }),
    runAsk(args, { files: { ".env": `LAB_KEY="Bearer ${KEY}"\n` } }),
    runAsk(args),
  ]);
  expect(exported).toEqual({ ...complete, stderr: "" });
  expect(inFile).toMatchObject(complete);
  expect(inFile.stderr).toMatch(
    /^The key in LAB_KEY \(.*\) is used without the "Bearer" before it\n$/,
  );
  expect(unset).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Cannot read the key: LAB_KEY is not set\n"),
  });
  expect(keysSeen(server)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
});

test.concurrent(
  "a proxy in the environment does not get between ask and this machine",
  async () => {
    await using server = await startGreeter();
    const proxy = `http://127.0.0.1:${await deadPort()}`;
    const env = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
    const runs = await runAsks(
      ["127.0.0.1", "localhost"].map((host) => [
        "--base-url",
        `http://${host}:${server.port}/v1`,
        "--model",
        "m",
        "Hi",
      ]),
      { env },
    );
    expect(runs).toEqual([
      { ...complete, stderr: "" },
      { ...complete, stderr: "" },
    ]);
  },
);

test.concurrent("the demo runs behind a proxy that is dead", async () => {
  const proxy = `http://127.0.0.1:${await deadPort()}`;
  const { exitCode } = await runAsk(["--demo"], { env: { HTTP_PROXY: proxy, http_proxy: proxy } });
  expect(exitCode).toBe(0);
});

test.concurrent("a 401 names the variable whose key was refused", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 401, { body: '"Invalid token"' }),
  );
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const { exitCode, stderr } = await runAsk(["--model", "m", "Hello"], { env });
  expect(exitCode).toBe(3);
  expect(stderr).toEndWith(
    " refused (401): Invalid token\n" +
      "The key in OPENAI_API_KEY was not accepted: check that it is whole and still valid\n",
  );
});

test.concurrent("without --model the endpoint's only model is used, and it is said", async () => {
  await using server = await startChatServer((exchange, { method }) => {
    if (method === "GET") sendBody(exchange, 200, { body: { data: [{ id: "tiny" }] } });
    else sendStream(exchange, streamOf(answerOf("Hi"), "[DONE]"));
  });
  const run = await runAsk(["--header", "x-lab=1", "Hello"], {
    env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl },
  });
  expect(run).toEqual({ ...complete, stderr: "Using tiny, the endpoint's only model\n" });
  expect(server.requests).toMatchObject([
    { path: "/v1/models", headers: { "x-lab": "1", authorization: `Bearer ${KEY}` } },
    { path: "/v1/chat/completions", body: { model: "tiny" } },
  ]);
});

test.concurrent(
  "without --model an endpoint with several models, or none, exits with 2",
  async () => {
    await using server = await startChatServer((exchange, { path }) => {
      const names = path.startsWith("/several") ? ["small", "large"] : [];
      sendBody(exchange, 200, { body: { data: names.map((id) => ({ id })) } });
    });
    const host = `http://127.0.0.1:${server.port}`;
    const [several, none] = await runAsks([
      ["--base-url", `${host}/several/v1`, "Hello"],
      ["--base-url", `${host}/none/v1`, "Hello"],
    ]);
    expect(several).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "Cannot choose a model: the endpoint has 2: small, large\nName one with --model\n",
    });
    expect(none).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "Cannot choose a model: the endpoint lists none\nName one with --model\n",
    });
    expect(server.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
  },
);

test.concurrent(
  "without --model, a list of models that is refused gives its exit code",
  async () => {
    await using server = await startChatServer((exchange, { path }) => {
      const status = Number(path.split("/")[1]);
      sendBody(exchange, status, { body: status === 200 ? "<html></html>" : '"no"' });
    });
    const statuses = [401, 404, 503, 200];
    const runs = await runAsks(
      statuses.map((status) => [
        "--base-url",
        `http://127.0.0.1:${server.port}/${status}/v1`,
        "Hello",
      ]),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([3, 3, 4, 6]);
    expect(runs.map(({ stderr }) => stderr.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"))).toEqual([
      "Cannot choose a model: HOST refused (401): no\nNo key was sent: name its variable with --key-env\n",
      "Cannot choose a model: HOST refused (404): no\nName one with --model\n",
      "Cannot choose a model: HOST is busy (503): no\n" +
        "The fault is on its side: ask again later; --retries N asks again by itself\n",
      "Cannot choose a model: the endpoint lists none\nName one with --model\n",
    ]);
  },
);

test.concurrent("without --model, a server that is not there exits with 5", async () => {
  const port = await deadPort();
  const run = await runAsk(["--base-url", `http://127.0.0.1:${port}/v1`, "Hello"]);
  expect(run).toEqual({
    exitCode: 5,
    stdout: "",
    stderr:
      `Cannot choose a model: Cannot reach 127.0.0.1:${port}: the connection was refused (ECONNREFUSED)\n` +
      "Is the server running, and is the port right?\n",
  });
});

test.concurrent(
  "a .env cannot lead requests through a proxy; only what is exported can",
  async () => {
    const proxy = `http://127.0.0.1:${await deadPort()}`;
    const args = [
      "--base-url",
      "http://streamgauge.invalid/v1",
      "--model",
      "m",
      "--retries=0",
      "Hi",
    ];
    const [fromFile, exported] = await Promise.all([
      runAsk(args, { files: { ".env": `HTTP_PROXY=${proxy}\nhttp_proxy=${proxy}\n` } }),
      runAsk(args, { env: { HTTP_PROXY: proxy, http_proxy: proxy } }),
    ]);
    expect(fromFile.stderr).toContain("ENOTFOUND");
    expect(exported.stderr).toContain("ECONNREFUSED");
  },
);
