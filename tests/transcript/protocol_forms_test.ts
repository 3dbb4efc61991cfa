import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { monotonicClock } from "../../lib/base/clock.ts";
import { replayChat } from "../../lib/chat/replay_chat.ts";
import { PROTOCOLS } from "../../lib/protocols/protocols.ts";
import { beginsWithBareChunk, eventsOfArray } from "../../lib/transcript/bare_chunks.ts";
import { type FileTrait, TranscriptFile } from "../../lib/transcript/transcript_file.ts";
import { temporaryFolder } from "../support/folder.ts";
import { bodyOfProtocol, eventsOf, wholeOf } from "../support/protocol_streams.ts";

/** What people have of a stream who did not record it with this toolkit. */
function forms(
  body: string,
  events: readonly object[],
): readonly (readonly [text: string, traits: readonly FileTrait[]])[] {
  const lines = events.map((one) => JSON.stringify(one));
  const laidOut = events.map((one) => `data: ${JSON.stringify(one, null, 2)}\n\n`);
  const named = laidOut.map((text, at) => {
    const { type } = events[at] as { type?: string };
    return type === undefined ? text : `event: ${type}\n${text}`;
  });
  return [
    [body, []],
    [`HTTP/2 200\r\ncontent-type: text/event-stream\r\n\r\n${body}`, ["response head"]],
    [`${lines.join("\n")}\n`, ["JSON lines"]],
    [`${lines.join("\r\n")}\r\n[DONE]`, ["JSON lines"]],
    [`HTTP/1.1 200 OK\n\n${lines.join("\n")}`, ["response head", "JSON lines"]],
    [`[${lines.join(",")}]`, ["JSON array"]],
    [JSON.stringify(events, null, 2), ["JSON array"]],
    [laidOut.join(""), ["pretty-printed"]],
    [named.join(""), ["pretty-printed"]],
  ];
}

for (const { name } of PROTOCOLS) {
  test(`a stream of ${name} without a header is read in every form that people have it in`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.txt");
    const events = eventsOf(name, "Hel", "lo");
    for (const [text, traits] of forms(bodyOfProtocol(name, "Hel", "lo"), events)) {
      for (const written of [text, `\uFEFF${text}`]) {
        writeFileSync(path, written);
        const file = new TranscriptFile(path);
        const options = { speed: Infinity, clock: monotonicClock };
        const { reading, verdict } = await replayChat(file, options);
        expect([reading.choices[0]?.content, verdict.outcome, file.traits]).toEqual([
          "Hello",
          "complete",
          traits as FileTrait[],
        ]);
        expect(reading.timeline.usage?.totalTokens).toBe(7);
        expect(reading.timeline.deltasAt).toEqual([null, null]);
      }
    }
  });

  test(`a whole answer of ${name} in a file is an answer that did not stream, and no event`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a.json");
    for (const space of [0, 2]) {
      writeFileSync(path, JSON.stringify(wholeOf(name, "Hi"), null, space));
      const file = new TranscriptFile(path);
      const options = { speed: Infinity, clock: monotonicClock };
      const { reading, verdict } = await replayChat(file, options);
      expect([file.traits, verdict.outcome, reading.choices[0]?.content]).toEqual([
        [],
        "complete",
        "Hi",
      ]);
      expect(reading.timeline.streamed).toBe(false);
    }
  });
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test("what is no event of any protocol is no stream", () => {
  for (const text of ['{"type":"ping"}\n', '{"type":"error","error":{}}\n', '{"a":1}\n', "{}\n"]) {
    expect(beginsWithBareChunk(encode(text)), text).toBe(false);
    expect(eventsOfArray(`[${text}]`), text).toBeNull();
  }
  expect(beginsWithBareChunk(encode('{"type":"response.created"}\n'))).toBe(true);
  expect(eventsOfArray('[{"type":"ping"},{"type":"message_stop"}]')).toBe(
    'data: {"type":"ping"}\n\ndata: {"type":"message_stop"}\n\n',
  );
});
