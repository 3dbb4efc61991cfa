import { expect, test } from "bun:test";
import { odditiesIn } from "../../lib/chat/oddities.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { everyCut } from "../support/cuts.ts";
import { bodyOfProtocol, readAs } from "../support/protocol_streams.ts";
import { chunkOf, streamOf } from "../support/stream.ts";

const APIS: readonly ProtocolName[] = ["chat", "completions", "responses", "messages"];

test("reasoning without an opening tag is noted, and parted under an open start, over each protocol and at every cut", () => {
  for (const api of APIS) {
    const body = bodyOfProtocol(api, "hm, two</th", "ink>Four.");
    for (const parts of everyCut(body)) {
      const tagged = readAs(api, parts);
      expect(tagged.reading.choices[0]).toMatchObject({
        content: "hm, two</think>Four.",
        reasoning: "",
      });
      expect(odditiesIn(tagged.reading), api).toEqual(["unopened_think"]);
      const open = readAs(api, parts, { think: "open" });
      expect(open.reading.choices[0]).toMatchObject({ content: "Four.", reasoning: "hm, two" });
      expect(odditiesIn(open.reading), api).toEqual([]);
      expect(open.reading.timeline.deltasAt).toEqual(tagged.reading.timeline.deltasAt);
    }
  }
});

test("the note says what the tag means and which flag parts the two", () => {
  expect(notesOf(readAs("chat", bodyOfProtocol("chat", "hm</think>", "Hi")))).toEqual([
    {
      code: "unopened_think",
      count: 1,
      message: {
        en: "the answer holds </think> without <think>: what stands before it is probably reasoning; --think open parts them",
        zh: "回答中有 </think> 却没有 <think>：其前的文本很可能是推理；可用 --think open 区分",
      },
    },
  ]);
});

/** Two choices in turn, of which each begins with reasoning. */
const CHOICES = [
  { index: 0, delta: { content: "a</thi" } },
  { index: 1, delta: { content: "b" } },
  { index: 0, delta: { content: "nk>A" } },
  { index: 1, delta: { content: "</think>B" } },
];

test("an open start counts for each of several choices", () => {
  const stream = streamOf(...CHOICES.map((choice) => ({ choices: [choice] })), "[DONE]");
  for (const parts of everyCut(stream)) {
    const { choices } = readAs("chat", parts, { think: "open" }).reading;
    expect(choices.map(({ content, reasoning }) => [reasoning, content])).toEqual([
      ["a", "A"],
      ["b", "B"],
    ]);
    const tagged = readAs("chat", parts);
    expect(notesOf(tagged)).toMatchObject([{ code: "unopened_think", count: 2 }]);
  }
});

test("the first token is the first of the reasoning, and the first of the answer comes behind the tag", () => {
  const pieces = ["hm", ", two</think>", "Four."].map((content) => streamOf(chunkOf({ content })));
  const metricsOf = (think?: "open") =>
    requestMetrics(readAs("chat", pieces, { think }).reading.timeline, { stall: 500_000 });
  // A millisecond lies between two pieces.
  expect(metricsOf("open")).toMatchObject({ ttft: 1000, ttfa: 3000, e2e: 3000 });
  expect(metricsOf()).toMatchObject({ ttft: 1000, ttfa: 1000, e2e: 3000 });
});
