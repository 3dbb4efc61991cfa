import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  answerMessages,
  type Conversations,
  plannedOf,
  thinkTime,
  userTurns,
} from "../../lib/load/conversations.ts";
import { parsePrompts, type PromptSource } from "../../lib/load/prompts.ts";
import { shareOf } from "../../lib/load/run_share.ts";
import { closedPlan } from "../support/load.ts";
import { kolmogorovSmirnov } from "../support/kolmogorov_smirnov.ts";
import { runs } from "../support/runs.ts";

function sourceOf(...entries: readonly unknown[]): PromptSource {
  const { conversations } = parsePrompts(entries.map((entry) => JSON.stringify(entry)).join("\n"));
  return { kind: "list", conversations };
}

const turn = (from: string, value: string) => ({ from, value });

const SHARED = {
  conversations: [
    turn("system", "Be brief."),
    turn("human", "One?"),
    turn("gpt", "1"),
    turn("human", "Two?"),
    turn("gpt", "2"),
    turn("human", "Three?"),
    turn("gpt", "3"),
  ],
};

const MESSAGES = {
  body: {
    model: "m",
    messages: [
      { role: "user", content: "A?" },
      { role: "assistant", content: "a" },
      { role: "user", content: "B?" },
    ],
  },
};

const user = (content: string) => ({ role: "user", content });

const options = { turns: 9, cache: "reuse", seed: 1 } as const;

test("each turn of the user in a file is one, without the answers that stand in it", () => {
  const source = sourceOf(SHARED, MESSAGES);
  expect(userTurns(source, 0, options)).toEqual([
    [{ role: "system", content: "Be brief." }, user("One?")],
    [user("Two?")],
    [user("Three?")],
  ] as never);
  expect(userTurns(source, 1, options)).toEqual([[user("A?")], [user("B?")]] as never);
  // From the beginning again.
  expect(userTurns(source, 2, options)).toEqual(userTurns(source, 0, options));
  expect(userTurns(source, 0, { ...options, turns: 2 })).toHaveLength(2);
});

test("results of tools are not asked, and several texts of the user may be one turn", () => {
  const source = sourceOf({
    messages: [
      { role: "assistant", content: "Hello!" },
      user("One"),
      user("more"),
      { role: "assistant", content: null, tool_calls: [{ id: "c", function: { name: "f" } }] },
      { role: "tool", tool_call_id: "c", content: "5" },
      { role: "assistant", content: "It is 5." },
      user("Two"),
    ],
  });
  expect(userTurns(source, 0, options)).toEqual([
    [user("One"), user("more")],
    [user("Two")],
  ] as never);
});

test("single questions that follow each other are the turns of a conversation", () => {
  const source: PromptSource = {
    kind: "list",
    conversations: parsePrompts("one\ntwo\nthree").conversations,
  };
  const said = (conversation: number) =>
    userTurns(source, conversation, { ...options, turns: 2 }).map(([message]) => message?.content);
  expect([said(0), said(1), said(2)]).toEqual([
    ["one", "two"],
    ["three", "one"],
    ["two", "three"],
  ]);
});

test("synthetic turns differ, and so do conversations, unless the cache is to be used", () => {
  const source: PromptSource = { kind: "synthetic", words: 20 };
  const texts = (conversation: number, cache: "unique" | "reuse") =>
    userTurns(source, conversation, { turns: 3, cache, seed: 4 }).flatMap((messages) =>
      messages.map(({ content }) => content),
    );
  expect(new Set([...texts(0, "unique"), ...texts(1, "unique")]).size).toBe(6);
  expect(texts(0, "reuse")).toEqual(texts(1, "reuse"));
  expect(new Set(texts(0, "reuse")).size).toBe(3);
});

/** Two turns of made-up words. */
function said(conversation: number, cache: "unique" | "reuse"): unknown[] {
  return userTurns({ kind: "synthetic", words: 3 }, conversation, { turns: 2, cache, seed: 7 })
    .flat()
    .map(({ content }) => content);
}

test("what the users of a seed say, and how long they think, is the same from version to version", () => {
  expect(said(0, "unique")).toEqual(["[hqh3svrge0] information week word", "name night people"]);
  expect(said(1, "unique")).toEqual(["[s450nv5wyq] state member country", "job part world"]);
  expect(said(1, "reuse")).toEqual(["community body family", "area city job"]);
  const think = { from: 0, to: 1_000_000 };
  const times = [0, 1].map((conversation) =>
    [2, 3].map((number) => thinkTime({ think }, { seed: 7, conversation, number })),
  );
  expect(times).toEqual([
    [848_633, 958_244],
    [239_827, 790_777],
  ]);
});

test("a conversation keeps its mark, which stands at the very start of it", () => {
  const source = sourceOf(SHARED, MESSAGES);
  const unique = { turns: 3, cache: "unique", seed: 1, system: "You are a ship." } as const;
  const [first = [], second = []] = userTurns(source, 1, unique);
  expect(first[0]?.content).toMatch(/^\[\w{10}\] You are a ship\.$/);
  expect(first[1]).toEqual({ role: "user", content: "A?" });
  expect(second).toEqual([{ role: "user", content: "B?" }]);
  expect(userTurns(source, 1, unique)[0]).toEqual(first);
  expect(userTurns(source, 3, unique)[0]?.[0]).not.toEqual(first[0]);
});

test("as many conversations are planned as it takes for the requests, each to its end", () => {
  const conversations: Conversations = { turns: 9, think: null };
  const planned = [
    ...plannedOf({
      plan: closedPlan(2, 6),
      prompts: sourceOf(SHARED, MESSAGES),
      conversations,
      cache: "reuse",
    }),
  ];
  expect(planned.map(({ requests }) => requests.map(({ index }) => index))).toEqual([
    [0, 1, 2],
    [3, 4],
    [5, 6, 7],
  ]);
  expect(planned[1]?.requests[1]?.turn).toEqual({ conversation: 1, number: 2, of: 2 });
});

test("conversations stay whole when they are dealt out, and none is lost", () => {
  const prompts = sourceOf(SHARED, MESSAGES);
  const count = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(count, fc.integer({ min: 1, max: 5 }), count, (requests, workers, turns) => {
      const spec: Parameters<typeof shareOf>[0] = {
        plan: closedPlan(8, requests),
        prompts,
        conversations: { turns, think: null },
        cache: "reuse",
      };
      const all = [...plannedOf(spec)];
      const dealt = Array.from({ length: workers }, (_, worker) => [
        ...shareOf(spec, { worker, workers }),
      ]).flat();
      expect(dealt.toSorted((a, b) => first(a) - first(b))).toEqual(all);
    }),
    { numRuns: runs(50) },
  );
});

function first({ requests }: { requests: readonly { index: number }[] }): number {
  return requests[0]?.index ?? -1;
}

test("times to think are spread evenly, seeded, at the 1 % level", () => {
  const think = { from: 1_000_000, to: 3_000_000 };
  const times = (seed: number) =>
    Array.from({ length: 2000 }, (_, index) =>
      thinkTime({ think }, { seed, conversation: index >> 2, number: 2 + (index % 4) }),
    );
  expect(times(5)).toEqual(times(5));
  for (const seed of [1, 2, 3]) {
    expect(kolmogorovSmirnov(times(seed), (time) => (time - think.from) / 2e6)).toBeLessThan(1);
  }
  expect(thinkTime({ think: null }, { seed: 1, conversation: 0, number: 2 })).toBe(0);
});

test("an answer goes back as it came, and calls of tools are answered with nothing", () => {
  expect(answerMessages({ content: "Blue.", toolCalls: [] })).toEqual([
    { role: "assistant", content: "Blue." },
  ]);
  const call = { index: 0, id: "c1", name: "f", arguments: '{"a":1}' };
  expect(answerMessages({ content: "", toolCalls: [call] })).toEqual([
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "{}" },
  ] as never);
});

test("pairs stay together when they are dealt out, and an odd number is made even", () => {
  const spec = {
    plan: closedPlan(2, 5),
    prompts: { kind: "synthetic", words: 1 },
    cache: "pairs",
  } as const;
  const places = (worker: number) =>
    [...shareOf(spec, { worker, workers: 2 })].map(({ requests }) =>
      requests.map(({ index, pair }) => `${index} ${pair}`),
    );
  expect(places(0)).toEqual([
    ["0 cold", "1 warm"],
    ["4 cold", "5 warm"],
  ]);
  expect(places(1)).toEqual([["2 cold", "3 warm"]]);
});

/** How many requests each pair has of a run of so many requests. */
function pairsOf(requests: number): number[] {
  const prompts = { kind: "synthetic", words: 1 } as const;
  return [...plannedOf({ plan: closedPlan(1, requests), prompts, cache: "pairs" })].map(
    (pair) => pair.requests.length,
  );
}

test("no more pairs are planned than it takes for the requests", () => {
  expect([1, 2, 3, 4].map(pairsOf)).toEqual([[2], [2], [2, 2], [2, 2]]);
});
