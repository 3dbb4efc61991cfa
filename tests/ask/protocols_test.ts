import { expect, test } from "bun:test";
import { join } from "node:path";
import { TranscriptFile } from "../../lib/transcript/transcript_file.ts";
import { cleanEnvironment } from "../support/clean_environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Line, runLines } from "../support/run_lines.ts";
import { at, KEY, runAsks, toolkitFolder, useToolkit } from "../support/run_ask.ts";
import { type SeenRequest, sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import type { ServerExchange } from "../support/server.ts";
import { answerOf, streamOf } from "../support/stream.ts";

useToolkit();

const APIS = ["chat", "responses", "messages", "completions"] as const;

/** The same answer over each protocol. */
const STREAMS: Readonly<Record<string, string>> = {
  "/v1/chat/completions": streamOf(answerOf("Blue.", { finish: "stop" }), "[DONE]"),
  "/v1/completions": `data: {"object":"text_completion","choices":[{"index":0,"text":"Blue.","finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  "/v1/responses":
    `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","item_id":"m","content_index":0,"delta":"Blue."}\n\n` +
    `event: response.completed\ndata: {"type":"response.completed","response":{"id":"r","status":"completed","output":[],"usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}}\n\n`,
  "/v1/messages": [
    {
      type: "message_start",
      message: { id: "m", usage: { input_tokens: 9 } },
    },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Blue." } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join(""),
};

function answer(exchange: ServerExchange, { path }: SeenRequest): void {
  const stream = STREAMS[path];
  if (stream === undefined) sendBody(exchange, 404, { body: { error: { message: "no" } } });
  else sendStream(exchange, stream);
}

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const FILES = {
  "a.png": Buffer.from(PIXEL, "base64"),
  "person.json": '{"type":"object","properties":{"name":{"type":"string"}}}',
};
const SAMPLING = ["--temperature", "0.5", "--top-p", "0.9", "--max-tokens", "20"];
const PICTURE = { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } };
const SCHEMA = JSON.parse(FILES["person.json"]);

test.concurrent("everything that can be asked is sent in each protocol's own way", async () => {
  await using server = await startChatServer(answer);
  const flags = ["--system", "S", "--param", "top_k=5", ...SAMPLING, ...at(server), "Why?"];
  const full = ["--image", "a.png", "--schema", "person.json"];
  const runs = await runAsks(
    [
      ["--api", "chat", ...full, "--seed", "7", "--stop", "x", ...flags],
      ["--api", "responses", ...full, ...flags],
      ["--api", "messages", ...full, "--stop", "x", "--stop", "y", ...flags],
      ["--api", "completions", "--seed", "7", "--stop", "x", ...flags],
    ],
    { files: FILES },
  );
  for (const run of runs) expect(run).toMatchObject({ exitCode: 0, stdout: "Blue.\n", stderr: "" });
  expect(server.requests.map(({ path, body }) => [path, body])).toEqual([
    [
      "/v1/chat/completions",
      {
        model: "m",
        messages: [
          { role: "system", content: "S" },
          { role: "user", content: [{ type: "text", text: "Why?" }, PICTURE] },
        ],
        stream: true,
        stream_options: { include_usage: true },
        response_format: {
          type: "json_schema",
          json_schema: { strict: true, name: "person", schema: SCHEMA },
        },
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 20,
        seed: 7,
        stop: ["x"],
        top_k: 5,
      },
    ],
    [
      "/v1/responses",
      {
        model: "m",
        instructions: "S",
        input: [
          {
            type: "message",
            role: "user",
            content: [
              { type: "input_text", text: "Why?" },
              { type: "input_image", image_url: PICTURE.image_url.url },
            ],
          },
        ],
        stream: true,
        store: false,
        text: { format: { type: "json_schema", strict: true, name: "person", schema: SCHEMA } },
        temperature: 0.5,
        top_p: 0.9,
        max_output_tokens: 20,
        top_k: 5,
      },
    ],
    [
      "/v1/messages",
      {
        model: "m",
        max_tokens: 20,
        system: "S",
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "Why?" },
              {
                type: "image",
                source: { type: "base64", media_type: "image/png", data: PIXEL },
              },
            ],
          },
        ],
        stream: true,
        output_config: { format: { type: "json_schema", schema: SCHEMA } },
        temperature: 0.5,
        top_p: 0.9,
        stop_sequences: ["x", "y"],
        top_k: 5,
      },
    ],
    [
      "/v1/completions",
      {
        model: "m",
        prompt: "S\n\nWhy?",
        stream: true,
        stream_options: { include_usage: true },
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 20,
        seed: 7,
        stop: ["x"],
        top_k: 5,
      },
    ],
  ]);
});

test.concurrent("a plain question is sent without anything that was not asked for", async () => {
  await using server = await startChatServer(answer);
  await runAsks(APIS.map((api) => ["--api", api, ...at(server), "Why?"]));
  const [, responses, messages, completions] = server.requests.map(({ body }) => body);
  expect(responses).toEqual({ model: "m", input: "Why?", stream: true, store: false });
  const asked = [{ role: "user", content: "Why?" }];
  expect(messages).toEqual({ model: "m", max_tokens: 4096, messages: asked, stream: true });
  const stream = { stream: true, stream_options: { include_usage: true } };
  expect(completions).toEqual({ model: "m", prompt: "Why?", ...stream });
});

test.concurrent(
  "--param wins over what a flag says, and over what the protocol must have",
  async () => {
    await using server = await startChatServer(answer);
    const set = ["--max-tokens", "5", "--param"];
    const [, , messages] = await runAsks([
      [
        "--api",
        "responses",
        ...set,
        "max_output_tokens=9",
        "--param",
        "seed=3",
        ...at(server),
        "Q",
      ],
      ["--api", "chat", ...set, "max_tokens=9", ...at(server), "Q"],
      ["--api", "messages", "--verbose", "--param", "max_tokens=9", ...at(server), "Q"],
    ]);
    expect(server.requests.map(({ body }) => body)).toMatchObject([
      { max_output_tokens: 9, seed: 3 },
      { max_tokens: 9 },
      { max_tokens: 9 },
    ]);
    expect(messages.stderr).not.toContain("max_tokens is");
  },
);

test.concurrent("the limit that Messages must have is said with --verbose, once", async () => {
  await using server = await startChatServer(answer);
  const runs = await runAsks([
    ["--api", "messages", ...at(server), "Q"],
    ["--api", "messages", "--verbose", ...at(server), "Q"],
    ["--api", "messages", "--verbose", "--lang", "zh", ...at(server), "Q"],
    ["--api", "messages", "--verbose", "--max-tokens", "9", ...at(server), "Q"],
    ["--api", "responses", "--verbose", ...at(server), "Q"],
  ]);
  const used = (en: string, zh = false) =>
    zh
      ? `接口 ${server.baseUrl}（由 --base-url 指定），使用 ${en} 协议，模型 m，不发送密钥\n`
      : `Endpoint ${server.baseUrl} (by --base-url), over ${en}, model m, no key\n`;
  expect(runs.map(({ stderr }) => stderr)).toEqual([
    "",
    `${used("Messages")}Messages needs a limit for the answer: max_tokens is 4096; --max-tokens sets another\n`,
    `${used("Messages", true)}Messages 协议必须限定回答长度：max_tokens 设为 4096，可用 --max-tokens 修改\n`,
    used("Messages"),
    used("Responses"),
  ]);
});

test.concurrent("what a protocol has no field for is refused before anything is sent", async () => {
  await using server = await startChatServer(answer);
  // Without --model, the list of models would be asked for.
  const endpoint = ["--base-url", server.baseUrl];
  const refused = [
    ["--api", "responses", "--seed", "7"],
    ["--api", "responses", "--stop", "x"],
    ["--api", "messages", "--seed", "7"],
    ["--api", "completions", "--image", "a.png"],
    ["--api", "completions", "--schema", "person.json"],
  ];
  const lines = refused.flatMap((flags) =>
    ["en", "zh"].map((lang) => flags.concat(["--lang", lang], endpoint, "Q")),
  );
  const runs = await runAsks(lines, { files: FILES });
  expect(server.requests).toEqual([]);
  for (const run of runs) expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(`\n${runs.map(({ stderr }) => stderr).join("")}`).toMatchInlineSnapshot(`
    "
    Cannot use --seed over Responses (--api responses): this protocol has no field for a seed
    Leave it out, or ask with --api chat or --api completions; if the endpoint has a field of its own: --param seed=JSON
    --seed 不能用于 Responses 协议（--api responses）：该协议没有随机种子字段
    请去掉它，或改用 --api chat 或 --api completions；如果该接口有自己的字段：--param seed=JSON
    Cannot use --stop over Responses (--api responses): this protocol has no field for stop texts
    Leave it out, or ask with --api chat, --api completions or --api messages; if the endpoint has a field of its own: --param stop=JSON
    --stop 不能用于 Responses 协议（--api responses）：该协议没有停止文本字段
    请去掉它，或改用 --api chat、--api completions 或 --api messages；如果该接口有自己的字段：--param stop=JSON
    Cannot use --seed over Messages (--api messages): this protocol has no field for a seed
    Leave it out, or ask with --api chat or --api completions; if the endpoint has a field of its own: --param seed=JSON
    --seed 不能用于 Messages 协议（--api messages）：该协议没有随机种子字段
    请去掉它，或改用 --api chat 或 --api completions；如果该接口有自己的字段：--param seed=JSON
    Cannot use --image over Completions (--api completions): this protocol has no place for pictures
    Leave it out, or ask with --api chat, --api responses or --api messages
    --image 不能用于 Completions 协议（--api completions）：该协议不支持图片
    请去掉它，或改用 --api chat、--api responses 或 --api messages
    Cannot use --schema over Completions (--api completions): this protocol has no field for a schema
    Leave it out, or ask with --api chat, --api responses or --api messages
    --schema 不能用于 Completions 协议（--api completions）：该协议没有 schema 字段
    请去掉它，或改用 --api chat、--api responses 或 --api messages
    "
  `);
});

test.concurrent("a dry run shows where the key goes, and not the key", async () => {
  const env = { ANTHROPIC_API_KEY: KEY, OPENROUTER_API_KEY: KEY, DEEPSEEK_API_KEY: KEY };
  const url = [
    "--base-url",
    "https://example.org",
    "--key-env",
    "ANTHROPIC_API_KEY",
    "--model",
    "m",
  ];
  const [anthropic, openrouter, deepseek, responses, list, own, bearer, header] = await runAsks(
    [
      ["--dry-run", "--provider", "anthropic", "Q"],
      ["--dry-run", "--provider", "openrouter", "--api", "messages", "--model", "m", "Q"],
      ["--dry-run", "--provider", "deepseek", "--api", "messages", "Q"],
      ["--dry-run", "--provider", "deepseek", "--api", "responses", "Q"],
      ["--dry-run", "--provider", "anthropic", "--list-models"],
      ["--dry-run", "--provider", "deepseek", "--api", "messages", "--list-models"],
      ["--dry-run", ...url, "--api", "messages", "--key-header", "authorization", "Q"],
      ["--dry-run", ...url, "--key-header", "x-api-key", "Q"],
    ],
    { env },
  );
  expect(anthropic.stdout).toBe(
    `POST https://api.anthropic.com/v1/messages
accept: text/event-stream
accept-encoding: identity
content-type: application/json
anthropic-version: 2023-06-01
x-api-key: [key]

{
  "model": "claude-haiku-4-5",
  "max_tokens": 4096,
  "messages": [
    {
      "role": "user",
      "content": "Q"
    }
  ],
  "stream": true
}
`,
  );
  expect(openrouter.stdout).toContain("\nauthorization: Bearer [key]\n");
  expect(openrouter.stdout).toContain("\nanthropic-version: 2023-06-01\n");
  expect(openrouter.stdout).not.toContain("x-api-key");
  expect(deepseek.stdout).toStartWith("POST https://api.deepseek.com/anthropic/v1/messages\n");
  expect(deepseek.stdout).toContain("\nx-api-key: [key]\n");
  expect(responses.stdout).toContain("\nauthorization: Bearer [key]\n");
  expect(bearer.stdout).toContain("\nauthorization: Bearer [key]\n");
  expect(bearer.stdout).not.toContain("x-api-key");
  expect(header.stdout).toContain("\nx-api-key: [key]\n");
  expect(header.stdout).not.toContain("authorization");
  expect(list.stdout).toBe(
    `GET https://api.anthropic.com/v1/models
accept: application/json
anthropic-version: 2023-06-01
x-api-key: [key]
`,
  );
  expect(own.stdout).toBe(
    `GET https://api.deepseek.com/models
accept: application/json
authorization: Bearer [key]
`,
  );
});

test.concurrent("the key is sent in one header, and no --header takes its place", async () => {
  await using server = await startChatServer(answer);
  const env = { MY_KEY: KEY };
  const endpoint = [...at(server), "--key-env", "MY_KEY"];
  const [, , refused] = await runAsks(
    [
      ["--api", "messages", ...endpoint, "Q"],
      ["--api", "responses", ...endpoint, "Q"],
      ["--api", "messages", "--header", "X-Api-Key=abc", ...endpoint, "Q"],
    ],
    { env },
  );
  const headers = server.requests.map(({ headers }) => [
    headers["x-api-key"],
    headers["authorization"],
    headers["anthropic-version"],
  ]);
  expect(headers).toEqual([
    [KEY, undefined, "2023-06-01"],
    [undefined, `Bearer ${KEY}`, undefined],
  ]);
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toStartWith(`Cannot take header "X-Api-Key" as an argument: `);
});

const ask = (baseUrl: string, ...flags: string[]) => [
  "--base-url",
  baseUrl,
  "--model",
  "m",
  ...flags,
  "Q",
];

test.concurrent("what was changed in a base URL for Messages is said, and asked", async () => {
  await using server = await startChatServer((exchange) =>
    sendStream(exchange, STREAMS["/v1/messages"] ?? ""),
  );
  const origin = server.baseUrl.replace("/v1", "");
  const host = new URL(origin).host;
  const [bare, path, , pasted] = await runAsks([
    ask(origin, "--api", "messages"),
    ask(`${origin}/anthropic`, "--api", "messages"),
    ask(`${origin}/anthropic/v1`, "--api", "messages"),
    ask(`${origin}/v1/messages`),
  ]);
  expect(server.requests.map(({ path }) => path)).toEqual([
    "/v1/messages",
    "/anthropic/v1/messages",
    "/anthropic/v1/messages",
    "/v1/chat/completions",
  ]);
  const added = `"/v1" was added to the base URL of ${host}\nIf the server answers under another path, write that path in the URL\n`;
  expect([bare.stderr, path.stderr]).toEqual([added, added]);
  expect(pasted.stderr).toStartWith(
    `"/messages" was taken off the base URL of ${host}: it is added to each request\nTo ask over Messages: --api messages\n`,
  );
});

const message = (role: string, type: string, text: string) => ({
  type: "message",
  role,
  content: [{ type, text }],
});

test.concurrent("a conversation goes on from any protocol over any other", async () => {
  await using server = await startChatServer(answer);
  const pairs = APIS.flatMap((from) => APIS.map((to) => [from, to] as const));
  await runAsks([
    ...APIS.map((api) => [
      "--api",
      api,
      "--system",
      "S",
      "--save",
      `${api}.sse`,
      ...at(server),
      "Q",
    ]),
    ...pairs.map(([from, to]) => [
      "--api",
      to,
      "--continue",
      `${from}.sse`,
      ...at(server),
      "More?",
    ]),
  ]);
  const said = [
    { role: "user", content: "Q" },
    { role: "assistant", content: "Blue." },
    { role: "user", content: "More?" },
  ];
  const continued = server.requests.slice(APIS.length);
  expect(continued).toHaveLength(16);
  for (const [index, [from, to]] of pairs.entries()) {
    const body = continued[index]?.body ?? {};
    // Of a prompt it is not known which part was the system's.
    const isFlat = from === "completions";
    const first = isFlat ? "S\n\nQ" : "Q";
    const [, ...others] = said;
    const turns = [{ role: "user", content: first }, ...others];
    const sent = {
      chat: { messages: isFlat ? turns : [{ role: "system", content: "S" }, ...turns] },
      responses: {
        ...(isFlat ? undefined : { instructions: "S" }),
        input: [
          message("user", "input_text", first),
          message("assistant", "output_text", "Blue."),
          message("user", "input_text", "More?"),
        ],
      },
      messages: { ...(isFlat ? undefined : { system: "S" }), messages: turns },
      completions: { prompt: "S\n\nQ\n\nBlue.\n\nMore?" },
    }[to];
    expect({ from, to, body }).toMatchObject({ from, to, body: sent });
  }
});

test.concurrent(
  "pictures and tool calls of a conversation are refused where they cannot be sent",
  async () => {
    await using server = await startChatServer(answer);
    const called = {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
    };
    const messages = [
      { role: "user", content: "Q" },
      called,
      { role: "tool", tool_call_id: "c", content: "42" },
    ];
    const runs = await runAsks(
      [
        ["--image", "a.png", "--save", "picture.sse", ...at(server), "Q"],
        [
          "--param",
          `messages=${JSON.stringify(messages)}`,
          "--save",
          "tools.sse",
          ...at(server),
          "Q",
        ],
        ["--continue", "picture.sse", "--api", "completions", ...at(server), "Q"],
        ["--continue", "tools.sse", "--api", "completions", ...at(server), "Q"],
        ["--continue", "tools.sse", "--api", "messages", ...at(server), "Q"],
      ],
      { files: FILES },
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 2, 2, 0]);
    expect(runs[2]?.stderr).toBe(
      "Cannot use --continue over Completions (--api completions): this protocol has no place for pictures\n" +
        "Leave it out, or ask with --api chat, --api responses or --api messages\n",
    );
    expect(runs[3]?.stderr).toContain("this protocol has no place for tool calls\n");
    expect(server.requests.at(-1)?.body?.["messages"]).toEqual([
      { role: "user", content: "Q" },
      { role: "assistant", content: [{ type: "tool_use", id: "c", name: "f", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: "42" }] },
      { role: "assistant", content: "Blue." },
      { role: "user", content: "Q" },
    ]);
  },
);

const replay = (name: string, ...flags: string[]): Line => [
  "replay",
  `${name}.sse`,
  "--json",
  ...flags,
];

test.concurrent(
  "--usage-cache says how prompt tokens are counted, and is kept in the transcript",
  async () => {
    const counted = (STREAMS["/v1/messages"] ?? "").replace(
      '"input_tokens":9',
      '"input_tokens":9,"cache_read_input_tokens":4',
    );
    await using server = await startChatServer((exchange) => sendStream(exchange, counted));
    const ask = (name: string, ...flags: string[]): Line => [
      "ask",
      "--api",
      "messages",
      "--json",
      "--save",
      `${name}.sse`,
      ...flags,
      ...at(server),
      "Q",
    ];
    using folder = temporaryFolder();
    const runs = await runLines(
      [
        ask("none"),
        ask("in", "--usage-cache", "included"),
        ask("apart", "--usage-cache", "apart"),
        replay("in", "--usage-cache", "apart"),
        replay("none", "--usage-cache", "included"),
      ],
      { toolkit: toolkitFolder(), cwd: folder.path, env: cleanEnvironment(folder.path, {}) },
    );
    const prompts = runs.map(({ stdout }) => JSON.parse(stdout).usage.prompt_tokens);
    // 9 with 4 out of the cache among them, or 9 and 4 beside them.
    expect(prompts).toEqual([null, 9, 13, 13, 9]);
    for (const [name, kept] of [
      ["none", undefined],
      ["in", "included"],
      ["apart", "apart"],
    ] as const) {
      const file = new TranscriptFile(join(folder.path, `${name}.sse`));
      await Array.fromAsync(file.pieces());
      expect(file.header?.request.usage_cache).toBe(kept);
    }
  },
);

test.concurrent(
  "--think open parts reasoning from the answer, and a replay does as the request did, or as it is told",
  async () => {
    const stream = streamOf(
      answerOf("hm</thi"),
      answerOf("nk>Four.", { finish: "stop" }),
      "[DONE]",
    );
    await using server = await startChatServer((exchange) => sendStream(exchange, stream));
    const ask = (name: string, ...flags: string[]): Line => [
      "ask",
      "--json",
      "--save",
      `${name}.sse`,
      ...flags,
      ...at(server),
      "Q",
    ];
    using folder = temporaryFolder();
    const runs = await runLines(
      [
        ask("tagged"),
        ask("open", "--think", "open"),
        replay("tagged"),
        replay("open"),
        replay("tagged", "--think", "open"),
        replay("open", "--think", "tagged"),
      ],
      { toolkit: toolkitFolder(), cwd: folder.path, env: cleanEnvironment(folder.path, {}) },
    );
    const results = runs.map(({ stdout }) => JSON.parse(stdout));
    const tagged = {
      reasoning: "",
      content: "hm</think>Four.",
      notes: [{ code: "unopened_think" }],
    };
    const open = { reasoning: "hm", content: "Four.", notes: [] };
    for (const [place, wanted] of [tagged, open, tagged, open, open, tagged].entries()) {
      expect(results[place], String(place)).toMatchObject(wanted);
    }
    expect(results[2]).toEqual(results[0]);
    expect(results[3]).toEqual(results[1]);
    const file = new TranscriptFile(join(folder.path, "open.sse"));
    await Array.fromAsync(file.pieces());
    expect(file.header?.request.think).toBe("open");
  },
);

test.concurrent("an endpoint without the protocol is told by what to try", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 404, { body: { error: { message: "Not Found" } } }),
  );
  const host = new URL(server.baseUrl).host;
  const [en, zh] = await runAsks(
    ["en", "zh"].map((lang) => ["--api", "responses", "--lang", lang].concat(at(server), "Q")),
  );
  expect(en?.stderr).toBe(
    `${host} refused (404): Not Found\nIf it has no Responses, ask over another protocol, such as --api chat. Check the base URL (it mostly ends in /v1) and the model's name\n`,
  );
  expect(zh?.stderr).toBe(
    `${host} 拒绝了请求（404）：Not Found\n如果它不支持 Responses 协议，请换一个，例如 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名\n`,
  );
});

test.concurrent("nothing is asked again without stream_options where none were sent", async () => {
  await using server = await startChatServer((exchange) =>
    sendBody(exchange, 400, { body: { error: { message: "unknown field stream_options" } } }),
  );
  await runAsks(APIS.map((api) => ["--api", api, "--retries", "0"].concat(at(server), "Q")));
  const paths = server.requests.map(({ path, body }) => [path, "stream_options" in (body ?? {})]);
  expect(paths).toEqual([
    ["/v1/chat/completions", true],
    ["/v1/chat/completions", false],
    ["/v1/responses", false],
    ["/v1/messages", false],
    ["/v1/completions", true],
    ["/v1/completions", false],
  ]);
});
