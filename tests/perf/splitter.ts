import { createParser } from "eventsource-parser";
import { SseSplitter } from "../../lib/wire/sse.ts";
import { pieces } from "../support/cuts.ts";
import { ratios } from "./compare.ts";
import type { Part } from "./line.ts";

const chunk = JSON.stringify({
  id: "019a8fdafd091c809cf14705cced6e75",
  object: "chat.completion.chunk",
  created: 1763350084,
  model: "Qwen/Qwen2.5-7B-Instruct",
  choices: [{ index: 0, delta: { content: "你好" }, finish_reason: null }],
  usage: { prompt_tokens: 30, completion_tokens: 1, total_tokens: 31 },
});
const event = `data: ${chunk}\n\n`;
const crlf = `data: ${chunk}\r\n\r\n`;
const long = `data: ${"x".repeat(4 * 1024 * 1024)}\n\n`;

const inputs: readonly (readonly [name: string, texts: readonly string[]])[] = [
  ["an event a piece", Array.from({ length: 20_000 }, () => event)],
  ["16 KiB pieces", pieces(event.repeat(20_000), 16 * 1024)],
  ["16 KiB pieces, CRLF", pieces(crlf.repeat(20_000), 16 * 1024)],
  ["cut in mid-event", pieces(event.repeat(20_000), event.length - 7)],
  ["7 characters a piece", pieces(event.repeat(1000), 7)],
  ["one event of 4 MiB in 1 KiB pieces", pieces(long, 1024)],
];

function ours(texts: readonly string[]): number {
  const splitter = new SseSplitter();
  let events = 0;
  for (const text of texts) events += splitter.push(text).length;
  return events;
}

function theirs(texts: readonly string[]): number {
  let events = 0;
  const parser = createParser({ onEvent: () => void events++ });
  for (const text of texts) parser.feed(text);
  return events;
}

/** The splitter against eventsource-parser. */
export const splitter: Part = {
  name: "splitter",
  about:
    "from text to events, in one process; the time of eventsource-parser on the same pieces is 1",
  async measure({ quick }) {
    return inputs.map(([name, texts]) => {
      if (ours(texts) !== theirs(texts)) throw new Error(`${name}: the events differ`);
      const values = ratios(
        { name: "SseSplitter", work: () => ours(texts) },
        { name: "eventsource-parser", work: () => theirs(texts) },
        quick ? { rounds: 3, warmup: 1 } : {},
      );
      return { what: name, unit: "x eventsource-parser", values };
    });
  },
};
