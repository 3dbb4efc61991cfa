import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { normalisePrettyPrinted } from "../../lib/transcript/pretty.ts";
import { SseSplitter } from "../../lib/wire/sse.ts";

const lesson = await Bun.file(new URL("../fixtures/lesson-pretty.txt", import.meta.url)).text();

function dataOf(body: string): string[] {
  return new SseSplitter().push(body).map(({ data }) => data);
}

test("pretty-printed teaching material becomes a valid event stream", () => {
  const body = normalisePrettyPrinted(lesson)?.body ?? "";
  const data = dataOf(body);
  expect(data).toHaveLength(13);
  expect(data.at(-1)).toBe("[DONE]");
  const chunks = data.slice(0, -1).map((text) => JSON.parse(text));
  expect(chunks.map((chunk) => chunk.choices[0].delta.content).join("")).toBe(
    "你好！有什么问题或者需要帮助的吗？",
  );
  expect(chunks.at(-1).usage).toEqual({
    prompt_tokens: 30,
    completion_tokens: 10,
    total_tokens: 40,
  });
});

test("the first event of the lesson stands on one line", () => {
  expect(normalisePrettyPrinted(lesson)?.body.split("\n").slice(0, 2)).toEqual([
    'data: {"id":"019a8fdafd091c809cf14705cced6e75","object":"chat.completion.chunk","created":1763350084,"model":"Qwen/Qwen2.5-7B-Instruct","choices":[{"index":0,"delta":{"content":"","reasoning_content":null,"role":"assistant"},"finish_reason":null}],"system_fingerprint":"","usage":{"prompt_tokens":30,"completion_tokens":0,"total_tokens":30}}',
    "",
  ]);
});

test("JSON keeps its numbers, the order of its keys and the text of its strings", () => {
  const pretty = `data: {
    "10": 1.0, "2" :\t1e400,
    "same": 12345678901234567890,
    "same": "a  {\\"b\\" \\\\",
    "\\u4f60":[ ]
  }\n\n`;
  expect(normalisePrettyPrinted(pretty)?.body).toBe(
    'data: {"10":1.0,"2":1e400,"same":12345678901234567890,"same":"a  {\\"b\\" \\\\","\\u4f60":[]}\n\n',
  );
});

test("lines outside pretty-printed JSON stay as they are", () => {
  expect(
    normalisePrettyPrinted(
      ': ping {\nevent: x\nid: 1\ndata: [\n1\n]\nretry: 5\n\ndata: {"a":  1}\n\ndata: [DONE]',
    ),
  ).toEqual({
    body: ': ping {\nevent: x\nid: 1\ndata: [1]\nretry: 5\n\ndata: {"a":  1}\n\ndata: [DONE]',
  });
});

test("line ends of CR LF and a BOM stay", () => {
  expect(normalisePrettyPrinted('\uFEFFdata:{\r\n"a":1\r\n}\r\n\r\ndata: [DONE]\r\n')?.body).toBe(
    '\uFEFFdata:{"a":1}\r\n\r\ndata: [DONE]\r\n',
  );
});

test("a pretty-printed event gets its blank line when the next one follows at once", () => {
  const body = normalisePrettyPrinted(
    'data: {\n"a":1\n}\ndata: {\n"b":2\n}\ndata: [DONE]\n\n',
  )?.body;
  expect(dataOf(body ?? "")).toEqual(['{"a":1}', '{"b":2}', "[DONE]"]);
});

test("a last event that was cut stays as it is", () => {
  expect(normalisePrettyPrinted('data: {\n"a":1\n}\n\ndata: {\n"b":')?.body).toBe(
    'data: {"a":1}\n\ndata: {\n"b":',
  );
});

const notPretty = {
  "an empty text": "",
  "a valid event stream": 'data: {"a":{\ndata: "b":1}}\n\ndata: [DONE]\n\n',
  "JSON without data:": '{\n"a":1\n}\n',
  "a broken line": "data: {\n\ndata: [DONE]\n\n",
  "brackets that are no JSON": "data: {\n...\n}\n\n",
};
for (const [what, text] of Object.entries(notPretty)) {
  test(`${what} is not the pretty-printed form`, () => {
    expect(normalisePrettyPrinted(text)).toBeNull();
  });
}

test("any JSON object printed over several lines gives the compact form back", () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { minKeys: 1 }), {
        minLength: 1,
      }),
      fc.integer({ min: 1, max: 4 }),
      (values, indent) => {
        const form = (space: number) =>
          values.map((value) => `data: ${JSON.stringify(value, null, space)}\n\n`).join("");
        expect(normalisePrettyPrinted(form(indent))?.body).toBe(form(0));
      },
    ),
  );
});

test("a line that was cut inside a string of escaped quotes is read in one pass", () => {
  expect(normalisePrettyPrinted(`data: {"a":"${'\\\\"'.repeat(2_000_000)}\n`)).toBeNull();
});

test("many broken blocks are read in linear time", () => {
  const text = "data: {\n".repeat(200_000);
  expect(normalisePrettyPrinted(text)).toBeNull();
});
