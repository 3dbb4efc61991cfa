import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { decodeTranscript, TranscriptDecoder } from "../../lib/transcript/decode.ts";
import { encodeTranscript, TranscriptEncoder } from "../../lib/transcript/encode.ts";
import { type Transcript, TranscriptError } from "../../lib/transcript/format.ts";
import { encodeHeader } from "../../lib/transcript/header.ts";
import { SseSplitter } from "../../lib/wire/sse.ts";
import type { TimedText } from "../../lib/wire/piece.ts";
import { everyCut } from "../support/cuts.ts";
import { HEADER, notes, pieces, transcripts } from "../support/transcripts.ts";
import { runs } from "../support/runs.ts";

const FIRST_LINE = encodeHeader(HEADER);
const name = "run.sse";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(file: string | Uint8Array): Transcript {
  return decodeTranscript(typeof file === "string" ? bytesOf(file) : file, { name });
}

function textOf({ pieces }: { readonly pieces: readonly TimedText[] }): string {
  return pieces.map(({ text }) => text).join("");
}

/** The file of these texts, at 1 ms, 2 ms and so on, closed in the end, without its first line. */
function fileOf(texts: readonly string[]): string {
  const pieces = texts.map((text, index) => ({ text, at: (index + 1) * 1000 }));
  const closing = { kind: "end", at: (texts.length + 1) * 1000 } as const;
  return encodeTranscript({ header: HEADER, pieces, notes: [], closing }).replace(FIRST_LINE, "");
}

function decodeInParts(parts: readonly Uint8Array[]): Transcript {
  const decoder = new TranscriptDecoder({ name });
  const pieces = parts.flatMap((part) => decoder.push(part));
  pieces.push(...decoder.end());
  const timed = pieces.filter(({ at }) => at !== null);
  const text = textOf({ pieces: pieces.slice(timed.length) });
  if (text !== "") timed.push({ text, at: null });
  return {
    header: decoder.header,
    pieces: timed,
    notes: decoder.notes,
    closing: decoder.closing,
  };
}

test("a transcript is the body with lines of ours between", () => {
  const encoder = new TranscriptEncoder(HEADER);
  const file = [
    encoder.piece({ text: "data: 你好\n\n", at: 183_402 }),
    encoder.note("the model thinks"),
    encoder.piece({ text: "data: b\n\ndata: c", at: 195_518 }),
    encoder.piece({ text: "\n\n", at: 195_600 }),
    encoder.close({ kind: "end", at: 1_893_226 }),
  ].join("");
  expect(file).toBe(
    `:@transcript {"version":1,"recorded_at":"2026-01-01T00:00:00Z","request":{"method":"POST","url":"http://127.0.0.1/v1","headers":{},"body":{"stream":true}},"response":{"status":200,"headers":{"content-type":"text/event-stream"},"at_ms":1.5}}
:@ 183.402 14
data: 你好

:@# the model thinks
:@ 195.518 16
data: b

data: c
:@ 195.600 2

:@end 1893.226
`,
  );
});

// Beside each file: the texts of its pieces, one a millisecond.
const files: [behaviour: string, texts: string[], file: string][] = [
  ["an empty body is a header and a closing line", [], ":@end 1.000\n"],
  [
    "markers of pieces inside one line stand in a row after its LF",
    ["data:", " a", "b\nc"],
    ":@ 1.000 5\ndata: ab\n:@ 2.000 2\n:@ 3.000 3\nc\n:@end 4.000\n",
  ],
  [
    "a marker never stands between CR and LF",
    ["a\r", "\nb\n"],
    ":@ 1.000 2\na\r\n:@ 2.000 3\nb\n:@end 3.000\n",
  ],
  [
    "markers of a body with CR alone stand at its end, after the LF that is added",
    ["a\r", "\rb\r", ":@c\r"],
    ":@ 1.000 2\na\r\rb\r:@c\r\n:@ 2.000 3\n:@ 3.000 4\n:@end 4.000\n",
  ],
  [
    "a body that does not end in LF gets one before the closing line",
    ["a"],
    ":@ 1.000 1\na\n:@end 2.000\n",
  ],
  [
    "body lines that begin with :@ get one more @",
    [":@x\n:@@x\n :@x\n:x\n"],
    ":@ 1.000 17\n:@@x\n:@@@x\n :@x\n:x\n:@end 2.000\n",
  ],
  [
    "a colon and an @ that come in two pieces get one more @, too",
    ["a\n:", "@end 5\n"],
    ":@ 1.000 3\na\n:@@end 5\n:@ 2.000 7\n:@end 3.000\n",
  ],
  ["a last colon is no line of ours", [":"], ":@ 1.000 1\n:\n:@end 2.000\n"],
];
for (const [behaviour, texts, file] of files) {
  test(behaviour, () => {
    expect(fileOf(texts)).toBe(file);
    expect(decode(FIRST_LINE + file).pieces.map(({ text }) => text)).toEqual(texts);
  });
}

test("a BOM that begins the body stands before the header and counts three bytes", () => {
  const closing = { kind: "end", at: 3000 } as const;
  const pieces = [
    { text: "\uFEFF", at: 1000 },
    { text: ":@a\n", at: 2000 },
  ];
  const file = encodeTranscript({ header: HEADER, pieces, notes: ["first"], closing });
  expect(file).toBe(`\uFEFF${FIRST_LINE}:@# first\n:@ 1.000 3\n:@ 2.000 4\n:@@a\n:@end 3.000\n`);
  expect(decode(file).pieces).toEqual(pieces);
});

test("a header that was flushed before a BOM stays first, and the BOM stays in the body", () => {
  const encoder = new TranscriptEncoder(HEADER);
  expect(encoder.flush()).toBe(FIRST_LINE);
  const rest = encoder.piece({ text: "\uFEFFdata: a\n\n", at: 1000 });
  expect(rest).toBe(":@ 1.000 12\n\uFEFFdata: a\n\n");
  expect(textOf(decode(FIRST_LINE + rest))).toBe("\uFEFFdata: a\n\n");
});

test("a failure is told in the closing line", () => {
  const error = { code: "ECONNRESET", message: "line 1\r\nline 2" };
  const encoder = new TranscriptEncoder({ ...HEADER, response: null });
  const file = encoder.close({ kind: "failed", at: 5, error });
  expect(file).toEndWith(
    '"response":null}\n:@failed 0.005 {"code":"ECONNRESET","message":"line 1\\r\\nline 2"}\n',
  );
  expect(decode(file)).toMatchObject({ pieces: [], closing: { kind: "failed", at: 5, error } });
});

test("a note of several lines becomes several notes", () => {
  const notes = ["a\r\nb\rc\n\nd"];
  const file = encodeTranscript({ header: HEADER, pieces: [], notes, closing: null });
  expect(file).toBe(`${FIRST_LINE}:@# a\n:@# b\n:@# c\n:@#\n:@# d\n`);
  expect(decode(file).notes).toEqual(["a", "b", "c", "", "d"]);
});

test("a header line can be filled up, to be written over later", () => {
  const bytes = Buffer.byteLength(FIRST_LINE) + 30;
  const encoder = new TranscriptEncoder(HEADER, { headerBytes: bytes });
  const first = encoder.flush();
  const final = encodeHeader({ ...HEADER, replacement_characters: 3 }, { bytes });
  expect([first.length, final.length]).toEqual([bytes, bytes]);
  expect(decode(first).header).toEqual(HEADER);
  expect(decode(final).header).toEqual({ ...HEADER, replacement_characters: 3 });
});

test("keys of the header that are not known are kept", () => {
  const header = { ...HEADER, tool: { name: "x" }, run: run({ cohort: "b" }) };
  expect(decode(encodeHeader(header)).header).toEqual(header);
});

test("a lone surrogate is written as U+FFFD, also when its other half comes next", () => {
  const file = FIRST_LINE + fileOf(["\uD83D", "\uDE00\n"]);
  expect(decode(file).pieces.map(({ text }) => text)).toEqual(["\uFFFD", "\uFFFD\n"]);
});

test("empty pieces are passed over", () => {
  expect(fileOf(["", "a\n", ""])).toBe(":@ 2.000 2\na\n:@end 4.000\n");
});

test("encoder refuses a time that goes back or is not whole", () => {
  const encoder = new TranscriptEncoder(HEADER);
  encoder.piece({ text: "a", at: 10 });
  expect(() => encoder.piece({ text: "b", at: 9 })).toThrow(
    new RangeError("Cannot write transcript: a time goes back from 10 to 9 µs"),
  );
  for (const at of [0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => encoder.close({ kind: "end", at })).toThrow(RangeError);
  }
});

test("encoder refuses what comes after the closing", () => {
  const encoder = new TranscriptEncoder(HEADER);
  encoder.close({ kind: "end", at: 1 });
  expect(() => encoder.piece({ text: "a", at: 1 })).toThrow(
    "Cannot write transcript: a piece came after the closing",
  );
  expect(() => encoder.note("a")).toThrow("a note came after the closing");
  expect(() => encoder.close({ kind: "end", at: 1 })).toThrow("a closing came after the closing");
});

test("decoding gives back what was encoded", () => {
  fc.assert(
    fc.property(transcripts, (transcript) => {
      expect(decode(encodeTranscript(transcript))).toEqual(transcript);
    }),
    { numRuns: runs(300) },
  );
});

test("encoding piece by piece gives the same file", () => {
  fc.assert(
    fc.property(transcripts, ({ header, pieces, notes, closing }) => {
      if (header === null || closing === null) return;
      const encoder = new TranscriptEncoder(header);
      let file = "";
      for (const note of notes) file += encoder.note(note);
      for (const piece of pieces) file += encoder.piece(piece);
      file += encoder.close(closing);
      expect(file).toBe(encodeTranscript({ header, pieces, notes, closing }));
    }),
  );
});

test("notes between pieces change neither pieces nor body", () => {
  fc.assert(
    fc.property(pieces, fc.array(notes, { minLength: 9, maxLength: 9 }), (pieces, notes) => {
      const encoder = new TranscriptEncoder(HEADER);
      const written: string[] = [];
      let file = "";
      for (const [index, piece] of pieces.entries()) {
        for (const note of notes[index] ?? []) {
          written.push(note);
          file += encoder.note(note);
        }
        file += encoder.piece(piece);
      }
      file += encoder.close({ kind: "end", at: 5_000_000 });
      const read = decode(file);
      expect(read.pieces).toEqual(pieces);
      expect(read.notes).toEqual(written);
    }),
  );
});

test("decoding in parts cut anywhere equals decoding whole", () => {
  fc.assert(
    fc.property(transcripts, fc.array(fc.nat(), { maxLength: 12 }), (transcript, places) => {
      const bytes = bytesOf(encodeTranscript(transcript));
      const cuts = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
      const parts = [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index]));
      expect(decodeInParts(parts)).toEqual(transcript);
    }),
  );
});

test("decoding with a cut at every byte equals decoding whole", () => {
  const encoder = new TranscriptEncoder(HEADER);
  const file = [
    encoder.piece({ text: "\uFEFFdata: 你", at: 1000 }),
    encoder.note("注"),
    encoder.piece({ text: "好\r\n\r\n:", at: 2000 }),
    encoder.piece({ text: "@😀", at: 3000 }),
    encoder.close({ kind: "end", at: 4000 }),
  ].join("");
  const whole = decode(file);
  expect(whole.pieces).toHaveLength(3);
  for (const parts of everyCut(bytesOf(file))) expect(decodeInParts(parts)).toEqual(whole);
});

/** What decoding gives: the transcript, or the error in its words. */
function outcomeOf(decoded: () => Transcript): unknown {
  try {
    return decoded();
  } catch (error) {
    if (error instanceof TranscriptError) return error.message;
    throw error;
  }
}

test("a spoilt file gives the same transcript, or the same error, whole and byte by byte", () => {
  const byte = fc.constantFrom(...bytesOf(":@ \n\r.019#e\u00e4"));
  const spoilt = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), byte), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(transcripts, spoilt, fc.boolean(), (transcript, changes, isLonger) => {
      const bytes = [...bytesOf(encodeTranscript(transcript))];
      const body = FIRST_LINE.length;
      for (const [share, value] of changes) {
        const at = body + Math.floor(share * Math.max(0, bytes.length - body));
        bytes.splice(at, isLonger ? 0 : 1, value);
      }
      const file = Uint8Array.from(bytes);
      const parts = bytes.map((one) => Uint8Array.of(one));
      expect(outcomeOf(() => decode(file))).toEqual(outcomeOf(() => decodeInParts(parts)));
    }),
    { numRuns: runs(500) },
  );
});

test("a file cut at any byte decodes to a beginning of its pieces", () => {
  fc.assert(
    fc.property(transcripts, (transcript) => {
      const bytes = bytesOf(encodeTranscript(transcript));
      const body = textOf(transcript);
      for (let length = 0; length < bytes.length; length++) {
        const cut = decode(bytes.subarray(0, length));
        expect(cut.closing).toBeNull();
        if (!body.startsWith(textOf(cut))) {
          throw new Error(`cut at ${length}: ${JSON.stringify(textOf(cut))} begins no ${body}`);
        }
        const sure = cut.pieces.slice(0, -1);
        expect(sure).toEqual(transcript.pieces.slice(0, sure.length));
        const last = cut.pieces.at(-1);
        if (last !== undefined && last.at !== null) {
          expect(last.at).toBe(transcript.pieces[sure.length]?.at ?? -1);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("a cut file loses no text that was written, but for a half line of ours and the LF before it", () => {
  const body = "data: a\n\ndata: 你\n";
  const file = `${FIRST_LINE}:@ 1.000 9\n${body}:@e`;
  expect(decode(file).pieces).toEqual([
    { text: "data: a\n\n", at: 1000 },
    { text: "data: 你\n", at: null },
  ]);
  const midLine = `${FIRST_LINE}:@ 1.000 6\ndata: 你\n`;
  const pieces = [
    { text: "data: ", at: 1000 },
    { text: "你", at: null },
  ];
  expect(decode(midLine).pieces).toEqual(pieces);
  expect(decode(`${midLine}:@ 2`).pieces).toEqual(pieces);
  // The first two of the three bytes of 你.
  expect(decode(bytesOf(midLine).subarray(0, -2)).pieces).toEqual(pieces.slice(0, 1));
});

test("a short last piece is as long as what is there", () => {
  expect(decode(`${FIRST_LINE}:@ 1.000 90\ndata: a\n:@@`).pieces).toEqual([
    { text: "data: a\n:@", at: 1000 },
  ]);
  // A lone colon may be the beginning of a line of ours.
  expect(decode(`${FIRST_LINE}:@ 1.000 90\ndata: a\n:`).pieces).toEqual([
    { text: "data: a\n", at: 1000 },
  ]);
  expect(decode(`${FIRST_LINE}:@ 1.000 90\n`).pieces).toEqual([]);
});

test("a header with a body and no markers is a transcript without times", () => {
  const transcript = {
    header: HEADER,
    pieces: [{ text: "data: a\n\n:@b\ndata: c\n\n", at: null }],
    notes: ["by hand"],
    closing: null,
  };
  const file = encodeTranscript(transcript);
  expect(file).toBe(`${FIRST_LINE}:@# by hand\ndata: a\n\n:@@b\ndata: c\n\n`);
  expect(decode(file)).toEqual(transcript);
});

test("a file that does not begin with :@transcript is a body, verbatim", () => {
  for (const body of ["data: a\n\n:@end 5\n:@@x\n", "\uFEFFdata: a\r\r", ":@ 1 5\n", ": ping\n"]) {
    const transcript = {
      header: null,
      pieces: [{ text: body, at: null }],
      notes: [],
      closing: null,
    };
    expect(decode(body)).toEqual(transcript);
    expect(encodeTranscript(transcript)).toBe(body);
    for (const parts of everyCut(bytesOf(body))) expect(decodeInParts(parts)).toEqual(transcript);
  }
});

test("a plain body is read as a live one: what is not UTF-8 comes as U+FFFD", () => {
  expect(textOf(decode(Uint8Array.of(0x61, 0xff, 0x62)))).toBe("a\uFFFDb");
});

test("an empty file, or one that was cut in its header, holds nothing", () => {
  for (let length = 0; length < FIRST_LINE.length; length++) {
    for (const bom of ["", "\uFEFF"]) {
      expect(decode(bom + FIRST_LINE.slice(0, length))).toEqual({
        header: null,
        pieces: [],
        notes: [],
        closing: null,
      });
    }
  }
});

test("encoder refuses a plain body that would be read as a transcript", () => {
  for (const text of [":@transcript {}\n", "\uFEFF:@transcript"]) {
    const transcript = { header: null, pieces: [{ text, at: null }], notes: [], closing: null };
    expect(() => encodeTranscript(transcript)).toThrow(RangeError);
  }
});

function events(text: string) {
  const splitter = new SseSplitter();
  const events = splitter.push(text);
  const unfinished = splitter.end();
  return { events, unfinished, lastEventId: splitter.lastEventId, retry: splitter.retry };
}

// The one exception: a `retry` field in a last line without its line end. A parser drops it in the body, and takes
// it in the file, where an LF is added.
test("a file and its body parse to the same server-sent events", () => {
  fc.assert(
    fc.property(transcripts, (transcript) => {
      const file = events(encodeTranscript(transcript));
      const body = events(textOf(transcript));
      if (!textOf(transcript).endsWith("\n")) body.retry = file.retry;
      expect(file).toEqual(body);
    }),
    { numRuns: runs(300) },
  );
});

const malformed: [file: string, problem: string][] = [
  [":@ 1.000\n", "line 2 has a marker without a length"],
  [":@ \n", "line 2 has a marker without a time"],
  [":@ 1.000 \n", "line 2 has a marker without a length"],
  [":@ 1.000 0\n", "line 2 has a marker with a length of 0"],
  [":@ 1.000 1 1\na", "line 2 has a marker with more than a time and a length"],
  [":@ 1.000 01\na", 'line 2 has a marker whose length is not a number of bytes: "01"'],
  [":@ 1.000 1e3\na", 'line 2 has a marker whose length is not a number of bytes: "1e3"'],
  [
    ":@ 1.000 99999999999\n",
    "line 2 has a piece of 99999999999 bytes, more than the limit of 67108864",
  ],
  ...["-1", "NaN", "Infinity", "1e3", "1.0001", ".5", "9007199254741.000"].map(
    (time): [string, string] => [
      `:@ ${time} 1\na`,
      `line 2 has a marker whose time is not milliseconds with up to three decimals: "${time}"`,
    ],
  ),
  [":@ 2 2\na\n:@ 1.5 2\nb\n", "line 4 has a time that goes back from 2.000 to 1.500"],
  [":@ 2 2\na\n:@end 1\n", "line 4 has a time that goes back from 2.000 to 1.000"],
  [":@ 1 2\n你\n:@ 1 2\n", "line 2 has a length that ends inside a character"],
  [":@ 1 8\na\n:@ 1 2\nb\n", "line 4 has a marker 6 bytes before the end of the piece of line 2"],
  [":@ 1 3\na\n:@end 2\n", "line 4 closes the body 1 bytes before the end of the piece of line 2"],
  [":@ 1 1\nabc\n:@end 2\n", "line 4 closes the body 2 bytes after the end of its last piece"],
  [
    ":@ 1 2\na\nb\n:@ 1 2\nc\n",
    "line 4 is text past the end of a piece: a marker has to stand before it",
  ],
  ["data: a\n:@end 2\n", "line 2 is text past the end of a piece: a marker has to stand before it"],
  [
    ":@ 1 2\na\n\n:@end 2\n",
    "line 4 is text past the end of a piece: a marker has to stand before it",
  ],
  [":@end\n", "line 2 has a closing line without a time"],
  [":@failed 1\n", 'line 2 has a failure without a JSON object of "code" and "message"'],
  [':@failed 1 {"code":1}\n', 'line 2 has a failure without a JSON object of "code" and "message"'],
  [":@failed\n", "line 2 has a closing line without a time"],
  [":@end 1\n\n", "line 3 stands after the closing line"],
  [":@end 1\n:@# note\n", "line 3 stands after the closing line"],
  [FIRST_LINE, "line 2 is a second header"],
  [
    ":@x\u001b\n",
    'line 2 is no line of a transcript: ":@x\\u001b" (a line of the body that begins with ":@" is written ":@@")',
  ],
  [
    `:@${"x".repeat(99)}\n`,
    `line 2 is no line of a transcript: ":@${"x".repeat(38)}…" (a line of the body that begins with ":@" is written ":@@")`,
  ],
  [
    ":@\n",
    'line 2 is no line of a transcript: ":@" (a line of the body that begins with ":@" is written ":@@")',
  ],
  [
    ":@#x\n",
    'line 2 is no line of a transcript: ":@#x" (a line of the body that begins with ":@" is written ":@@")',
  ],
  [":@ 1 2\r\n", "line 2 has a carriage return: the lines of a transcript end in LF alone"],
];
for (const [file, problem] of malformed) {
  test(`a file is malformed: ${problem}`, () => {
    expect(() => decode(FIRST_LINE + file)).toThrow(`Cannot read transcript "run.sse": ${problem}`);
  });
}

function run(extra: object = {}) {
  return { index: 0, warmup: false, scheduled_ms: null, sent_ms: 0, ...extra };
}

const headers: [header: string, problem: string][] = [
  ["", "has a header without JSON: :@transcript is followed by a space"],
  ["s {}", "has a header without JSON: :@transcript is followed by a space"],
  [" {", "has a header that is not JSON"],
  [" []", "has a header that is not a JSON object"],
  [" {}", 'has a header without "version"'],
  [' {"version":"1"}', 'has a header whose "version" is not a version number'],
  [' {"version":1.5}', 'has a header whose "version" is not a version number'],
  [' {"version":0}', 'has a header whose "version" is not a version number'],
  [' {"version":-1}', 'has a header whose "version" is not a version number'],
  [' {"version":1}', 'has a header without "recorded_at"'],
  ...Object.entries({
    'whose "recorded_at" is not a string': { recorded_at: 1 },
    'without "request"': { request: undefined },
    'whose "request" is not a JSON object': { request: [] },
    'without "request.url"': { request: { method: "GET", headers: {} } },
    'whose "request.headers" is not an object of strings': {
      request: { method: "GET", url: "", headers: { a: 1 } },
    },
    'without "response"': { response: undefined },
    'whose "response" is not a JSON object or null': { response: 200 },
    'whose "response.at_ms" is not a number of milliseconds': {
      response: { status: 200, headers: {}, at_ms: -1 },
    },
    'whose "run.sent_ms" is not a number of milliseconds': {
      // So many µs are no longer counted one by one.
      run: run({ sent_ms: 1e13 }),
    },
    'whose "run" is not a JSON object': { run: null },
    'whose "run.warmup" is not true or false': { run: run({ warmup: 1 }) },
    'whose "run.scheduled_ms" is not a number of milliseconds or null': {
      run: run({ scheduled_ms: "1" }),
    },
    'whose "replacement_characters" is not a whole number': { replacement_characters: 0.5 },
  }).map(([problem, fields]): [string, string] => [
    ` ${JSON.stringify({ ...HEADER, ...fields })}`,
    `has a header ${problem}`,
  ]),
];
for (const [header, problem] of headers) {
  test(`a file is malformed: line 1 ${problem}`, () => {
    expect(() => decode(`:@transcript${header}\n`)).toThrow(
      `Cannot read transcript "run.sse": line 1 ${problem}`,
    );
  });
}

test("a later version is refused with what to do", () => {
  expect(() => decode(':@transcript {"version":2}\n')).toThrow(
    'Cannot read transcript "run.sse": it is version 2, this toolkit reads version 1; update Streamgauge',
  );
});

test("an error names its file and line", () => {
  const error = (() => {
    try {
      return decode(`${FIRST_LINE}:@ 1.000 2\na\n:@ 2.000\n`);
    } catch (error) {
      return error;
    }
  })();
  expect(error).toBeInstanceOf(TranscriptError);
  expect(error).toMatchObject({ name: "TranscriptError", file: "run.sse", line: 4 });
});

test("text of a transcript that is not UTF-8 is an error", () => {
  const piece = Buffer.from(`${FIRST_LINE}:@ 1 4\na\xe4b\n`, "latin1");
  expect(() => decode(piece)).toThrow("line 2 has a piece that is not UTF-8");
  const note = Buffer.from(`${FIRST_LINE}:@# \xe4\n`, "latin1");
  expect(() => decode(note)).toThrow("line 2 is not UTF-8");
});

test("lines, notes and pieces past their limits are errors", () => {
  const limits = { name, maxLineBytes: 250, maxPieceBytes: 10 };
  const read = (file: string) => () => decodeTranscript(bytesOf(FIRST_LINE + file), limits);
  expect(FIRST_LINE.length).toBeLessThan(250);
  expect(read(`:@# ${"x".repeat(246)}\n`)).not.toThrow();
  expect(read(`:@# ${"x".repeat(247)}`)).toThrow("line 2 is longer than the limit of 250 bytes");
  expect(read(":@#\n".repeat(84))).toThrow("line 85 brings the notes past the limit of 250 bytes");
  expect(read(`:@ 1 10\n${"x".repeat(20)}`)).not.toThrow();
  expect(read(":@ 1 11\n")).toThrow("line 2 has a piece of 11 bytes, more than the limit of 10");
  expect(read(`:@ 1 1\n${"x".repeat(12)}`)).toThrow(
    "line 3 has text past the end of a piece, more than the limit of 10 bytes",
  );
});

test("a large piece that comes byte by byte is read in linear time and handed over once", () => {
  const text = `data: ${"x".repeat(200_000)}\n\n`;
  const file = bytesOf(FIRST_LINE + fileOf([text, "a", "b"]));
  const decoder = new TranscriptDecoder({ name });
  const found: TimedText[] = [];
  for (const byte of file) found.push(...decoder.push(Uint8Array.of(byte)));
  expect(found.map((piece) => piece.text)).toEqual([text, "a", "b"]);
});

test("many pieces inside one line are read in linear time", () => {
  const texts = Array.from({ length: 50_000 }, () => "x");
  expect(decode(FIRST_LINE + fileOf(texts)).pieces).toHaveLength(50_000);
});

test("the reader of docs/transcript-format.md reads what the encoder writes", async () => {
  const page = await Bun.file(new URL("../../docs/transcript-format.md", import.meta.url)).text();
  const [, code = ""] = /```js\n(.*?)```/s.exec(page) ?? [];
  const base64 = Buffer.from(code).toString("base64");
  const { readTranscript } = await import(`data:text/javascript;base64,${base64}`);
  fc.assert(
    fc.property(transcripts, (transcript) => {
      const { header, pieces, notes } = readTranscript(bytesOf(encodeTranscript(transcript)));
      const inMicroseconds = pieces.map(({ at, text }: { at: number; text: string }) => ({
        text,
        at: Math.round(at * 1000),
      }));
      expect({ header, pieces: inMicroseconds, notes }).toEqual({
        header: transcript.header,
        pieces: transcript.pieces,
        notes: transcript.notes,
      });
    }),
  );
});

test("the example of docs/transcript-format.md is a transcript", async () => {
  const page = await Bun.file(new URL("../../docs/transcript-format.md", import.meta.url)).text();
  const [, file = ""] = /```text\n(.*?)```/s.exec(page) ?? [];
  const transcript = decode(file);
  expect(encodeTranscript(transcript)).toBe(file);
  expect(transcript.pieces.map(({ at }) => at)).toEqual([183_402, 195_518, 195_913]);
});
