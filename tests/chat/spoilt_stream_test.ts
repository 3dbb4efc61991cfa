import { expect, test } from "bun:test";
import { SseSplitter } from "../../lib/wire/sse.ts";
import { failureAmong, salvage } from "../../lib/wire/salvage.ts";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import type { Arrival, Reading } from "../../lib/chat/reading.ts";
import { judge } from "../../lib/measure/outcome.ts";
import { everyCut } from "../support/cuts.ts";
import { answerOf, chunkOf, streamOf } from "../support/stream.ts";

type Read = Reading & { readonly arrivals: readonly Arrival[]; readonly outcome: string };

function read(parts: readonly string[], status = 200): Read {
  const reader = new CompletionReader();
  reader.begin(status);
  const arrivals = parts.flatMap((text) => reader.push({ text, at: null }));
  arrivals.push(...reader.end(null));
  const reading = reader.result();
  const { outcome, failure } = judge({ kind: "ended", status }, reading.facts);
  return { ...reading, arrivals, outcome: failure?.kind ?? outcome };
}

/** Reads a body, and again cut everywhere: it must be the same. */
function readCut(body: string, status = 200): Read {
  const whole = read([body], status);
  for (const parts of everyCut(body)) {
    const { errorAfterDone: _, arrivals, ...rest } = read(parts, status);
    const { errorAfterDone: __, arrivals: all, ...wanted } = whole;
    if (!Bun.deepEquals(rest, wanted)) expect({ parts, rest }).toEqual({ parts, rest: wanted });
    expect(arrivals.length).toBe(all.length);
  }
  return whole;
}

const one = JSON.stringify(answerOf("one"));
const two = JSON.stringify(answerOf(" two"));
const cut = JSON.stringify(chunkOf({}, { finish: "length" }));
const error = JSON.stringify({ error: { message: "gone", code: 502 } });
const begin = `data: ${one}\n\n`;
const end = "data: [DONE]\n\n";

test("splitter hands over lines that are no field as they came, and only those", () => {
  const lines: [string, number][] = [];
  const splitter = new SseSplitter({ onUnknownLine: (line, before) => lines.push([line, before]) });
  splitter.push('data: x\n\n{"a: b": 1}\n data: y\nplain\n: comment\nid: 1\nerror:  two\n\n');
  expect(lines).toEqual([
    ['{"a: b": 1}', 1],
    [" data: y", 1],
    ["plain", 1],
    ["error:  two", 1],
  ]);
});

test("reader reads JSON without `data:` and counts the line", () => {
  const reading = readCut(`${begin}${cut}\n\n${end}`);
  expect(reading.choices[0]).toMatchObject({ content: "one", finishReason: "length" });
  expect(reading.strayLines).toEqual({ count: 1, first: cut });
  expect(reading.arrivals.map(({ kind }) => kind)).toEqual(["chunk", "not_a_field", "done"]);
  expect(readCut(`${begin}${two}\n\n${end}`).choices[0]?.content).toBe("one two");
  expect(readCut(`${begin}${error}\n\n${end}`).outcome).toBe("endpoint");
});

test("reader reads JSON without `data:` that stands over several lines", () => {
  const pretty = JSON.stringify(JSON.parse(error), null, 2);
  const reading = readCut(`${begin}${pretty}\n\n${end}`);
  expect(reading.facts.error).toEqual({ message: "gone", code: "502" });
  expect(reading.strayLines).toEqual({ count: pretty.split("\n").length, first: "{" });
});

test("reader counts text of a proxy and a web page among the events", () => {
  const text = "upstream connect error or disconnect/reset before headers. reset reason: timeout";
  const reading = readCut(`${begin}${text}\n\n${end}`);
  expect(reading).toMatchObject({ outcome: "complete", strayLines: { count: 1, first: text } });
  const page = "<html>\n<head><title>502 Bad Gateway</title></head>\n</html>\n";
  expect(readCut(`${begin}${page}${end}`).strayLines).toEqual({ count: 3, first: "<html>" });
  expect(readCut(`${begin}${page}`).outcome).toBe("truncated");
});

test("reader keeps the first stray line to 200 characters", () => {
  const { strayLines } = read([`${begin}${"x y".repeat(1e5)}\n${end}`]);
  expect(strayLines.count).toBe(1);
  expect(strayLines.first).toHaveLength(200);
});

test("reader passes over fields that nobody knows, blanks and comments, unless they tell of a failure", () => {
  for (const line of [
    "meta: x",
    "trace-id: 7",
    "  ",
    "\uFEFF",
    ": error 502",
    ":HTTP_STATUS/500",
  ]) {
    expect(readCut(`${begin}${line}\n${end}`).strayLines.count, line).toBe(0);
  }
  for (const line of ["exception: socket hang up", "message: request failed", "timeout"]) {
    expect(readCut(`${begin}${line}\n${end}`).strayLines, line).toEqual({ count: 1, first: line });
  }
  expect(readCut(`${begin}meta: ${error}\n${end}`).outcome).toBe("endpoint");
  expect(readCut(`${begin}Error: socket hang up\n${end}`).facts.error?.message).toBe(
    "socket hang up",
  );
});

test("reader takes no half of a field at the end for a stray line", () => {
  for (const field of ["data", "event", "retry"]) {
    for (let length = 1; length <= field.length; length++) {
      expect(read([begin + field.slice(0, length)]).strayLines.count).toBe(0);
    }
  }
});

test("reader reads events whose lines begin with a blank, a byte order mark, or `data:` twice", () => {
  for (const before of [" data: ", "\uFEFFdata: ", "data: data: ", "data:data:data: ", "DATA: "]) {
    const body = [one, two, cut, "[DONE]"].map((data) => `${before}${data}\n\n`).join("");
    const reading = readCut(body);
    expect(reading.choices[0], before).toMatchObject({
      content: "one two",
      finishReason: "length",
    });
    expect(reading.facts.done).toBe(true);
    expect(reading.malformedEvents).toBe(0);
    // The first byte order mark belongs to the stream.
    const spoilt = before.startsWith("\uFEFF") ? 3 : 4;
    const marked = before.startsWith("data:data") || before.startsWith("data: data") ? 3 : spoilt;
    expect(reading.repairedEvents + reading.strayLines.count, before).toBeGreaterThanOrEqual(
      marked,
    );
  }
});

test("reader reads events without the empty line between them, one by one, in order", () => {
  const reading = readCut(`data: ${one}\ndata: ${two}\ndata: ${cut}\n\n${end}`);
  expect(reading.choices[0]).toMatchObject({ content: "one two", finishReason: "length" });
  expect(reading).toMatchObject({ outcome: "complete", repairedEvents: 1, malformedEvents: 0 });
  expect(readCut(`data: ${one}\ndata: ${error}\n\n${end}`).facts.error?.message).toBe("gone");
  expect(readCut(`data: ${one}\n${error}\n\n${end}`).facts.error?.message).toBe("gone");
  expect(readCut(`data: ${one}\ndata: [DONE]\n\n`).facts.done).toBe(true);
  expect(readCut(`data: ${one}\ndata: ${two}`).choices[0]?.content).toBe("one two");
  expect(readCut(`data: ${one}\ndata: {"cho\n\n${end}`)).toMatchObject({
    choices: [{ content: "one" }],
    malformedEvents: 1,
    repairedEvents: 1,
  });
});

test("reader reads events whose line ends were escaped once too often", () => {
  const reading = readCut(`data: ${one}\\n\\n\ndata: ${two}\\n\\n\n\ndata: [DONE]\\n\\n\n\n`);
  expect(reading).toMatchObject({ outcome: "complete", choices: [{ content: "one two" }] });
  const line = `data: ${one}\\n\\ndata: ${two}\\n\\ndata: ${cut}\\n\\ndata: [DONE]\\n\\n`;
  expect(readCut(line)).toMatchObject({
    choices: [{ content: "one two", finishReason: "length" }],
    facts: { done: true },
    malformedEvents: 0,
  });
});

test("reader finds an error in frames that are glued together, though their text is lost", () => {
  for (const glued of [`${two}${error}`, `${two}data: ${error}`, `${two.slice(0, 20)}${error}`]) {
    const reading = readCut(`${begin}data: ${glued}\n\n${end}`);
    expect(reading.facts.error, glued).toEqual({ message: "gone", code: "502" });
    expect(reading).toMatchObject({ malformedEvents: 1, choices: [{ content: "one" }] });
  }
  const aborted = JSON.stringify(chunkOf({}, { finish: "abort" }));
  expect(readCut(`${begin}data: ${two}${aborted}\n\n${end}`).outcome).toBe("endpoint");
});

test("reader finds an error in an array, by its event's name alone, and behind finish_reason", () => {
  const stop = streamOf(chunkOf({}, { finish: "stop" }));
  for (const late of [
    `data: [${error}]\n\n`,
    `data: ${error}\n\n`,
    "event: error\ndata:\n\n",
    "event: Error\ndata: gone\n\n",
    "event: error\ndata: gone",
    `event: error\ndata: ${one}\n\n`,
    "event: error\ndata: [DONE]\n\n",
  ]) {
    expect(readCut(begin + stop + late).outcome, late).toBe("endpoint");
  }
});

test("reader notes an error behind [DONE] in the same piece, and reads no further", () => {
  for (const late of [
    `data: ${error}\n\n`,
    `${error}\n\n`,
    "error: gone\n\n",
    `data: ${two}\n\ndata: ${error}\n\n`,
  ]) {
    const reading = read([begin + end + late]);
    expect(reading.errorAfterDone?.message, late).toBe("gone");
    expect(reading).toMatchObject({ outcome: "complete", choices: [{ content: "one" }] });
    expect(read([begin + end, late]).errorAfterDone).toBeNull();
  }
  expect(read([`${begin}data: [DONE]\ndata: ${error}\n\n`]).errorAfterDone?.message).toBe("gone");
  expect(read([begin + end + begin]).errorAfterDone).toBeNull();
});

test("reader finds an error in a document that is no JSON", () => {
  expect(readCut(`${error}\ndata: [DONE]\n\n`)).toMatchObject({
    outcome: "endpoint",
    facts: { error: { message: "gone" } },
  });
  expect(readCut(`${one}\n${two}\n`).outcome).toBe("not_a_completion");
});

test("reader finds the error of a failed response that has the form of a stream", () => {
  for (const body of [`data: ${error}\n\n`, `event: error\ndata: ${error}\n\n${end}`]) {
    expect(readCut(body, 429).facts.error).toEqual({ message: "gone", code: "502" });
  }
});

test("reader reads a body behind blanks that JSON does not know the same wherever it is cut", () => {
  const whole = JSON.stringify({
    choices: [{ message: { content: "Hi" }, finish_reason: "stop" }],
  });
  for (const blank of [
    "\u00A0",
    "\uFEFF\uFEFF",
    "\u2028",
    "\u3000\n",
    " \uFEFF ",
    "\v",
    "\u00A0\u2029",
  ]) {
    expect(readCut(blank + whole), blank).toMatchObject({
      outcome: "complete",
      choices: [{ content: "Hi" }],
    });
    expect(readCut(blank + error).facts.error?.message, blank).toBe("gone");
    expect(readCut(blank + error, 500).facts.error?.message, blank).toBe("gone");
    expect(readCut(blank + begin + end), blank).toMatchObject({ choices: [{ content: "one" }] });
  }
});

test("reader takes placeholders for no finish reason, and a failure in its place for a failure", () => {
  for (const finish of ["null", "None", "undefined", "nil", ""]) {
    const body = streamOf(
      chunkOf({ content: "one" }, { finish }),
      chunkOf({ content: " two" }, { finish }),
    );
    expect(readCut(body).outcome, finish).toBe("truncated");
  }
  for (const finish of ["network_error", "insufficient_system_resource", "abort", "ERROR"]) {
    const reading = readCut(streamOf(answerOf("one"), chunkOf({}, { finish }), "[DONE]"));
    expect(reading.outcome).toBe("endpoint");
    expect(reading.facts.error?.message).toBe(`finish_reason is "${finish}"`);
    expect(reading.choices[0]?.finishReason).toBe(finish);
  }
});

test("salvage finds nothing in what is none of a completion", () => {
  for (const text of [
    "",
    "x",
    "{}",
    "[]",
    "42",
    '"text"',
    '{"a":1}',
    "[DONE",
    "{",
    "data:",
    "[DONE] [DONE]",
  ]) {
    expect(salvage(text).found, text).toEqual([]);
    expect(failureAmong(text), text).toBeNull();
  }
  expect(salvage('{"choices":[]}').isPartial).toBe(true);
});
