import { expect, test } from "bun:test";
import { trafficRequest } from "../../../lib/load/traffic/traffic_request.ts";
import type { BodyContent } from "../../../lib/load/traffic/traffic.ts";
import type { CompletionRequest } from "../../../lib/protocols/protocol.ts";
import { PROTOCOLS } from "../../../lib/protocols/protocols.ts";

const HOW = { baseUrl: "http://127.0.0.1:8000/v1", model: "now", key: null } as const;

function sent(
  content: Omit<BodyContent, "kind">,
  { own, ...how }: Partial<CompletionRequest> & { own?: boolean } = {},
) {
  const contents = [{ kind: "body", ...content } as const];
  return trafficRequest({ ...HOW, ...how }, { contents, index: 0, ...(own && { own }) });
}

const BODIES = {
  chat: { model: "then", messages: [{ role: "user", content: "Hi" }], max_tokens: 7, tools: [{}] },
  completions: { prompt: "Once", model: "then", max_tokens: 7, logprobs: 1 },
  responses: { input: "Hi", model: "then", max_output_tokens: 7, reasoning: { effort: "low" } },
  messages: {
    max_tokens: 7,
    system: [{ type: "text", text: "S", cache_control: { type: "ephemeral" } }],
    messages: [{ role: "user", content: "Hi" }],
    model: "then",
  },
} as const;

test.each(PROTOCOLS.map(({ name, path }) => [name, path] as const))(
  "over %s the body is the recorded one, in its order, with the model of now, and streamed",
  (api, path) => {
    const { url, body } = sent({ api, body: BODIES[api] }, { own: true });
    expect(url).toBe(`http://127.0.0.1:8000/v1${path}`);
    const { model, stream, stream_options: options, ...rest } = body ?? {};
    const { model: _, ...recorded } = BODIES[api];
    expect([model, stream]).toEqual(["now", true]);
    expect(JSON.stringify(rest)).toBe(JSON.stringify(recorded));
    const hasOptions = api === "chat" || api === "completions";
    expect(options).toEqual(hasOptions ? { include_usage: true } : undefined);
  },
);

test("what was asked of the stream stays beside the usage, and --param wins", () => {
  const body = {
    ...BODIES.chat,
    stream: false,
    stream_options: { chunk: 2, include_usage: false },
  };
  const request = sent({ api: "chat", body }, { parameters: { max_tokens: 1, top_k: 3 } });
  expect(request.body).toMatchObject({
    stream: true,
    stream_options: { chunk: 2, include_usage: true },
    max_tokens: 1,
    top_k: 3,
  });
});

test("over another protocol it is the same conversation with the same limits, without tools", () => {
  const request = sent({ api: "chat", body: BODIES.chat }, { api: "messages" });
  expect(request.url).toBe("http://127.0.0.1:8000/v1/messages");
  expect(request.body).toEqual({
    model: "now",
    max_tokens: 7,
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
  });
  const back = sent({ api: "messages", body: BODIES.messages }, { api: "responses" });
  expect(back.body).toMatchObject({ instructions: "S", input: "Hi", max_output_tokens: 7 });
  const shaped = { ...BODIES.responses, temperature: 0.3, top_p: 0.9, seed: 4, stop: "x" };
  expect(sent({ api: "responses", body: shaped }, { api: "chat" }).body).toMatchObject({
    max_tokens: 7,
    temperature: 0.3,
    top_p: 0.9,
    seed: 4,
    stop: ["x"],
  });
});
