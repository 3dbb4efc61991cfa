import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { makeHarmless, TerminalFilter } from "../../lib/text/terminal_text.ts";

function filtered(parts: readonly string[]): string {
  const filter = new TerminalFilter();
  return parts.map((part) => filter.push(part)).join("") + filter.end();
}

/** Text in which what the filter looks for is common. */
const hostileText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\r", "\n", "\t", "\u001b", "\u009b", "\u202e", "\u2066", "\ud83d", "\ude00"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 20,
});

test("terminal filter leaves ordinary text alone", () => {
  for (const text of ["", "a\tb\nc", "你好，世界", "👩‍👩‍👧‍👦 e\u0301", "line\r\nline\r\n"]) {
    expect(makeHarmless(text)).toBe(text);
    expect(filtered([text])).toBe(text);
  }
});

test("terminal filter shows control sequences instead of obeying them", () => {
  expect(makeHarmless("\u001b[2J\u001b[31mred")).toBe("␛[2J␛[31mred");
  expect(makeHarmless("\u001b]0;title\u0007")).toBe("␛]0;title␇");
  expect(makeHarmless("\u001b]52;c;aGk=\u001b\\")).toBe("␛]52;c;aGk=␛\\");
  expect(makeHarmless("a\b\u0000\v\f\u007f")).toBe("a␈␀␋␌␡");
  expect(makeHarmless("\u009b31m\u0085")).toBe("<U+009B>31m<U+0085>");
});

test("terminal filter does not let a line be overwritten", () => {
  expect(makeHarmless("safe\rrm -rf")).toBe("safe␍rm -rf");
  expect(makeHarmless("a\r\r\nb\r")).toBe("a␍\r\nb␍");
});

test("terminal filter shows what turns the reading order or ends lines, and leaves letters alone", () => {
  expect(makeHarmless("if \u202e\u2066admin\u2069")).toBe("if <U+202E><U+2066>admin<U+2069>");
  expect(makeHarmless("a\u200e\u200f\u061c\u2028\u2029")).toBe(
    "a<U+200E><U+200F><U+061C><U+2028><U+2029>",
  );
  const letters = "السلام عليكم (HTTP), שלום! 👩‍💻 می‌خواهم";
  expect(makeHarmless(letters)).toBe(letters);
});

test("terminal filter holds back what the next piece may complete", () => {
  const filter = new TerminalFilter();
  expect(filter.push("a\r")).toBe("a");
  expect(filter.push("")).toBe("");
  expect(filter.push("\nb\r")).toBe("\r\nb");
  expect(filter.push("\r")).toBe("␍");
  expect(filter.push("c\ud83d")).toBe("␍c");
  expect(filter.push("\ude00")).toBe("😀");
  expect(filter.push("\r")).toBe("");
  expect(filter.end()).toBe("␍");
  expect(filter.end()).toBe("");
});

test("terminal filter gives the same for text cut anywhere", () => {
  const text = "a\r\nb\rc\u001b[31m😀\r\n\u009b你\r";
  for (let cut = 0; cut <= text.length; cut++) {
    expect(filtered([text.slice(0, cut), text.slice(cut)])).toBe(makeHarmless(text));
  }
  expect(filtered(text.split(""))).toBe(makeHarmless(text));
  fc.assert(
    fc.property(fc.array(hostileText), (parts) => {
      expect(filtered(parts)).toBe(makeHarmless(parts.join("")));
    }),
  );
});

test("terminal filter lets no control through and changes nothing twice", () => {
  fc.assert(
    fc.property(fc.array(hostileText), (parts) => {
      const shown = filtered(parts);
      expect(shown.replaceAll("\r\n", "")).not.toMatch(
        /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u,
      );
      expect(makeHarmless(shown)).toBe(shown);
    }),
  );
});
