import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import { pieces } from "../support/cuts.ts";
import {
  block,
  messageStart,
  response,
  responseEvents,
  typedStream,
} from "../support/protocol_streams.ts";
import { streamOf } from "../support/stream.ts";
import type { Part } from "./line.ts";

/** Something that may be large: its sizes, and the body that has it in that size. */
interface Growing {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly bodyOf: (size: number) => string;
}

const call = (at: number, index?: number): object => ({
  index,
  id: `call_${at}`,
  function: { name: "f", arguments: "{}" },
});

function listOf<T>(size: number, one: (at: number) => T): T[] {
  return Array.from({ length: size }, (_, at) => one(at));
}

const growing: readonly Growing[] = [
  {
    name: "tool calls without index in a chunk",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) =>
      streamOf({ choices: [{ delta: { tool_calls: listOf(size, (at) => call(at)) } }] }),
  },
  {
    name: "tool calls that all have index 0",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) =>
      streamOf({ choices: [{ delta: { tool_calls: listOf(size, (at) => call(at, 0)) } }] }),
  },
  {
    name: "choices of a chunk",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) =>
      streamOf({ choices: listOf(size, (index) => ({ index, delta: { content: "a" } })) }),
  },
  {
    name: "levels of JSON",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => `data: ${"[".repeat(size)}${"]".repeat(size)}\n\n`,
  },
  {
    name: "characters of an event",
    sizes: [1 << 14, 1 << 19, (1 << 24) - 100],
    bodyOf: (size) => streamOf({ choices: [{ delta: { content: "x".repeat(size) } }] }),
  },
  {
    name: "characters of an error",
    sizes: [1 << 14, 1 << 19, (1 << 24) - 100],
    bodyOf: (size) => streamOf({ error: { message: "{".repeat(size) } }),
  },
  {
    name: "lines that are no field",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => "<p>upstream error</p>\n".repeat(size),
  },
  {
    name: "frames glued in a line",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => `data: ${'{"choices":[{"delta":{"content":"a"}}]}'.repeat(size)}\n\n`,
  },
  {
    name: "objects that nobody understands",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => streamOf({ choices: [] }, ...listOf(size, (at) => ({ state: "lost", at }))),
  },
  {
    name: "lines behind [DONE]",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => `data: [DONE]\n\n${'{"a":\nlost\n\n'.repeat(size)}`,
  },
  {
    name: "items of a response",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) =>
      typedStream(
        ...listOf(size, (at) => {
          const delta = { item_id: `fc_${at}`, output_index: at, delta: "{}" };
          return response("function_call_arguments.delta", delta);
        }),
        ...listOf(size, (at) => {
          const done = { item_id: `fc_${at}`, output_index: at, arguments: "{}" };
          return response("function_call_arguments.done", done);
        }),
      ),
  },
  {
    name: "deltas of a response, given whole",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => typedStream(...responseEvents(...listOf(size, () => "abc"))),
  },
  {
    name: "blocks of a message",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) =>
      typedStream(
        messageStart(),
        ...listOf(size, (at) => block(at, { type: "tool_use", id: `t${at}`, name: "f" })).flat(),
      ),
  },
  {
    name: "events in one block",
    sizes: [1000, 10_000, 100_000],
    bodyOf: (size) => 'data: {"choices":[{"delta":{"content":"a"}}]}\n'.repeat(size),
  },
];

function timeOf(texts: readonly string[]): number {
  const began = performance.now();
  const reader = new CompletionReader();
  for (const text of texts) reader.push({ text, at: 1 });
  reader.end(2);
  reader.result();
  return performance.now() - began;
}

/** How the time to read grows with the size of what is read. */
export const readingSizes: Part = {
  name: "reading-sizes",
  about:
    "streams with one thing that is large: how the time to read it grows, where 1 is by as much as its size",
  async measure({ quick }) {
    return growing.map(({ name, sizes, bodyOf }) => {
      const [middle = 1, last = 1] = sizes.slice(-2);
      const [short, long] = [middle, last].map((size) => pieces(bodyOf(size), 64 * 1024));
      const values: number[] = [];
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        values.push(best(long ?? []) / best(short ?? []) / (last / middle));
      }
      return { what: `${last} ${name}`, unit: "x linear", values, goal: { atMost: 2 } };
    });
  },
};

function best(texts: readonly string[]): number {
  timeOf(texts);
  return Math.min(timeOf(texts), timeOf(texts));
}
