import { expect, test } from "bun:test";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import { DeltaKinds } from "../../lib/chat/delta_kinds.ts";
import { everyCut } from "../support/cuts.ts";

function chunk(delta: object): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
}

const STREAM = [
  chunk({ role: "assistant", content: "" }),
  chunk({ reasoning_content: "Hm" }),
  chunk({ reasoning_content: "." }),
  chunk({ content: "Hi" }),
  chunk({ tool_calls: [{ index: 0, id: "1", function: { name: "f", arguments: "{" } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: "}" } }] }),
  "data: [DONE]\n\n",
].join("");

test("each delta has its kind, wherever the stream is cut", () => {
  for (const parts of everyCut(STREAM)) {
    const reader = new CompletionReader();
    const kinds = new DeltaKinds();
    for (const [index, text] of parts.entries()) kinds.push(reader.push({ text, at: index }));
    kinds.push(reader.end(parts.length));
    expect(kinds.text()).toBe("r2a1t2");
    expect(reader.result().timeline.deltasAt.length).toBe(5);
  }
});

test("a delta whose text is held back is like the one before it", () => {
  const reader = new CompletionReader();
  const kinds = new DeltaKinds();
  // A `<` may begin a tag.
  const deltas = [{ content: "a" }, { content: "<" }, { content: "b" }];
  for (const delta of deltas) kinds.push(reader.push({ text: chunk(delta), at: 1 }));
  expect(kinds.text()).toBe("a3");
});
