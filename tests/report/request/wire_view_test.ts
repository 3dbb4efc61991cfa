import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  renderArrival,
  renderChunkSummary,
  type WireViewOptions,
} from "../../../lib/report/request/wire_view.ts";
import {
  messageEvents,
  responseEvents,
  type TypedEvent,
  typedStream,
} from "../../support/protocol_streams.ts";
import { chunk, DONE, event, readPieces, timed } from "../../support/read_pieces.ts";

/** The lines of `--wire` for these pieces. */
function lines(
  pieces: readonly (readonly [at: number | null, text: string])[],
  options: Partial<WireViewOptions> = {},
): string[] {
  const { arrivals } = readPieces(timed(...pieces));
  const view = { width: null, whole: false, language: "en", ...options } as const;
  return arrivals.map((arrival) => renderArrival(arrival, view));
}

function usage(completion_tokens: number) {
  return { usage: { prompt_tokens: 30, completion_tokens } };
}

const stream = [
  [183.402, chunk({ role: "assistant", content: "", reasoning_content: null }, usage(0))],
  [195.518, chunk({ content: "你好", reasoning_content: null }, usage(1))],
  [1246.2, chunk({ content: " world" }, usage(13))],
  [101_246.2, chunk({ content: "" }, { finish_reason: "stop", ...usage(13) })],
  [101_246.9, DONE],
] as const;

/** The lines for these events, one a millisecond. */
function linesOf(all: readonly TypedEvent[], view: Partial<WireViewOptions> = {}): string[] {
  return lines(
    all.map((one, at) => [100 + at, typedStream(one)] as const),
    view,
  );
}

test("wire lines of other protocols show what each event says, without its place", () => {
  const response = responseEvents("你好");
  expect(linesOf(response).map((line) => line.slice(line.indexOf("{")))).toEqual([
    '{"type":"response.created","response":{"status":"in_progress"}}',
    '{"type":"response.in_progress","response":{"status":"in_progress"}}',
    '{"type":"response.output_item.added","item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}',
    '{"type":"response.content_part.added","part":{"type":"output_text","text":""}}',
    '{"type":"response.output_text.delta","delta":"你好"}',
    '{"type":"response.output_text.done","text":"你好"}',
    '{"type":"response.content_part.done","part":{"type":"output_text","text":"你好"}}',
    '{"type":"response.output_item.done","item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"你好"}]}}',
    '{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":5,"output_tokens":2,"total_tokens":7}}}',
  ]);
  expect(linesOf(response)[4]).toStartWith("  +104 ms │ 你好           │           │ {");
  expect(linesOf(messageEvents("你好")).map((line) => line.slice(line.indexOf("{")))).toEqual([
    '{"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}',
    '{"type":"content_block_start","content_block":{"type":"text","text":""}}',
    '{"type":"content_block_delta","delta":{"type":"text_delta","text":"你好"}}',
    '{"type":"content_block_stop"}',
    '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}',
    '{"type":"message_stop"}',
  ]);
  expect(linesOf(response, { whole: true })[4]).toContain('"item_id":"msg_1","output_index":0');
});

test("wire lines show time, text, tokens and the choice of each chunk", () => {
  expect(lines(stream)).toEqual([
    '  +183 ms │                │           │ {"delta":{"role":"assistant","content":""}}',
    '  +196 ms │ 你好           │ 1 token   │ {"delta":{"content":"你好"}}',
    ' +1.246 s │  world         │ 12 tokens │ {"delta":{"content":" world"}}',
    '+101.25 s │                │           │ {"delta":{"content":""},"finish_reason":"stop"}',
    "+101.25 s │                │           │ [DONE]",
  ]);
});

test("wire lines in Chinese stand in the same columns", () => {
  expect(lines(stream, { language: "zh" }).slice(1, 3)).toEqual([
    '  +196 ms │ 你好           │ 1 token   │ {"delta":{"content":"你好"}}',
    ' +1.246 s │  world         │ 12 token  │ {"delta":{"content":" world"}}',
  ]);
});

test("wire gives a chunk without text its whole line before its JSON would be cut", () => {
  expect(lines(stream, { width: 80 })).toEqual([
    '  +183 ms │ {"delta":{"role":"assistant","content":""}}',
    '  +196 ms │ 你好           │ 1 token   │ {"delta":{"content":"你好"}}',
    ' +1.246 s │  world         │ 12 tokens │ {"delta":{"content":" world"}}',
    '+101.25 s │ {"delta":{"content":""},"finish_reason":"stop"}',
    "+101.25 s │                │           │ [DONE]",
  ]);
});

test("wire leaves the JSON of text out of a narrow terminal", () => {
  expect(lines(stream, { width: 50 })).toEqual([
    '  +183 ms │ {"delta":{"role":"assistant","content…',
    "  +196 ms │ 你好                       │ 1 token",
    " +1.246 s │  world                     │ 12 tokens",
    '+101.25 s │ {"delta":{"content":""},"finish_reaso…',
    "+101.25 s │ [DONE]",
  ]);
});

test("wire cuts text and JSON that are too long, Chinese ones too", () => {
  const long = "一二三四五六七八九十一二三四五六七八九十";
  expect(lines([[100, chunk({ content: long })]], { width: 80 })).toEqual([
    '  +100 ms │ 一二三四五六…  │           │ {"delta":{"content":"一二三四五六七八…',
  ]);
  expect(lines([[100, chunk({ content: long })]], { width: 44 })).toEqual([
    "  +100 ms │ 一二三四五六七八九… ",
  ]);
});

test("wire lines are never wider than the terminal", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "好", "😀", "\n", "\u001b", " ", '"') });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 140 }), fc.boolean(), (content, width, color) => {
      const dim = (text: string): string => (color ? `\u001b[2m${text}\u001b[22m` : text);
      const written = lines([[99_999, chunk({ content, reasoning_content: content })]], {
        width,
        dim,
      });
      for (const line of written) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test("wire shows line breaks and controls instead of obeying them", () => {
  const hostile = "a\n\tb\r\u001b[2J\u009b1m\u202e";
  const [pipe = ""] = lines([[100, chunk({ content: hostile })]]);
  expect(pipe).toBe(
    '  +100 ms │ a␊␉b␍␛[2J<U+0… │           │ {"delta":{"content":"a\\n\\tb\\r\\u001b[2J<U+009B>1m<U+202E>"}}',
  );
  const [whole = ""] = lines([[100, `data: {"x":\ndata:\t1,"y":"\u009b\u007f"}\n\n`]], {
    whole: true,
  });
  expect(whole).toBe('  +100 ms │                │           │ {"x":␊␉1,"y":"<U+009B>␡"}');
});

test("wire shows the whole data when asked, and cuts no line of it", () => {
  const text = chunk({ content: "Hi", reasoning_content: null }, { id: "x".repeat(60) });
  const data = text.slice("data: ".length, -2);
  expect(lines([[100, text]], { whole: true, width: 60 })).toEqual([
    `  +100 ms │ Hi             │           │ ${data}`,
  ]);
});

test("wire shows the index of a choice where it is not the first", () => {
  const choices = [0, 1].map((index) => ({ index, delta: { content: `${index}` } }));
  expect(lines([[100, event({ choices })]])).toEqual([
    '  +100 ms │ 01             │           │ {"delta":{"content":"0"}} {"index":1,"delta":{"content":"1"}}',
  ]);
});

test("wire shows chunks without choices as they are", () => {
  expect(lines([[100, event({ choices: [], usage: { completion_tokens: 2 } })]])).toEqual([
    '  +100 ms │                │ 2 tokens  │ {"choices":[],"usage":{"completion_tokens":2}}',
  ]);
});

test("wire shows an error that stands beside choices", () => {
  const failed = { choices: [{ delta: {}, finish_reason: "error" }], error: { message: "full" } };
  expect(lines([[100, event(failed)]])).toEqual([
    '  +100 ms │                │           │ {"choices":[{"delta":{},"finish_reason":"error"}],"error":{"message":"full"}}',
  ]);
});

test("wire names events that are no chunks", () => {
  const events = [[100, "data: : PROCESSING\n\ndata:\n\n"]] as const;
  expect(lines(events)).toEqual([
    "  +100 ms │                │ not JSON  │ : PROCESSING",
    "  +100 ms │                │ heartbeat",
  ]);
  expect(lines(events, { language: "zh" })).toEqual([
    "  +100 ms │                │ 非 JSON   │ : PROCESSING",
    "  +100 ms │                │ 心跳",
  ]);
});

function angled(text: string): string {
  return `<${text}>`;
}

test("wire lets reasoning and JSON stand back, not the answer", () => {
  const text = chunk({ reasoning_content: "hm", content: "Hi" });
  expect(lines([[100, text]], { dim: angled })).toEqual([
    '  +100 ms< │ ><hm>Hi        < │ >         < │ ><{"delta":{"reasoning_content":"hm","content":"Hi"}}>',
  ]);
});

test("wire shows no time where there is none, and text that only the end brings out", () => {
  expect(lines([[null, chunk({ content: "<thi" })]])).toEqual([
    '          │                │           │ {"delta":{"content":"<thi"}}',
    "          │ <thi          ",
  ]);
});

test("the closing sentence counts chunks and tells which ends are empty", () => {
  const sentences: [string, string, string][] = [
    ["", "no chunks", "没有数据块"],
    ["-", "1 chunk, none with text", "共 1 个数据块，都不带文本"],
    ["--", "2 chunks, none with text", "共 2 个数据块，都不带文本"],
    ["t", "1 chunk, 1 with text", "共 1 个数据块，其中 1 个带文本"],
    ["t-t", "3 chunks, 2 with text", "共 3 个数据块，其中 2 个带文本"],
    [
      "-t",
      "2 chunks, 1 with text; the first is empty",
      "共 2 个数据块，其中 1 个带文本；第一块为空",
    ],
    [
      "t-",
      "2 chunks, 1 with text; the last is empty",
      "共 2 个数据块，其中 1 个带文本；最后一块为空",
    ],
    [
      "-tttttttttt-",
      "12 chunks, 10 with text; the first and the last are empty",
      "共 12 个数据块，其中 10 个带文本；首尾两块为空",
    ],
    [
      "-tt--",
      "5 chunks, 2 with text; the first and the last 2 are empty",
      "共 5 个数据块，其中 2 个带文本；第一块和最后 2 块为空",
    ],
    [
      "--t",
      "3 chunks, 1 with text; the first 2 are empty",
      "共 3 个数据块，其中 1 个带文本；前 2 块为空",
    ],
  ];
  for (const [chunks, en, zh] of sentences) {
    const stream = Array.from(chunks, (kind) => chunk({ content: kind === "t" ? "hi" : "" }));
    const { reading } = readPieces(timed([1, stream.join("")])).result;
    expect(renderChunkSummary(reading.chunks, "en")).toBe(en);
    expect(renderChunkSummary(reading.chunks, "zh")).toBe(zh);
  }
});

test("wire lines show a character that two chunks share on the line of its second half", () => {
  expect(
    lines([
      [1, chunk({ content: "hi \ud83d" })],
      [2, chunk({ content: "\ude0a!" })],
      [3, DONE],
    ]),
  ).toEqual([
    ' +1.00 ms │ hi             │           │ {"delta":{"content":"hi \\ud83d"}}',
    ' +2.00 ms │ 😊!            │           │ {"delta":{"content":"\\ude0a!"}}',
    " +3.00 ms │                │           │ [DONE]",
  ]);
});

test("wire lines show a line that is no field as one of its own kind", () => {
  const stray = `upstream connect error\n{"choices":[{"delta":{"content":"Hi"}}]}\n`;
  expect(lines([[1, `${chunk({ content: "a" })}${stray}${DONE}`]])).toEqual([
    ' +1.00 ms │ a              │           │ {"delta":{"content":"a"}}',
    " +1.00 ms │                │ no field  │ upstream connect error",
    ' +1.00 ms │ Hi             │ no field  │ {"choices":[{"delta":{"content":"Hi"}}]}',
    " +1.00 ms │                │           │ [DONE]",
  ]);
  const [, line] = lines([[1, `${chunk({ content: "a" })}${stray}`]], { language: "zh" });
  expect(line).toBe(" +1.00 ms │                │ 非字段    │ upstream connect error");
});
