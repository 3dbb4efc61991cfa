import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { renderRequest } from "../../lib/report/request/dry_run.ts";
import { jsonText } from "../../lib/text/json_text.ts";
import { makeHarmless } from "../../lib/text/terminal_text.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";

test("JSON text holds nothing that a terminal obeys, and means the same", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = jsonText(value);
      expect(makeHarmless(text)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(JSON.parse(jsonText(value, { indent: 2 }))).toEqual(JSON.parse(text));
    }),
  );
  const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code));
  for (let start = 0; start < characters.length; start += 0x100) {
    const value = characters.slice(start, start + 0x100);
    const text = jsonText(value);
    expect(makeHarmless(text)).toBe(text);
    expect(JSON.parse(text)).toEqual(value);
  }
});

test("JSON text writes controls, turns of the reading order and invisible characters as escapes", () => {
  const text = "\u009b31m\u007f\u202e\u200e\u061c\u2028\ufeff你好 👩\u200d💻";
  expect(jsonText({ text })).toBe(
    '{"text":"\\u009b31m\\u007f\\u202e\\u200e\\u061c\\u2028\\ufeff你好 👩\u200d💻"}',
  );
});

test("a dry run shows what would steer a terminal, in its headers and in its body", () => {
  const request = chatRequest({
    baseUrl: "http://127.0.0.1/v1",
    model: "m\u009b",
    messages: [],
    key: null,
    headers: { "x-note": "a\u009b2J" },
  });
  const shown = renderRequest(request);
  expect(shown).toContain("x-note: a<U+009B>2J\n");
  expect(shown).toContain('"model": "m\\u009b"');
});
