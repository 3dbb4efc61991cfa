import { expect, test } from "bun:test";
import fc from "fast-check";
import { madeUpMessages, ONE_TO_ONE } from "../../../lib/load/traffic/made_up_messages.ts";
import { TraceError } from "../../../lib/load/traffic/trace_rows.ts";
import { readTrace, type TraceOptions } from "../../../lib/load/traffic/traces.ts";
import type { TrafficRequest } from "../../../lib/load/traffic/traffic.ts";
import { runs } from "../../support/runs.ts";

const mooncake = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** The texts that a request of a trace would send. */
function texts({ content }: TrafficRequest): string[] {
  if (content.kind !== "lengths") throw new Error("It was recorded");
  const messages = madeUpMessages(content, { words: ONE_TO_ONE, salt: 0 });
  return messages.map(({ role, content: text }) => `${role}: ${String(text)}`);
}

const words = (text: string): number => text.split(" ").length - 1;

function problemOf(text: string, options: TraceOptions = {}): string {
  try {
    readTrace(text, options);
  } catch (error) {
    if (error instanceof TraceError) return error.message;
    throw error;
  }
  return "none";
}

test("rows of Mooncake's have times in ms, and the same blocks at their beginning have the same words", () => {
  const { form, requests, lengths } = readTrace(
    mooncake([
      { timestamp: 0, input_length: 1100, output_length: 52, hash_ids: [46, 47, 48] },
      { timestamp: 27.5, input_length: 1300, output_length: 8, hash_ids: [46, 47, 49] },
    ]),
  );
  expect([form, lengths]).toEqual(["mooncake", null]);
  expect(requests.map(({ at, session, follows }) => [at, session, follows])).toEqual([
    [0, 0, null],
    [27_500, 1, null],
  ]);
  expect(requests.map(({ promptTokens, outputTokens }) => [promptTokens, outputTokens])).toEqual([
    [1100, 52],
    [1300, 8],
  ]);
  const [[first = ""] = [], [second = ""] = []] = requests.map(texts);
  expect([words(first), words(second)]).toEqual([1100, 1300]);
  const shared = first.split(" ").findIndex((word, index) => word !== second.split(" ")[index]);
  // Two blocks of 512, and the role; the third block may begin with the same words by chance.
  expect(shared).toBeGreaterThanOrEqual(1025);
  expect(shared).toBeLessThan(1035);
});

test("a table of Azure's has times of a wall clock, to the µs, and a prompt a row", () => {
  const { form, requests } = readTrace(`\
TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,4808,10
2023-11-16 18:17:04.0319600,3180,8\r
2024-05-10 00:00:00.009930+00:00,110,27
`);
  expect(form).toBe("azure");
  expect(requests.slice(0, 2).map(({ at, promptTokens }) => [at, promptTokens])).toEqual([
    [0, 4808],
    [52_000, 3180],
  ]);
  expect(requests.map(({ session }) => session)).toEqual([0, 1, 2]);
});

test("a table of BurstGPT's has times in s; rows without an answer are failed requests", () => {
  const { form, requests, leftOut } = readTrace(`\
Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45.5,GPT-4,1087,0,1087,API log
118,"ChatGPT",417,276,693,Conversation log
`);
  expect(form).toBe("burstgpt");
  expect(
    requests.map(({ at, promptTokens, outputTokens }) => [at, promptTokens, outputTokens]),
  ).toEqual([
    [0, 472, 18],
    [113_000_000, 417, 276],
  ]);
  expect(leftOut).toEqual({ no_answer: 1 });
});

const TALK = [
  { session_id: "a", timestamp: 0, input_length: 100, output_length: 20 },
  { session_id: "a", timestamp: 9000, input_length: 150, output_length: 30 },
];

test("cumulative lengths are those of whole prompts; deltas are what a turn adds", () => {
  const cumulative = readTrace(mooncake(TALK), { lengths: "cumulative" });
  const delta = readTrace(mooncake(TALK), { lengths: "delta" });
  expect(cumulative.requests.map(({ promptTokens }) => promptTokens)).toEqual([100, 150]);
  expect(delta.requests.map(({ promptTokens }) => promptTokens)).toEqual([100, 270]);
  const second = ({ requests: [, one] }: typeof delta): string[] => (one ? texts(one) : []);
  // 100 were asked, 20 answered: 30 of the 150 are new.
  expect(second(cumulative).map(words)).toEqual([100, 20, 30]);
  expect(second(delta).map(words)).toEqual([100, 20, 150]);
  const [first] = cumulative.requests.map(texts);
  expect(second(cumulative)[0]).toBe(first?.[0] ?? "");
});

test("lengths of conversations are never guessed", () => {
  expect(problemOf(mooncake(TALK))).toBe("lengths_unknown 1");
  // Without conversations there is no question.
  expect(problemOf(mooncake(TALK.slice(0, 1)))).toBe("none");
});

/** A row of one conversation. */
function turn(at: number, input: number, ids: readonly (number | string)[]): object {
  return { session_id: 7, timestamp: at, input_length: input, output_length: 20, hash_ids: ids };
}

test("hash_ids that go on with the blocks of the row before tell that lengths are cumulative", () => {
  const whole = mooncake([turn(0, 600, [1, 2]), turn(9000, 1100, [1, 3, "f0"])]);
  const { lengths, requests } = readTrace(whole);
  expect(lengths).toBe("cumulative");
  expect(requests.map(({ promptTokens }) => promptTokens)).toEqual([600, 1100]);
  expect(problemOf(whole, { lengths: "delta" })).toBe("lengths_known cumulative");
  const other = mooncake([turn(0, 600, [1, 2]), turn(9000, 1100, [3, 4, 5])]);
  expect(problemOf(other)).toBe("lengths_unknown 1");
  expect(readTrace(other, { lengths: "delta" }).requests[1]?.promptTokens).toBe(1720);
  // No whole block before it: there is nothing to tell by.
  expect(problemOf(mooncake([turn(0, 100, [1]), turn(9000, 200, [2])]))).toBe("lengths_unknown 1");
});

/** What the second row follows. */
function follows(text: string): TrafficRequest["follows"] | undefined {
  return readTrace(text, { lengths: "cumulative" }).requests[1]?.follows;
}

test("turns follow each other: after their delay, after the time that the one before took, or after its start", () => {
  const delayed = [
    TALK[0] ?? {},
    { session_id: "a", delay: 500, input_length: 150, output_length: 3 },
  ];
  expect(follows(mooncake(delayed))).toEqual({ index: 0, pause: 500_000, from: "end" });
  expect(follows(mooncake(TALK))).toEqual({ index: 0, pause: 9_000_000, from: "start" });
  const burst = `\
Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens
5,s,1.5,m,100,20
10,s,1,m,150,9
`;
  expect(follows(burst)).toEqual({ index: 0, pause: 3_500_000, from: "end" });
});

test("a history that was cut begins a prompt anew", () => {
  const cut = [TALK[0] ?? {}, { ...TALK[1], input_length: 110 }];
  const [, second] = readTrace(mooncake(cut), { lengths: "cumulative" }).requests;
  expect(second === undefined ? [] : texts(second).map(words)).toEqual([110]);
});

test("what cannot be read is named by its line", () => {
  const row = { timestamp: 1, input_length: 9, output_length: 1 };
  const problems = [
    "",
    "hello\nworld",
    "a,b,c\n1,2,3",
    `${JSON.stringify(row)}\n{"timestamp":`,
    mooncake([row, { ...row, timestamp: "now" }]),
    mooncake([{ ...row, input_length: 0 }]),
    mooncake([{ ...row, output_length: 1.5 }]),
    mooncake([{ ...row, hash_ids: [1, 2] }]),
    mooncake([{ session_id: "a", delay: 5, input_length: 9, output_length: 1 }]),
    "TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,1,2",
    "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,1",
    "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,1,",
  ];
  expect(problems.map((text) => problemOf(text))).toEqual([
    "unknown_form",
    "unknown_form",
    "unknown_form",
    "line 2: no_object",
    "line 2: no_time",
    "line 1: no_lengths",
    "line 1: no_lengths",
    "line 1: blocks 2/9/512",
    "line 1: no_time",
    "line 2: no_time",
    "line 2: columns 2/3",
    "line 2: no_lengths",
  ]);
  expect(problemOf(mooncake([{ ...row, hash_ids: [1, 2] }]), { block: 5 })).toBe("none");
});

test("of any conversations, prompts are as long as the trace says, whichever way lengths are meant", () => {
  const turn = fc.record({
    input: fc.integer({ min: 1, max: 400 }),
    output: fc.integer({ min: 1, max: 90 }),
  });
  const talks = fc.array(fc.array(turn, { minLength: 2, maxLength: 5 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(talks, fc.constantFrom("cumulative", "delta"), (made, lengths) => {
      const rows = made.flatMap((talk, session) =>
        talk.map(({ input, output }, index) => ({
          session_id: `${session}`,
          timestamp: index * 1000 + session,
          input_length: input,
          output_length: output,
        })),
      );
      for (const request of readTrace(mooncake(rows), { lengths }).requests) {
        const length = texts(request)
          .map(words)
          .reduce((a, b) => a + b, 0);
        expect(length).toBe(request.promptTokens ?? Number.NaN);
      }
    }),
    { numRuns: runs(100) },
  );
});
