import { expect, test } from "bun:test";
import fc from "fast-check";
import { DEEPEST, nestsTooDeep } from "../../../lib/server/http/nesting.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import { startUpstream } from "../../../lib/server/http/upstream.ts";
import { startServer } from "../../support/server.ts";
import { question, serving, transcriptOf } from "../../support/serving.ts";
import { lesson } from "../../support/stream.ts";

const model = { ttft: 0, tps: 1e6, tokens: 1, reasoning: 0, chunk: 1, jitter: 0 };

/** A request of which a part nests so deep, itself included. */
function nested(depth: number, [open, close]: readonly [string, string]): string {
  return `{"model":"m","messages":[{"role":"user","content":"?"}],"metadata":${open.repeat(depth - 1)}1${close.repeat(depth - 1)}}`;
}

const BRACKETS = [
  ["[", "]"],
  ['{"a":', "}"],
] as const;

function ask({ baseUrl }: { readonly baseUrl: string }, body: string): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body });
}

const TOO_DEEP = {
  error: {
    message: "the body nests deeper than 512 levels",
    type: "invalid_request_error",
    param: null,
    code: "invalid_request",
  },
};

test("a request that nests too deep is a 400 that says so, one at the limit is answered", async () => {
  const recorded = transcriptOf([lesson.stream], { request: question("?") });
  for (const source of [
    new TranscriptSource([recorded], { speed: Infinity }),
    new SimulatedSource(model, { seed: 1 }),
  ]) {
    await using endpoint = await serving(source);
    for (const brackets of BRACKETS) {
      for (const depth of [DEEPEST + 1, 100_000]) {
        const response = await ask(endpoint, nested(depth, brackets));
        expect([response.status, await response.json()]).toEqual([400, TOO_DEEP]);
      }
      expect((await ask(endpoint, nested(DEEPEST, brackets))).status).toBe(200);
    }
    const open = await ask(endpoint, "[".repeat(100_000));
    expect([open.status, await open.json()]).toEqual([400, TOO_DEEP]);
  }
});

test("a request that nests too deep reaches no upstream and is not recorded", async () => {
  await using upstream = await startServer((exchange) => exchange.end());
  let recordings = 0;
  const record = () => {
    recordings++;
    return null;
  };
  const endpoint = await startUpstream({ baseUrl: upstream.baseUrl, record });
  const response = await ask(endpoint, nested(100_000, BRACKETS[0]));
  expect([response.status, await response.json()]).toEqual([400, TOO_DEEP]);
  expect([upstream.requests.length, recordings]).toEqual([0, 0]);
  await endpoint.close();
});

test("brackets in strings do not nest, whatever is escaped", () => {
  const text = fc.string({ unit: fc.constantFrom(...'[{"\\]}é'), maxLength: 300, size: "max" });
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 20 }),
      fc.integer({ min: 0, max: 700 }),
      (texts, depth) => {
        const json = `${"[".repeat(depth)}${JSON.stringify(texts)}${"]".repeat(depth)}`;
        // The texts stand in one more array.
        expect(nestsTooDeep(new TextEncoder().encode(json))).toBe(depth + 1 > DEEPEST);
      },
    ),
  );
  const many = `[${'"[",'.repeat(2000)}1]`;
  expect(nestsTooDeep(new TextEncoder().encode(many))).toBe(false);
});
