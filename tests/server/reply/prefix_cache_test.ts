import { expect, test } from "bun:test";
import fc from "fast-check";
import { eachToken, promptTokens } from "../../../lib/server/reply/prompt_tokens.ts";
import { firstTokenTime } from "../../../lib/server/reply/simulated/prefill.ts";
import { PrefixCache } from "../../../lib/server/reply/simulated/prefix_cache.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import type { ChatMessage } from "../../../lib/wire/request.ts";
import type { JsonObject } from "../../../lib/base/json.ts";
import { runs } from "../../support/runs.ts";
import { QUICK } from "../../support/simulated.ts";
import { APIS, bodyOver, piecesOf, readingOf } from "../../support/told.ts";

const ask = (content: string): ChatMessage[] => [{ role: "user", content }];

const words = (count: number, word = "so"): string => `${word} `.repeat(count).trim();

test("what was asked is known from its beginning on, in whole blocks, but for the last token", () => {
  const cache = new PrefixCache();
  // 4 for the message and 60: the last of the four blocks has the last token.
  expect(cache.take(ask(words(60)))).toBe(0);
  expect(cache.take(ask(words(60)))).toBe(48);
  expect(cache.take(ask(words(61)))).toBe(64);
  expect(cache.take(ask(`${words(40)} ${words(20, "no")}`))).toBe(32);
  expect(cache.take(ask(`no ${words(60)}`))).toBe(0);
});

test("the next turn of a conversation knows the turns before it", () => {
  const cache = new PrefixCache();
  const first = ask(words(60));
  cache.take(first);
  const turns = [...first, { role: "assistant", content: "yes" } as const, ...ask("and?")];
  expect(cache.take(turns)).toBe(64);
  // The same words in another role are another prompt.
  expect(cache.take([{ role: "system", content: words(60) }])).toBe(0);
});

const texts = fc.array(fc.constantFrom("so", "no", "世", "!", "a1"), { maxLength: 90 });

test("never more is known than two prompts have in common, and less by a block at most", () => {
  fc.assert(
    fc.property(texts, texts, texts, (common, one, other) => {
      const prompts = [one, other].map((rest) => ask([...common, ...rest].join(" ")));
      const [a = [], b = []] = prompts;
      const tokens = prompts.map(tokensOf);
      const [x = [], y = []] = tokens;
      const differ = x.findIndex((token, index) => token !== y[index]);
      const shared = Math.min(differ === -1 ? x.length : differ, y.length);
      const cache = new PrefixCache();
      expect(cache.take(a)).toBe(0);
      const known = cache.take(b);
      expect(known % 16).toBe(0);
      const most = Math.min(shared, y.length - 1);
      expect(known).toBe(most - (most % 16));
    }),
    { numRuns: runs(300) },
  );
});

function tokensOf(messages: readonly ChatMessage[]): string[] {
  const tokens: string[] = [];
  eachToken(messages, (token) => tokens.push(token.trim()));
  return tokens;
}

test("the tokens that are given are those that are counted, and hold the whole text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const given: string[] = [];
      eachToken(ask(text), (token) => given.push(token));
      expect(given).toHaveLength(promptTokens(ask(text)));
      expect(given.slice(4).join("")).toBe(given.length > 4 ? text.trimStart() : "");
    }),
    { numRuns: runs(300) },
  );
});

test("a prompt takes its length, less what is cached; without a rate a cache saves its share", () => {
  expect(firstTokenTime({ ttft: 20_000, prefill: 1000 }, { promptTokens: 500 })).toBe(520_000);
  const tokens = { promptTokens: 500, cachedTokens: 400 };
  expect(firstTokenTime({ ttft: 20_000, prefill: 1000 }, tokens)).toBe(120_000);
  expect(firstTokenTime({ ttft: 20_000 }, tokens)).toBe(4000);
  expect(firstTokenTime({ ttft: 20_000 }, { promptTokens: 500 })).toBe(20_000);
});

test("over each protocol a cached prompt is counted, and its first token comes sooner", () => {
  const model = { ...QUICK, ttft: 10_000, prefill: 1000, cache: true };
  for (const api of APIS) {
    const source = new SimulatedSource(model, { seed: 1, now: () => 0 });
    const asked = bodyOver(api, questionOver(api, words(60)));
    const read = () => {
      const usageCache = api === "messages" ? ("apart" as const) : undefined;
      const { reading, metrics } = readingOf(piecesOf(source.answer(asked, api)), api, {
        usageCache,
      });
      const { promptTokens: prompt, cachedTokens: cached } = reading.timeline.usage ?? {};
      return { prompt, cached, ttft: metrics.ttft };
    };
    expect({ api, ...read() }).toEqual({ api, prompt: 64, cached: 0, ttft: 74_000 });
    expect({ api, ...read() }).toEqual({ api, prompt: 64, cached: 48, ttft: 26_000 });
  }
});

function questionOver(api: (typeof APIS)[number], content: string): JsonObject {
  if (api === "completions") return { prompt: content };
  return api === "responses" ? { input: content } : { messages: [{ role: "user", content }] };
}
