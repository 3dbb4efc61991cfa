import { expect, test } from "bun:test";
import { createServer, type AddressInfo, type Server } from "node:net";
import type { Check } from "../../lib/doctor/check.ts";
import { lookUp, openConnection, shakeHands } from "../../lib/doctor/connection.ts";
import { examineOnline, type OnlineTarget, skipOnline } from "../../lib/doctor/examine_online.ts";
import { notSecured } from "../../lib/doctor/messages/online.ts";
import { providerNamed } from "../../lib/settings/providers.ts";
import { Secret } from "../../lib/base/secret.ts";
import { random } from "../support/key_shapes.ts";

const key = `sk-${random}`;

function targetOf(baseUrl: string, given: Partial<OnlineTarget> = {}): OnlineTarget {
  return {
    baseUrl,
    api: "chat",
    model: "demo",
    key: new Secret(key),
    keyVariable: "MY_API_KEY",
    provider: null,
    hints: [],
    headers: {},
    limits: { firstByte: 10_000_000 },
    proxies: {},
    blocker: null,
    ...given,
  };
}

/** All checks, and that no line of them shows the key. */
async function examined(
  target: OnlineTarget,
  signal = new AbortController().signal,
): Promise<Check[]> {
  const checks = await Array.fromAsync(examineOnline(target, { signal }));
  expect(JSON.stringify(checks)).not.toContain(random);
  expect(JSON.stringify(checks)).not.toContain("sk-");
  return checks;
}

function lines(checks: readonly Check[], port: number | string): string[] {
  return checks.map(({ id, status, message }) =>
    `${status} ${id}: ${message.cause.en}`.replaceAll(`:${port}`, ":PORT"),
  );
}

/** An endpoint on loopback; `answers` by path. */
function serve(
  answers: Record<string, () => Response | Promise<Response>>,
): ReturnType<typeof Bun.serve> {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: (request) =>
      answers[new URL(request.url).pathname]?.() ?? new Response("no", { status: 404 }),
  });
}

function models(...names: string[]): Response {
  return Response.json({ data: names.map((id) => ({ id })) });
}

function completion(): Response {
  return Response.json({
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "length" }],
  });
}

async function listening(onConnection: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = await listening(() => {});
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("endpoint that works passes every step", async () => {
  await using server = serve({
    "/v1/models": () => models("demo", "other"),
    "/v1/chat/completions": completion,
  });
  const checks = await examined(targetOf(`http://127.0.0.1:${server.port}/v1`));
  expect(lines(checks, server.port ?? 0)).toEqual([
    "skipped dns: 127.0.0.1 is an address already",
    "ok tcp: 127.0.0.1:PORT answers",
    "skipped tls: not used: the base URL is http",
    "ok models: 2 models listed",
    "ok completion: demo answers",
  ]);
  expect(checks.map(({ took }) => took !== null)).toEqual([false, true, false, true, true]);
});

test("one token is asked for, in the field that the service knows", async () => {
  const bodies: unknown[] = [];
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET") return models("demo");
      bodies.push(await request.json());
      return completion();
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  await examined(targetOf(baseUrl, { model: null }));
  await examined(targetOf(baseUrl, { provider: providerNamed("openai") }));
  expect(bodies).toMatchObject([{ model: "demo", max_tokens: 1 }, { max_completion_tokens: 1 }]);
});

test("endpoint is tried over the protocol that was asked for, and its list with the same key header", async () => {
  const seen: unknown[] = [];
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const header = (name: string) => request.headers.get(name);
      seen.push([pathname, header("x-api-key"), header("anthropic-version")]);
      if (request.method === "GET") return models("demo");
      seen.push(await request.json());
      const type = "message";
      const content = [{ type: "text", text: "Hi" }];
      return Response.json({ type, role: "assistant", content, stop_reason: "max_tokens" });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const checks = await examined(targetOf(baseUrl, { api: "messages" }));
  expect(lines(checks.slice(3), server.port ?? 0)).toEqual([
    "ok models: 1 model listed",
    "ok completion: demo answers",
  ]);
  expect(seen).toEqual([
    ["/v1/models", key, "2023-06-01"],
    ["/v1/messages", key, "2023-06-01"],
    {
      model: "demo",
      max_tokens: 1,
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    },
  ]);
});

test("over Responses as few tokens are asked for as OpenAI allows", async () => {
  const bodies: unknown[] = [];
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET") return models("demo");
      bodies.push(await request.json());
      return Response.json({ object: "response", status: "completed", output: [] });
    },
  });
  await examined(targetOf(`http://127.0.0.1:${server.port}/v1`, { api: "responses" }));
  expect(bodies).toMatchObject([{ max_output_tokens: 16 }]);
});

test("endpoint that lacks the protocol is told by those that its service has", async () => {
  await using server = serve({ "/v1/models": () => models("demo") });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const step = async (given: Partial<OnlineTarget>) => {
    const [, , , , check] = await examined(targetOf(baseUrl, given));
    expect(check).toMatchObject({ status: "error", exitCode: 3 });
    return [check?.message.step?.en, check?.message.step?.zh];
  };
  expect(await step({ api: "responses", provider: providerNamed("mistral") })).toEqual([
    "Mistral is known to answer to --api chat. Check the base URL (it mostly ends in /v1) and the model's name",
    "已知 Mistral 支持 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名",
  ]);
  expect(await step({ api: "responses", provider: providerNamed("siliconflow") })).toEqual([
    "SiliconFlow is known to answer to --api chat, --api messages. Check the base URL (it mostly ends in /v1) and the model's name",
    "已知 SiliconFlow 支持 --api chat、--api messages。请检查 base URL（通常以 /v1 结尾）和模型名",
  ]);
  expect(await step({ api: "messages" })).toEqual([
    "If it has no Messages, ask over another protocol, such as --api chat. Check the base URL (it mostly ends in /v1) and the model's name",
    "如果它不支持 Messages 协议，请换一个，例如 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名",
  ]);
});

test("refused key is an error with the next step, and nothing more is sent", async () => {
  const refusal = {
    error: {
      message: `Incorrect API key provided: ${key} (sk-${random.slice(0, 4)}****)`,
      code: "invalid",
    },
  };
  await using server = serve({ "/v1/models": () => Response.json(refusal, { status: 401 }) });
  const hints = [
    {
      cause: { en: "Sites differ", zh: "互不通用" },
      step: { en: "Use the other", zh: "请用另一个" },
    },
  ];
  const target = targetOf(`http://127.0.0.1:${server.port}/v1`, { hints });
  const checks = await examined(target);
  expect(lines(checks.slice(3), server.port ?? 0)).toEqual([
    `error models: 127.0.0.1:PORT refused (401): Incorrect API key provided: ${"*".repeat(key.length)} ([key]) (invalid)`,
    "skipped completion: skipped: models comes first",
  ]);
  expect(checks[3]?.exitCode).toBe(3);
  expect(checks[3]?.message.step?.en).toContain("The key in MY_API_KEY was not accepted");
  expect(checks[3]?.message.step?.en).toEndWith("Use the other");
});

test("key without a mark of its own is not shown either when the endpoint repeats it", async () => {
  const refusal = { error: { message: `no such key: ${random}` } };
  await using server = serve({ "/v1/models": () => Response.json(refusal, { status: 403 }) });
  const target = targetOf(`http://127.0.0.1:${server.port}/v1`, { key: new Secret(random) });
  const checks = await examined(target);
  expect(checks[3]?.message.cause.en).toEndWith(`no such key: ${"*".repeat(random.length)}`);
});

test("endpoint without a list of models is tried all the same", async () => {
  await using server = serve({ "/v1/chat/completions": completion });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  expect(lines((await examined(targetOf(baseUrl))).slice(3), server.port ?? 0)).toEqual([
    "warning models: GET /models gives no list (404); some services have none",
    "ok completion: demo answers",
  ]);
  const unnamed = await examined(targetOf(baseUrl, { model: null }));
  expect(lines(unnamed.slice(4), server.port ?? 0)).toEqual([
    "error completion: Cannot choose a model: the endpoint lists none",
  ]);
  expect(unnamed[4]?.exitCode).toBe(2);
});

test("model that is not listed is a warning, and its refusal an error", async () => {
  const unknown = { code: 20012, message: "Model does not exist", data: null };
  await using server = serve({
    "/v1/models": () => models("a", "b"),
    "/v1/chat/completions": () => Response.json(unknown, { status: 400 }),
  });
  const checks = await examined(targetOf(`http://127.0.0.1:${server.port}/v1`));
  expect(lines(checks.slice(3), server.port ?? 0)).toEqual([
    "warning models: 2 models are listed, and demo is not among them",
    "error completion: 127.0.0.1:PORT refused (400): Model does not exist (20012)",
  ]);
  expect(checks[4]?.message.step?.en).toContain("--model NAME");
});

test("dead port is found by the connection, and the rest is skipped", async () => {
  const port = await deadPort();
  const checks = await examined(targetOf(`http://127.0.0.1:${port}/v1`));
  expect(lines(checks, port)).toEqual([
    "skipped dns: 127.0.0.1 is an address already",
    "error tcp: 127.0.0.1:PORT refuses the connection (ECONNREFUSED)",
    "skipped tls: skipped: connection comes first",
    "skipped models: skipped: connection comes first",
    "skipped completion: skipped: connection comes first",
  ]);
  expect(checks[1]).toMatchObject({
    exitCode: 5,
    message: { step: { en: expect.stringContaining("Start the server") } },
  });
});

test("name without an address is found by DNS", async () => {
  const checks = await examined(targetOf("https://streamgauge.invalid/v1"));
  expect(checks[0]).toMatchObject({ id: "dns", status: "error", exitCode: 5 });
  expect(checks[0]?.message.cause.en).toStartWith("streamgauge.invalid has no address (");
  expect(checks.slice(1).map(({ status }) => status)).toEqual(Array(4).fill("skipped"));
});

test("server that is silent runs into the limit", async () => {
  await using server = serve({ "/v1/models": () => new Promise<Response>(() => {}) });
  const target = targetOf(`http://127.0.0.1:${server.port}/v1`, { limits: { firstByte: 1000 } });
  const checks = await examined(target);
  expect(checks[3]).toMatchObject({ id: "models", status: "error", exitCode: 5 });
  expect(checks[3]?.message.step?.en).toContain("--first-byte-timeout");
});

test("http server behind an https base URL is told by TLS", async () => {
  const server = await listening((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  const port = portOf(server);
  const checks = await examined(targetOf(`https://127.0.0.1:${port}/v1`));
  server.close();
  expect(lines(checks, port)[2]).toBe(
    "error tls: No secure connection to 127.0.0.1:PORT: the server does not speak TLS on this port (ERR_SSL_WRONG_VERSION_NUMBER)",
  );
  expect(checks[2]?.exitCode).toBe(5);
});

test("certificate's faults are named with a step, in both languages", () => {
  for (const code of [
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ECONNRESET",
  ]) {
    const { cause, step } = notSecured("a.example", { code, words: "cut" });
    expect(`${cause.en} ${cause.zh}`).toContain(code);
    expect(step?.en).not.toBe("");
    expect(step?.zh).toMatch(/证书|日期|主机|网络/);
  }
});

test("proxy takes the place of the endpoint for name and connection", async () => {
  const port = await deadPort();
  const proxies = { HTTPS_PROXY: `http://me:${random}@127.0.0.1:${port}` };
  const checks = await examined(targetOf("https://streamgauge.invalid/v1", { proxies }));
  expect(lines(checks.slice(0, 2), port)).toEqual([
    "skipped dns: 127.0.0.1 is an address already",
    "error tcp: the proxy: 127.0.0.1:PORT refuses the connection (ECONNREFUSED)",
  ]);
  expect(checks[1]?.message.step?.en).toContain("Is the proxy program running");
  const live = await listening((socket) => socket.end());
  const through = { HTTPS_PROXY: `http://127.0.0.1:${portOf(live)}` };
  const [, tcp, tls] = await examined(
    targetOf("https://streamgauge.invalid/v1", { proxies: through, blocker: "key" }),
  );
  live.close();
  expect(tcp?.status).toBe("ok");
  expect(tls?.message.cause.en).toBe("shaken through the proxy, with the first request");
});

test("what is wrong with the settings keeps steps from being taken", async () => {
  await using server = serve({});
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const [, tcp, , models, completion] = await examined(targetOf(baseUrl, { blocker: "key" }));
  expect(tcp?.status).toBe("ok");
  expect(models?.message.cause.en).toBe("skipped: key comes first");
  expect(completion?.status).toBe("skipped");
  const all = await examined(targetOf(baseUrl, { blocker: "proxy" }));
  expect(all.map(({ message }) => message.cause.en)).toEqual(
    Array(5).fill("skipped: proxy comes first"),
  );
  expect(skipOnline().map(({ status }) => status)).toEqual(Array(5).fill("skipped"));
});

test("interruption ends the checks without one of its own", async () => {
  const stop = new AbortController();
  await using server = serve({
    "/v1/models": () => {
      stop.abort();
      return new Promise<Response>(() => {});
    },
  });
  const checks = await examined(targetOf(`http://127.0.0.1:${server.port}/v1`), stop.signal);
  expect(checks.map(({ id }) => id)).toEqual(["dns", "tcp", "tls"]);
});

test("every probe keeps its limit, and stops when it is interrupted", async () => {
  const silent = await listening((socket) => void socket.on("error", () => {}));
  const address = { host: "127.0.0.1", port: portOf(silent) };
  const { signal } = new AbortController();
  expect(await shakeHands(address, { signal, limit: 1 })).toMatchObject({
    reached: false,
    code: "ETIMEDOUT",
  });
  const aborted = AbortSignal.abort();
  for (const probe of [
    lookUp("localhost", { signal: aborted, limit: 5000 }),
    openConnection(address, { signal: aborted, limit: 5000 }),
    shakeHands(address, { signal: aborted, limit: 5000 }),
  ]) {
    expect(await probe).toMatchObject({ reached: false, code: "ABORT_ERR" });
  }
  silent.close();
});
