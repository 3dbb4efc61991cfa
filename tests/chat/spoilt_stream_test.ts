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
    const { arrivals, ...rest } = read(parts, status);
    const { arrivals: all, ...wanted } = whole;
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
  expect(reading.strayLines).toEqual({ count: 1, first: cut, kind: "json" });
  expect(reading.arrivals.map(({ kind }) => kind)).toEqual(["chunk", "not_a_field", "done"]);
  expect(readCut(`${begin}${two}\n\n${end}`).choices[0]?.content).toBe("one two");
  expect(readCut(`${begin}${error}\n\n${end}`).outcome).toBe("endpoint");
});

test("reader reads JSON without `data:` that stands over several lines", () => {
  const pretty = JSON.stringify(JSON.parse(error), null, 2);
  const reading = readCut(`${begin}${pretty}\n\n${end}`);
  expect(reading.facts.error).toEqual({ message: "gone", code: "502" });
  expect(reading.strayLines).toEqual({
    count: pretty.split("\n").length,
    first: "{",
    kind: "json",
  });
});

test("reader counts text of a proxy and a web page among the events", () => {
  const text = "upstream connect error or disconnect/reset before headers. reset reason: timeout";
  const reading = readCut(`${begin}${text}\n\n${end}`);
  expect(reading).toMatchObject({
    outcome: "endpoint",
    strayLines: { count: 1, first: text, kind: "text" },
  });
  expect(readCut(`${begin}${text}\n\ndata: ${cut}\n\n${end}`)).toMatchObject({
    outcome: "complete",
    strayLines: { count: 1, first: text, kind: "text" },
  });
  const page = "<html>\n<head><title>502 Bad Gateway</title></head>\n</html>\n";
  expect(readCut(`${begin}${page}${end}`).strayLines).toEqual({
    count: 3,
    first: "<html>",
    kind: "page",
  });
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
    expect(readCut(`${begin}${line}\n${end}`).strayLines, line).toMatchObject({
      count: 1,
      first: line,
    });
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

test("reader reads frames that are glued together, and finds an error behind half of one", () => {
  for (const between of ["", "data: ", "data:", " ", " data: "]) {
    const reading = readCut(`data: ${one}${between}${two}${between}${cut}\n\n${end}`);
    expect(reading, between).toMatchObject({
      outcome: "complete",
      choices: [{ content: "one two", finishReason: "length" }],
      repairedEvents: 1,
      malformedEvents: 0,
    });
    expect(readCut(`${begin}data: ${two}${between}[DONE]\n\n`)).toMatchObject({
      outcome: "complete",
      choices: [{ content: "one two" }],
    });
    const failed = readCut(`${begin}data: ${two}${between}${error}\n\n${end}`);
    expect(failed.facts.error, between).toEqual({ message: "gone", code: "502" });
    expect(failed.choices[0]?.content).toBe("one two");
  }
  const half = readCut(`${begin}data: ${two.slice(0, 20)}${error}\n\n${end}`);
  expect(half.facts.error).toEqual({ message: "gone", code: "502" });
  expect(half).toMatchObject({ malformedEvents: 1, choices: [{ content: "one" }] });
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

test("reader notes an error behind [DONE], wherever it is cut, and reads no further", () => {
  for (const late of [
    `data: ${error}\n\n`,
    `${error}\n\n`,
    "error: gone\n\n",
    `data: ${two}\n\ndata: ${error}\n\n`,
    `data: ${error}`,
    JSON.stringify(JSON.parse(error), null, 2),
    "event: error\ndata: gone\n\n",
    "event: exception\ndata: gone\n\n",
    `data: ${JSON.stringify(error)}\n\n`,
  ]) {
    const reading = readCut(begin + end + late);
    expect(reading.errorAfterDone?.message, late).toBe("gone");
    expect(reading.textAfterDone).toBeNull();
    expect(reading).toMatchObject({ outcome: "complete", choices: [{ content: "one" }] });
  }
  expect(readCut(`${begin}data: [DONE]\ndata: ${error}\n\n`).errorAfterDone?.message).toBe("gone");
  expect(readCut(`${begin + end}event: abort\n\n`).errorAfterDone?.message).toBe("event: abort");
  expect(readCut(begin + end + begin)).toMatchObject({ errorAfterDone: null, textAfterDone: null });
});

test("reader notes a text behind [DONE], wherever it is cut", () => {
  for (const late of ["Internal Server Error", "data: Internal Server Error\n\n"]) {
    expect(readCut(begin + end + late), late).toMatchObject({
      outcome: "complete",
      errorAfterDone: null,
      textAfterDone: "Internal Server Error",
    });
  }
  const page = "<html>\n<title>502 Bad Gateway</title>\n</html>\n";
  expect(readCut(begin + end + page).textAfterDone).toBe("<html>");
  for (const late of [
    "\n\n",
    ": bye\n\n",
    "data: ping\n\n",
    "id: 7\n\n",
    end,
    "data:\n\n",
    "dat",
  ]) {
    expect(readCut(begin + end + late).textAfterDone, late).toBeNull();
  }
});

test("reader notes what comes first behind [DONE], a line or the event around it, wherever it is cut", () => {
  for (const [late, first] of [
    ['data: {\n"choices": [\n]\n}\n\n', '"choices": ['],
    ["data: one\n\nbeside\n\n", "one"],
    ["beside\ndata: one\n\n", "beside"],
  ] as const) {
    expect(readCut(begin + end + late).textAfterDone, late).toBe(first);
  }
  for (const [late, first] of [
    [`error: first\ndata: ${error}\n\n`, "first"],
    [`data: ${error}\n\nerror: second\n\n`, "gone"],
    [`event: abort\n\ndata: ${error}\n\n`, "event: abort"],
  ] as const) {
    expect(readCut(begin + end + late).errorAfterDone?.message, late).toBe(first);
  }
});

test("reader does not mind how long an event behind [DONE] is", () => {
  const reader = new CompletionReader({ maxEventLength: 500 });
  for (const text of [begin + end, `data: ${"x".repeat(1000)}`, "\n\n"]) {
    expect(() => reader.push({ text, at: null })).not.toThrow();
  }
  reader.end(null);
  expect(reader.result().facts.done).toBe(true);
});

/** What could not be read, and the words that it says. */
const UNREAD: readonly (readonly [string, string])[] = [
  ["data: Internal Server Error\n\n", "Internal Server Error"],
  ["data: [ERROR] out of memory\n\n", "[ERROR] out of memory"],
  ["data: Traceback (most recent call last):\ndata:   File\ndata: OOM: no\n\n", "OOM: no"],
  ["data: <html><title>502 Bad Gateway</title></html>\n\n", "502 Bad Gateway"],
  ["<html>\n<title>502 Bad Gateway</title>\n</html>\n\n", "502 Bad Gateway"],
  ["upstream connect error\n\n", "upstream connect error"],
  ['data: "upstream gone"\n\n', "upstream gone"],
  ['data: {"choices":[{"index"\n\n', '{"choices":[{"index"'],
  ['data: {"choices":{"delta":1}}\n\n', '{"choices":{"delta":1}}'],
  ['data: {"state":"lost in space"}\n\n', '{"state":"lost in space"}'],
  [
    'data: {"message":"TPM limit reached","data":null}\n\n',
    '{"message":"TPM limit reached","data":null}',
  ],
];

test("stream that only [DONE] calls whole has failed when a part of it could not be read", () => {
  for (const [text, words] of UNREAD) {
    // What begins like a web page is no stream at all.
    const first = text.startsWith("<") ? [] : [text + begin + end, text + end];
    for (const body of [begin + text + end, ...first]) {
      const reading = readCut(body);
      expect(reading.outcome, body).toBe("endpoint");
      expect(reading.facts, body).toMatchObject({ error: null, unread: { message: words } });
    }
    expect(readCut(begin + text + streamOf(chunkOf({}, { finish: "stop" })) + end).outcome).toBe(
      "complete",
    );
    expect(readCut(begin + text).outcome, text).toBe("truncated");
  }
  const [[first], [last, words]] = [UNREAD[0]!, UNREAD[1]!];
  expect(readCut(begin + first + last + end).facts.unread?.message).toBe(words);
});

test("stream with heartbeats, and with what stands beside an answer, is whole by [DONE]", () => {
  for (const beat of [
    "data: : OPENROUTER PROCESSING\n\n",
    "data: ping\n\n",
    "data: [PING]\n\n",
    "data: keep-alive\n\n",
    "data: keepalive\n\n",
    "data: HEARTBEAT\n\n",
    "data:\n\n",
    "data: null\n\n",
    "data: {}\n\n",
    "data: []\n\n",
    "data: 1772674213\n\n",
    "ping\n\n",
    ": error\n\n",
    'data: {"type":"ping"}\n\n',
    'data: {"code":0,"message":"Success","data":null}\n\n',
    'data: {"choices":[]}\n\n',
    'data: {"choices":null,"prompt_filter_results":[]}\n\n',
    'data: {"citations":["https://example.com"]}\n\n',
    'event: ping\ndata: {"now":1}\n\n',
    'event: metadata\ndata: {"run_id":"7"}\n\n',
    "event: ping\n\n",
    "meta: x\n\n",
  ]) {
    expect(readCut(begin + beat + end), beat).toMatchObject({
      outcome: "complete",
      facts: { error: null, unread: null },
    });
  }
});

test("stream with [DONE] and no chunk is no completion", () => {
  for (const before of [
    "",
    "data: ping\n\n",
    ": hi\n\n",
    "data:\n\n",
    'data: {"type":"ping"}\n\n',
  ]) {
    expect(readCut(before + end).outcome, before).toBe("not_a_completion");
  }
  expect(readCut(streamOf({ choices: [] }, "[DONE]")).outcome).toBe("complete");
  expect(readCut(streamOf(chunkOf({}, { finish: "stop" }), "[DONE]")).outcome).toBe("complete");
});

test("event whose name says failure is an error, with or without data", () => {
  for (const name of ["error", "exception", "abort", "response.failed", "Error", "chatError"]) {
    for (const data of ["", "data:\n", "data: {}\n"]) {
      const reading = readCut(`${begin}event: ${name}\n${data}\n${end}`);
      expect(reading.outcome, name + data).toBe("endpoint");
    }
    expect(readCut(`${begin}event: ${name}\ndata: gone\n\n${end}`).facts.error?.message).toBe(
      "gone",
    );
    expect(readCut(`${begin}event: ${name}`).outcome).toBe("endpoint");
  }
  expect(readCut(`${begin}event: abort\n\n${end}`).facts.error?.message).toBe("event: abort");
  for (const name of ["message", "ping", "no_error", "done", "errorless"]) {
    expect(readCut(`${begin}event: ${name}\n\n${end}`).outcome, name).toBe("complete");
  }
});

/** A stream that ends with this `finish_reason`. */
function ended(finish: unknown): string {
  return begin + streamOf({ choices: [{ delta: {}, finish_reason: finish }] }) + end;
}

test("finish_reason that is no text is told as one that nobody knows, or as a failure", () => {
  for (const finish of [{ type: "error" }, ["error"]]) {
    expect(readCut(ended(finish)).facts.error?.message).toBe(
      `finish_reason is "${JSON.stringify(finish)}"`,
    );
  }
  for (const finish of [500, true]) {
    expect(readCut(ended(finish))).toMatchObject({
      outcome: "complete",
      choices: [{ finishReason: String(finish) }],
    });
  }
});

test("reader counts chunks whose content is no text", () => {
  for (const choice of [
    { delta: { content: 42 } },
    { delta: { content: true } },
    { delta: { content: { value: "x" } } },
    { delta: "one" },
    { text: 7 },
  ]) {
    const reading = readCut(begin + streamOf({ choices: [choice] }, "[DONE]"));
    expect(reading.unreadContents, JSON.stringify(choice)).toBe(1);
  }
  for (const content of ["", null, [], {}, { type: "text", text: "" }, ["two"]]) {
    expect(readCut(begin + streamOf(chunkOf({ content }), "[DONE]")).unreadContents).toBe(0);
  }
});

test("reader reads JSON that was turned into text once more", () => {
  const twice = JSON.stringify(JSON.stringify(error));
  expect(readCut(`${begin}data: ${JSON.stringify(error)}\n\n${end}`).facts.error?.message).toBe(
    "gone",
  );
  expect(readCut(`${begin}data: ${twice}\n\n${end}`).facts.error?.message).toBe("gone");
  expect(readCut(`${begin}data: ${JSON.stringify(two)}\n\n${end}`)).toMatchObject({
    choices: [{ content: "one two" }],
    repairedEvents: 1,
  });
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
  for (const text of ["", "x", "{}", "[]", "42", '"text"', '{"a":1}', "[DONE", "{", "data:"]) {
    expect(salvage(text).found, text).toEqual([]);
    expect(failureAmong(text), text).toBeNull();
  }
  expect(salvage('{"choices":[]}').isPartial).toBe(true);
});
