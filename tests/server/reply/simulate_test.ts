import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { epochClock } from "../../../lib/base/clock.ts";
import type { JsonObject } from "../../../lib/base/json.ts";
import { promptTokens } from "../../../lib/server/reply/prompt_tokens.ts";
import type { SimulatedModel } from "../../../lib/server/reply/simulate.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { ask, bodyOf, question, serving } from "../../support/serving.ts";
import { piecesOf, readingOf } from "../../support/told.ts";

const model: SimulatedModel = {
  ttft: 300_000,
  tps: 80,
  tokens: 4,
  reasoning: 0,
  chunk: 1,
  jitter: 0,
};

/** What a client reads of the first answer of a model. */
function read(model: SimulatedModel, { seed = 1, ...rest }: JsonObject & { seed?: number } = {}) {
  const answer = new SimulatedSource(model, { seed }).answer(question("hi", rest));
  return readingOf(piecesOf(answer), "chat");
}

/** The data of its events. */
function dataOf(model: SimulatedModel): string[] {
  const answer = new SimulatedSource(model, { seed: 1, now: () => 5000 }).answer(question("hi"));
  return Array.from(bodyOf(answer).matchAll(/^data: (.*)$/gm), ([, data = ""]) => data);
}

test("a simulated stream is as OpenAI's: role, tokens, finish reason, usage, [DONE]", () => {
  const [role = "", first, ...rest] = dataOf({ ...model, tokens: 1 });
  const id = /chatcmpl-[0-9a-f]{8}/.exec(role)?.[0] ?? "";
  const common = `{"id":"${id}","object":"chat.completion.chunk","created":5,"model":"m","choices":`;
  expect(role).toBe(
    `${common}[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}`,
  );
  expect(first).toMatch(/"delta":\{"content":"[a-z]+"\},"finish_reason":null\}\],"usage":null\}$/);
  expect(rest).toEqual([
    `${common}[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}`,
    `${common}[],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}`,
    "[DONE]",
  ]);
});

test("the first token comes at ttft, each chunk of tokens chunk / tps later", () => {
  const { metrics } = read(model);
  // 80 tokens a second: 12.5 ms each.
  expect(metrics).toMatchObject({ ttft: 300_000, e2e: 337_500, deltas: 4, tpot: 12_500 });
  expect(read(model).reading.timeline.deltasAt).toEqual([300_000, 312_500, 325_000, 337_500]);
  expect(read({ ...model, chunk: 3 }).reading.timeline.deltasAt).toEqual([300_000, 337_500]);
});

test("a simulation of any kind has exact usage, its own times, and is complete", () => {
  const models = fc
    .record({
      ttft: fc.nat({ max: 2_000_000 }),
      tps: fc.double({ min: 0.5, max: 5000, noNaN: true }),
      tokens: fc.integer({ min: 1, max: 60 }),
      reasoning: fc.nat({ max: 60 }),
      chunk: fc.integer({ min: 1, max: 9 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .filter(({ reasoning, tokens }) => reasoning <= tokens);
  const limits = fc.option(fc.integer({ min: 1, max: 80 }));
  fc.assert(
    fc.property(models, fc.integer(), limits, (model, seed, limit) => {
      const { reading, verdict } = read(model, { seed, max_tokens: limit });
      const tokens = Math.min(model.tokens, limit ?? Infinity);
      const reasoning = Math.min(model.reasoning, tokens);
      const { content = "", reasoning: thought = "", finishReason } = reading.choices[0] ?? {};
      expect([wordsIn(content), wordsIn(thought)]).toEqual([tokens - reasoning, reasoning]);
      expect(reading.timeline.usage).toMatchObject({
        promptTokens: 5,
        completionTokens: tokens,
        totalTokens: 5 + tokens,
        reasoningTokens: reasoning === 0 ? null : reasoning,
      });
      expect([finishReason, verdict.outcome]).toEqual([
        tokens < model.tokens ? "length" : "stop",
        "complete",
      ]);
      const times = reading.timeline.deltasAt.map(Number);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(times.every(Number.isSafeInteger)).toBe(true);
      const first = times[0] ?? NaN;
      expect(Math.abs(first - model.ttft)).toBeLessThanOrEqual(model.ttft * model.jitter + 1);
    }),
  );
});

function piecesWith(seed: number): unknown {
  return piecesOf(
    new SimulatedSource({ ...model, jitter: 0.5 }, { seed, now: () => 0 }).answer(question("?")),
  );
}

test("the same seed gives the same completion, another one another", () => {
  expect(piecesWith(3)).toEqual(piecesWith(3));
  expect(piecesWith(3)).not.toEqual(piecesWith(4));
});

test("an answer can be told twice", () => {
  const answer = simulated().answer(question("?", { stop: ["xyz"], n: 2 }));
  expect(bodyOf(answer)).toBe(bodyOf(answer));
});

test("the prompt is counted by words, characters of Chinese, Japanese and Korean, and signs", () => {
  expect(tokensIn("Hello, 世界")).toBe(4);
  expect(tokensIn("naïve café abc你好def")).toBe(6);
  expect(tokensIn([{ type: "text", text: "one two" }, { type: "image_url" }])).toBe(2);
  expect(tokensIn("")).toBe(0);
  expect(promptTokens([])).toBe(0);
  expect(
    promptTokens([
      { role: "user", content: "a" },
      { role: "assistant", content: "b c" },
    ]),
  ).toBe(11);
});

function simulated(rest: Partial<ConstructorParameters<typeof SimulatedSource>[1]> = {}) {
  return new SimulatedSource(
    { ...model, ttft: 0, tps: 1_000_000 },
    { seed: 1, now: () => 5000, ...rest },
  );
}

test("requests get completions of their own, the same ones in every run", () => {
  expect(bodiesWith(1)).toEqual(bodiesWith(1));
  expect(new Set([...bodiesWith(1), ...bodiesWith(2)]).size).toBe(6);
});

test("a limit of one token is a limit, as a warm-up has it", async () => {
  const whole = JSON.parse(bodyFor({ max_tokens: 1, stream: false }));
  expect(whole).toMatchObject({
    choices: [{ finish_reason: "length" }],
    usage: { completion_tokens: 1 },
  });
});

test("a request's model, limit, stream and usage are honoured", () => {
  expect(bodyFor({ model: "x/y" })).toContain('"model":"x/y"');
  expect(bodyFor({ max_tokens: 2 })).toContain('"completion_tokens":2');
  expect(bodyFor({ max_completion_tokens: 1, max_tokens: 2 })).toContain(
    '"finish_reason":"length"',
  );
  expect(bodyFor({ stream_options: {} })).not.toContain("usage");
  expect(JSON.parse(bodyFor({ stream: false, stream_options: {} }))).toMatchObject({
    object: "chat.completion",
    created: 5,
    choices: [{ message: { role: "assistant" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
  });
});

test("chunks carry when they were sent, on a clock that processes share", async () => {
  await using endpoint = await serving(simulated({ stamp: true }), { stamp: true });
  const before = epochClock();
  const text = await (await ask(endpoint, question("?"))).text();
  const after = epochClock();
  const chunks = text.match(/\{.*\}/g)?.map((data) => JSON.parse(data)) ?? [];
  const times = chunks.map(({ streamgauge }) => streamgauge.sent_us);
  expect(times).toHaveLength(7);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(times[0]).toBeGreaterThanOrEqual(before);
  expect(times.at(-1)).toBeLessThanOrEqual(after);
  expect(text).toEndWith("data: [DONE]\n\n");
});

test("with a limit on concurrency, requests wait in line until one is over", async () => {
  const far = { ...model, ttft: 3_600_000_000 };
  const slow = new SimulatedSource(far, { seed: 1, concurrency: 1 });
  await using endpoint = await serving({
    models: [],
    concurrency: 1,
    answer: (body) => (body["model"] === "slow" ? slow : simulated()).answer(body),
  });
  // Its head has come, so it has its place, and keeps it.
  const first = await ask(endpoint, question("?", { model: "slow" }));
  let answered = 0;
  const waiting = [1, 2].map(async () => {
    const text = await (await ask(endpoint, question("?"))).text();
    answered++;
    return text;
  });
  while ((await inFlight(endpoint)) < 3) continue;
  expect(answered).toBe(0);
  await first.body?.cancel();
  for (const text of await Promise.all(waiting)) expect(text).toEndWith("data: [DONE]\n\n");
});

test("who leaves the line does not take a place", async () => {
  const slow = new SimulatedSource({ ...model, ttft: 3_600_000_000 }, { seed: 1 });
  await using endpoint = await serving({
    models: [],
    concurrency: 1,
    answer: (body) => slow.answer(body),
  });
  const first = await ask(endpoint, question("?"));
  const leaving = new AbortController();
  const second = ask(endpoint, question("?"), { signal: leaving.signal });
  while ((await inFlight(endpoint)) < 2) continue;
  const third = ask(endpoint, question("?"));
  while ((await inFlight(endpoint)) < 3) continue;
  leaving.abort();
  await second.catch(() => {});
  while ((await inFlight(endpoint)) > 2) continue;
  await first.body?.cancel();
  expect((await third).status).toBe(200);
  await (await third).body?.cancel();
});

/** How many requests an endpoint is answering, besides the one that asks this. */
async function inFlight({ baseUrl }: { readonly baseUrl: string }): Promise<number> {
  const response = await fetch(baseUrl.replace("/v1", "/health"));
  return ((await response.json()) as { requests: number }).requests;
}

function wordsIn(text: string): number {
  return text.split(" ").filter(Boolean).length;
}

function tokensIn(content: string | readonly JsonObject[]): number {
  return promptTokens([{ role: "user", content }]) - 4;
}

function bodiesWith(seed: number): string[] {
  const source = simulated({ seed });
  return [1, 2, 3].map(() => bodyOf(source.answer(question("?"))));
}

function bodyFor(rest: JsonObject): string {
  return bodyOf(simulated().answer(question("hi", rest)));
}
