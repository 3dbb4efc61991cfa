import { expect, test } from "bun:test";
import { deadPort, sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import type { SeenRequest } from "../support/chat_server.ts";
import { KEY, runAsk, runAsks, useToolkit } from "../support/run_ask.ts";
import type { ServerExchange } from "../support/server.ts";
import { answerOf, streamOf } from "../support/stream.ts";

const STARS = "*".repeat(KEY.length);

useToolkit();

/** Ports differ from run to run. */
function withoutPort(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "HOST");
}

const listed = ["Qwen/Qwen3-8B", "Qwen/Qwen2.5-7B-Instruct", "zeta"];

/** Lists models, and knows none of those it is asked for. */
function knowNoModel(refusal: { readonly status: number; readonly body: unknown }) {
  return (exchange: ServerExchange, { method, path }: SeenRequest): void => {
    if (method === "GET" && path === "/v1/models") {
      sendBody(exchange, 200, { body: { data: listed.map((id) => ({ id })) } });
    } else {
      sendBody(exchange, refusal.status, { body: refusal.body });
    }
  };
}

// What is sent

test.concurrent("files, pictures and a schema reach the endpoint", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, streamOf(answerOf("Hi"), "[DONE]")),
  );
  const png = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
  const files = { "a.txt": "A\n", "b.txt": "B\n", "p.png": png, "s.json": '{"type":"object"}' };
  const flags = ["--file", "a.txt", "--file", "b.txt", "--image", "p.png", "--schema", "s.json"];
  const args = ["--base-url", server.baseUrl, "--model", "m", ...flags, "Compare"];
  expect(await runAsk(args, { files })).toEqual({ exitCode: 0, stdout: "Hi\n", stderr: "" });
  expect(server.requests[0]?.body).toEqual({
    model: "m",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Compare\n\na.txt\n```\nA\n```\n\nb.txt\n```\nB\n```" },
          {
            type: "image_url",
            image_url: { url: `data:image/png;base64,${png.toString("base64")}` },
          },
        ],
      },
    ],
    stream: true,
    stream_options: { include_usage: true },
    response_format: {
      type: "json_schema",
      json_schema: { name: "s", strict: true, schema: { type: "object" } },
    },
  });
});

test.concurrent("--dry-run shows files, schema and the beginning of a picture", async () => {
  const png = Buffer.from(`\x89PNG\r\n\x1a\n${"x".repeat(3000)}`, "latin1");
  const files = { "p.png": png, "s.json": '{"title":"T"}' };
  const args = ["--demo", "--dry-run", "--image", "p.png", "--schema", "s.json", "What is it?"];
  const { exitCode, stdout } = await runAsk(args, { files });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('"name": "T"');
  expect(stdout).toMatch(/"url": "data:image\/png;base64,[^"]{38}… \(4034 characters\)"/);
});

// --list-models

test.concurrent("--list-models prints names, JSON, or what it would send", async () => {
  await using server = await startChatServer(knowNoModel({ status: 500, body: "" }));
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl };
  const runs = await runAsks(
    [["--list-models"], ["--list-models", "--json"], ["--list-models", "--dry-run"]],
    { env },
  );
  expect(runs).toEqual([
    { exitCode: 0, stdout: `${listed.join("\n")}\n`, stderr: "" },
    { exitCode: 0, stdout: `${JSON.stringify(listed, null, 2)}\n`, stderr: "" },
    {
      exitCode: 0,
      stdout: `GET ${server.baseUrl}/models\naccept: application/json\nauthorization: Bearer [key]\n`,
      stderr: "",
    },
  ]);
  expect(server.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
});

test.concurrent("--list-models that fails has the exit code of its failure", async () => {
  await using refusing = await startChatServer((exchange) =>
    sendBody(exchange, 401, { body: '"Invalid token"' }),
  );
  await using page = await startChatServer((exchange) =>
    sendBody(exchange, 200, { body: "<title>Log in</title>" }),
  );
  const dead = `http://127.0.0.1:${await deadPort()}/v1`;
  const runs = await runAsks(
    [refusing.baseUrl, page.baseUrl, dead].map((url) => ["--list-models", "--base-url", url]),
  );
  expect(runs.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual([
    { exitCode: 3, stdout: "" },
    { exitCode: 6, stdout: "" },
    { exitCode: 5, stdout: "" },
  ]);
  expect(runs.map(({ stderr }) => withoutPort(stderr))).toEqual([
    "Cannot list the models: HOST refused (401): Invalid token\n" +
      "No key was sent: name its variable with --key-env\n",
    "Cannot list the models: HOST answered with something else\n" +
      "Check the base URL: it mostly ends in /v1\n",
    "Cannot list the models: Cannot reach HOST: the connection was refused (ECONNREFUSED)\n" +
      "Is the server running, and is the port right?\n",
  ]);
});

test.concurrent("--list-models takes no question", async () => {
  const [word, prompt] = await runAsks([
    ["--demo", "--list-models", "Hi"],
    ["--demo", "--list-models", "--prompt", "Hi"],
  ]);
  expect(word).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "Cannot ask a question with --list-models\n",
  });
  expect(prompt.exitCode).toBe(2);
});

// A mistyped model

test.concurrent("a mistyped model brings the nearest names, whoever refuses it", async () => {
  const refusals = [
    {
      status: 400,
      body: { code: 20012, message: "Model does not exist. Please check", data: null },
    },
    {
      status: 404,
      body: { error: { message: "The model `qwen3-8` does not exist", code: "model_not_found" } },
    },
    {
      status: 404,
      body: { object: "error", message: "The model `qwen3-8` does not exist.", code: 404 },
    },
  ];
  for (const refusal of refusals) {
    await using server = await startChatServer(knowNoModel(refusal));
    const args = ["--base-url", server.baseUrl, "--model", "qwen3-8", "Hi"];
    const { exitCode, stderr } = await runAsk(args);
    expect(exitCode).toBe(3);
    expect(stderr).toEndWith('\nDid you mean "Qwen/Qwen3-8B"? --list-models shows all 3\n');
  }
});

test.concurrent("a list that cannot be had for help is not spoken of", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 404, { body: { error: { message: "no", code: "model_not_found" } } }),
  );
  const { stderr } = await runAsk(["--base-url", server.baseUrl, "--model", "m", "Hi"]);
  expect(withoutPort(stderr)).toBe(
    "HOST refused (404): no (model_not_found)\n" +
      'Is "m" spelt right? --model NAME chooses another\n',
  );
});

// --verbose

test.concurrent("--verbose says where the request goes, and shows a failed response", async () => {
  await using server = await startChatServer((exchange, { headers }) =>
    sendBody(exchange, 403, {
      body: `{"who":"${headers.authorization}","no":"\u001b[2J"}`,
      headers: { "content-type": "application/json", "set-cookie": "a=1", "x-request-id": "r1" },
    }),
  );
  const files = { ".env": `OPENAI_BASE_URL=${server.baseUrl}\nOPENAI_API_KEY=${KEY}\n` };
  const args = ["--model", "m", "--verbose", "Hi"];
  let folder = "";
  const { exitCode, stderr } = await runAsk(args, { files, onExit: (path) => (folder = path) });
  expect(exitCode).toBe(3);
  expect(withoutPort(stderr).replaceAll(folder, "FOLDER")).toBe(
    "Endpoint http://HOST/v1 (by OPENAI_BASE_URL from FOLDER/.env), model m, " +
      "key in OPENAI_API_KEY from FOLDER/.env\n" +
      `HOST refused (403): {"who":"Bearer ${STARS}","no":"␛[2J"} [trace r1]\n` +
      "The response was:\n" +
      "HTTP 403\ncontent-type: application/json\ntransfer-encoding: chunked\nx-request-id: r1\n\n" +
      `{"who":"Bearer ${STARS}","no":"␛[2J"}\n`,
  );
});

// Proxies

test.concurrent("a dead proxy is named, without its password", async () => {
  const port = await deadPort();
  const env = { http_proxy: `http://user:${KEY}@127.0.0.1:${port}` };
  const args = ["--base-url", "http://endpoint.test/v1", "--model", "m", "--retries", "0", "Hi"];
  const [english, chinese] = await Promise.all([
    runAsk(args, { env }),
    runAsk([...args, "--lang", "zh"], { env }),
  ]);
  expect([english.exitCode, chinese.exitCode]).toEqual([5, 5]);
  expect(withoutPort(english.stderr)).toEndWith(
    "Cannot reach endpoint.test through the proxy HOST in http_proxy: the connection was refused (ECONNREFUSED)\n" +
      "Start the proxy, or do without it: unset http_proxy\n",
  );
  expect(withoutPort(chinese.stderr)).toEndWith(
    "无法通过 http_proxy 中的代理 HOST 连接 endpoint.test：连接被拒绝（ECONNREFUSED）\n" +
      "请启动代理，或取消代理变量：unset http_proxy\n",
  );
});

// A key file of another name

test.concurrent("a .env.txt is pointed out when there is no key", async () => {
  const files = { ".env.txt": `SILICONFLOW_API_KEY=${KEY}\n` };
  let folder = "";
  const runs = await Promise.all([
    runAsk(["Hi"], { files, onExit: (path) => (folder = path) }),
    runAsk(["--provider", "deepseek", "--lang", "zh", "Hi"], { files }),
  ]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2]);
  expect(runs[0]?.stderr.replaceAll(folder, "FOLDER")).toBe(
    "Cannot choose an endpoint: no API key is set\n" +
      '"FOLDER/.env.txt" is not read, since its name ends in .txt, which Windows hides. ' +
      'Rename it (also in PowerShell): mv "FOLDER/.env.txt" "FOLDER/.env"\n',
  );
  expect(runs[1]?.stderr).toContain("不会被读取：文件名以 .txt 结尾");
});
