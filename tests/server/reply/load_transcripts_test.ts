import { expect, test } from "bun:test";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import { ask, question, serving, transcriptOf } from "../../support/serving.ts";
import { answerOf, streamOf } from "../../support/stream.ts";
import { FAR } from "../../support/recordings.ts";

test("200 clients at once stream a transcript to its end", async () => {
  const texts = Array.from({ length: 60 }, (_, index) => streamOf(answerOf(`word ${index} `)));
  // A minute long, played in a second.
  const pieces = [...texts, streamOf("[DONE]")].map((text, index) => ({
    text,
    at: index * 1_000_000,
  }));
  const source = new TranscriptSource([transcriptOf(pieces)], { speed: 60 });
  await using endpoint = await serving(source);
  const whole = pieces.map(({ text }) => text).join("");
  const bodies = await Promise.all(
    Array.from({ length: 200 }, async () => (await ask(endpoint, question("?"))).text()),
  );
  expect(bodies.every((body) => body === whole)).toBe(true);
});

test("clients that go away free their streams", async () => {
  const source = new TranscriptSource([
    transcriptOf([
      { text: "data: 1\n\n", at: 0 },
      { text: "", at: FAR },
    ]),
  ]);
  await using endpoint = await serving(source);
  const clients = await Promise.all(Array.from({ length: 50 }, () => ask(endpoint, question("?"))));
  for (const response of clients) await response.body?.cancel();
  const health = endpoint.baseUrl.replace("/v1", "/health");
  for (;;) {
    const { requests } = (await (await fetch(health)).json()) as { requests: number };
    if (requests === 0) break;
  }
  expect(clients).toHaveLength(50);
});

test("an answer of a million tokens is made as it is sent", async () => {
  const model = { ttft: 0, tps: 1_000_000, tokens: 1_000_000, reasoning: 0, chunk: 1, jitter: 0 };
  const answer = new SimulatedSource(model, { seed: 1 }).answer(question("?"));
  const iterator = answer.pieces[Symbol.iterator]();
  const { value } = iterator.next();
  expect(value?.bytes.length).toBeLessThan(1000);
  iterator.return?.();
});
