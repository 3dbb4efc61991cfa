import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  AnswerWriter,
  type AnswerWriterOptions,
} from "../../../lib/report/request/answer_writer.ts";
import { chunk, DONE, event, readPieces, timed } from "../../support/read_pieces.ts";

type Written = { out: string; err: string; both: string };

/** What is written for these events, and in which order the two streams were written. */
function write(events: readonly string[], options: Partial<AnswerWriterOptions> = {}): Written {
  const written = { out: "", err: "", both: "" };
  const writer = new AnswerWriter({
    out: (text) => {
      written.out += text;
      written.both += text;
    },
    err: (text) => {
      written.err += text;
      written.both += text;
    },
    outIsTerminal: false,
    errIsTerminal: false,
    reasoning: "show",
    ...options,
  });
  const pieces = [...events, DONE].map((text) => [0, text] as const);
  writer.write(readPieces(timed(...pieces)).arrivals);
  writer.end();
  return written;
}

const say = (content: string): string => chunk({ content });
const think = (reasoning_content: string): string => chunk({ reasoning_content });

test("an answer is written as it came and ends with a newline", () => {
  expect(write([say("你"), say("好")])).toEqual({ out: "你好\n", err: "", both: "你好\n" });
  expect(write([say("a\n"), say("b\n")]).out).toBe("a\nb\n");
  expect(write([say("a\n\n")]).out).toBe("a\n\n");
});

test("an empty answer writes nothing", () => {
  expect(write([say("")])).toEqual({ out: "", err: "", both: "" });
});

test("reasoning goes to stderr, and the answer begins on a line of its own", () => {
  expect(write([think("hm "), think("ok"), say("Hi")])).toEqual({
    out: "Hi\n",
    err: "hm ok\n",
    both: "hm ok\nHi\n",
  });
  expect(write([think("hm\n"), say("Hi")]).both).toBe("hm\nHi\n");
});

test("reasoning without an answer ends with a newline, too", () => {
  expect(write([think("hm")])).toEqual({ out: "", err: "hm\n", both: "hm\n" });
});

test("hidden reasoning is written nowhere", () => {
  const { out, err } = write([think("hm"), say("Hi")], { reasoning: "hide" });
  expect([out, err]).toEqual(["Hi\n", ""]);
});

test("only reasoning: it goes to stdout, and the answer nowhere", () => {
  const { out, err } = write([think("hm"), say("Hi")], { reasoning: "only" });
  expect([out, err]).toEqual(["hm\n", ""]);
});

test("reasoning stands back where there is colour, the answer does not", () => {
  const { out, err } = write([think("hm"), say("Hi")], { dim: (text) => `<${text}>` });
  expect([out, err]).toEqual(["Hi\n", "<hm><\n>"]);
});

function ofChoice(index: number, content: string): string {
  return event({ choices: [{ index, delta: { content } }] });
}

test("of several choices the first is written as it comes, the others after it in order", () => {
  expect(
    write([
      ofChoice(2, "c"),
      ofChoice(0, "a"),
      ofChoice(1, "b1 "),
      ofChoice(0, "A\n"),
      ofChoice(1, "b2"),
    ]).out,
  ).toBe("aA\n\nb1 b2\n\nc\n");
});

test("tool calls are no answer text", () => {
  const call = { index: 0, id: "t", function: { name: "now", arguments: "{}" } };
  expect(write([chunk({ tool_calls: [call] })]).both).toBe("");
});

const hostile = "a\u001b]52;c;Zm9v\u0007b\r\nc\rd";

test("a pipe gets exactly what came, a terminal gets it harmless", () => {
  expect(write([say(hostile)]).out).toBe(`${hostile}\n`);
  expect(write([say(hostile)], { errIsTerminal: true }).out).toBe(`${hostile}\n`);
  expect(write([say(hostile)], { outIsTerminal: true }).out).toBe("a␛]52;c;Zm9v␇b\r\nc␍d\n");
  expect(write([think(hostile)], { outIsTerminal: true }).err).toBe(`${hostile}\n`);
  expect(write([think(hostile)], { errIsTerminal: true }).err).toBe("a␛]52;c;Zm9v␇b\r\nc␍d\n");
});

test("the further choices are made harmless for a terminal, too", () => {
  const second = ofChoice(1, "b\u001b[2J");
  expect(write([say("a"), second], { outIsTerminal: true }).out).toBe("a\n\nb␛[2J\n");
});

test("what is held back at the end is written", () => {
  expect(write([say("a\r")], { outIsTerminal: true }).out).toBe("a␍\n");
  expect(write([say("<thi")]).out).toBe("<thi\n");
});

test("what is written does not depend on where the text is cut", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "\r", "\n", "\u001b", "好", "😀", "\u202e") }),
      fc.array(fc.nat(20)),
      fc.boolean(),
      (text, cuts, outIsTerminal) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const parts = places.slice(1).map((end, index) => say(text.slice(places[index], end)));
        expect(write(parts, { outIsTerminal })).toEqual(write([say(text)], { outIsTerminal }));
      },
    ),
  );
});

test("a character that two deltas share is written whole, on a terminal and in a pipe", () => {
  const halves = ["hi \ud83d", "\ude0a!"];
  for (const outIsTerminal of [true, false]) {
    const options = { outIsTerminal, errIsTerminal: outIsTerminal };
    expect(write(halves.map(say), options).out).toBe("hi 😊!\n");
    expect(write(halves.map(think), options).err).toBe("hi 😊!\n");
    expect(write([say("hi \ud83d")], options).out).toBe("hi \uFFFD\n");
    const others = halves.map((content) => event({ choices: [{ index: 1, delta: { content } }] }));
    expect(write([say("a"), ...others], options).out).toBe("a\n\nhi 😊!\n");
  }
});

test("a character that is cut by reasoning between its halves belongs to its own text", () => {
  const events = [say("\ud83d"), think("\ud83d"), say("\ude0a"), think("\ude00")];
  expect(write(events).out).toBe("😊\n");
  expect(write(events, { reasoning: "only" }).out).toBe("😀\n");
});
