import { expect, test } from "bun:test";
import fc from "fast-check";
import { chunk, chunkLine } from "../support/hostile_chunks.ts";
import { readAndShow } from "../support/read_and_show.ts";
import { streamOf } from "../support/stream.ts";
import { runs } from "../support/runs.ts";

test("reader throws for no body, whatever it holds and wherever it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(chunkLine, { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(200, 429),
      (lines, length, status) => {
        const body = lines.join("");
        readAndShow([body], { status });
        readAndShow(body.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [], { status });
        readAndShow([body], { status, maxEventLength: 40 });
      },
    ),
    { seed: 11, numRuns: runs(500) },
  );
});

test("reader throws for no whole body either", () => {
  fc.assert(
    fc.property(chunk, fc.constantFrom(200, 500), (one, status) => {
      readAndShow([JSON.stringify(one)], { status });
    }),
    { seed: 12, numRuns: runs(500) },
  );
});

test("reader takes JSON that is nested too deep for no JSON, and says so", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  for (const text of [
    `{"choices":[{"delta":{"content":${deep}}}]}`,
    `{"error":{"message":${deep}}}`,
    `{"choices":[{"delta":${'{"thinking":'.repeat(100_000)}1${"}".repeat(100_000)}}]}`,
    "[".repeat(200_000),
  ]) {
    const reading = readAndShow([`data: ${text}\n\ndata: [DONE]\n\n`]);
    expect(reading).toMatchObject({ malformedEvents: 1, tooDeep: 1, choices: [] });
    const body = readAndShow([text]);
    expect(body).toMatchObject({ tooDeep: 1, facts: { isCompletion: false } });
    readAndShow([text], { status: 500 });
    readAndShow([`data: x\n\n${text}\n\nerror: ${text}\n\n`]);
  }
});

test("reader keeps a bounded part of names and messages that have no end", () => {
  const endless = "x".repeat(1_000_000);
  const named = Array.from({ length: 20 }, (_, at) => ({
    model: `${at}${endless}`,
    system_fingerprint: `f${at}`,
    choices: [],
  }));
  const reading = readAndShow([streamOf(...named, { error: { message: endless, code: endless } })]);
  expect(reading.models).toHaveLength(16);
  expect(reading.models.every((name) => name.length <= 200)).toBe(true);
  expect(reading.fingerprints).toHaveLength(16);
  expect(reading.facts.error?.message).toHaveLength(4096);
  expect(reading.facts.error?.code).toHaveLength(200);
});

test("reader reads very many tool calls and choices of one chunk", () => {
  const tool_calls = Array.from({ length: 150_000 }, (_, at) => ({
    id: `c${at}`,
    function: { name: "f", arguments: "{}" },
  }));
  const calls = readAndShow([streamOf({ choices: [{ delta: { tool_calls } }] }, "[DONE]")]);
  expect(calls.choices[0]?.toolCalls).toHaveLength(150_000);
  const choices = Array.from({ length: 150_000 }, (_, index) => ({
    index,
    delta: { content: "<" },
  }));
  expect(readAndShow([streamOf({ choices }, "[DONE]")]).choices).toHaveLength(150_000);
});
