import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { inspectKey, type KeyFault, type KeyRepair } from "../../lib/settings/key.ts";
import { renderMessage } from "../../lib/base/message.ts";
import { keyFaulty, keyRepaired } from "../../lib/settings/messages/keys.ts";

/** What was found, or the key as it will be sent. */
function look(value: string, options: { cutAtHash?: boolean; local?: boolean } = {}): string {
  const inspection = inspectKey(value, options);
  if (!inspection.usable) return inspection.fault;
  return [inspection.key.reveal(), ...inspection.repairs].join(" | ");
}

test("key without a flaw is taken as it is", () => {
  for (const key of [
    "sk-2f9c41d07be3a5",
    "gsk_9Qw3eR5tY7uI",
    "9f86d081884c7d65.aB3dE6gH9jK2",
    "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "sk-or-v1-0b1d3f5a7c9e",
    "k9$mB#4=w/+~!",
  ]) {
    expect(look(key)).toBe(key);
  }
});

test("key is trimmed, unquoted and freed of Bearer, and each repair is named", () => {
  expect(look("  sk-2f9c41d0\r\n")).toBe("sk-2f9c41d0 | outer blanks");
  expect(look("\uFEFFsk-2f9c41d0\u200B")).toBe("sk-2f9c41d0 | outer blanks");
  expect(look("'sk-2f9c41d0'")).toBe("sk-2f9c41d0 | quotes");
  expect(look("“sk-2f9c41d0”")).toBe("sk-2f9c41d0 | quotes");
  expect(look("Bearer sk-2f9c41d0")).toBe("sk-2f9c41d0 | bearer");
  expect(look("Authorization: bearer  sk-2f9c41d0")).toBe("sk-2f9c41d0 | bearer");
  expect(look(' "Bearer sk-2f9c41d0" ')).toBe("sk-2f9c41d0 | outer blanks | quotes | bearer");
  expect(look("Bearer 'sk-2f9c41d0'")).toBe("sk-2f9c41d0 | bearer | quotes");
});

test("key with a quote that has no partner is faulty", () => {
  for (const value of ['"sk-2f9c41d0', "sk-2f9c41d0'", "`sk-2f9c41d0", `"sk-2f9c41d0'`]) {
    expect([value, look(value)]).toEqual([value, "quote"]);
  }
});

test("placeholders of templates and tutorials are no keys", () => {
  for (const value of [
    "sk-xxx",
    "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
    "SK-XXXX",
    "xxxxxxxx",
    "sk-proj-xxxxx",
    "sk-...",
    "sk-…",
    "********",
    "sk-****************",
    "your-api-key",
    "YOUR_API_KEY",
    "your_siliconflow_api_key",
    "YOUR_API_KEY_FROM_CLOUD_SILICONFLOW_CN",
    "sk-your-key-here",
    "my-api-key",
    "<your key>",
    "<API_KEY>",
    "[key]",
    "{{api_key}}",
    "${OPENAI_API_KEY}",
    "$OPENAI_API_KEY",
    "%OPENAI_API_KEY%",
    "SILICONFLOW_API_KEY",
    "changeme",
    "undefined",
    "你的key",
    "sk-你的密钥",
    "您的 API Key",
    "在此填入密钥",
    '"sk-xxx"',
  ]) {
    expect([value, look(value)]).toEqual([value, "placeholder"]);
  }
});

test("key with a flaw that cannot be repaired is refused with its name", () => {
  const faults: [string, KeyFault][] = [
    ["", "empty"],
    ["''", "empty"],
    ["Bearer ", "empty"],
    ["sk-2f9c 41d07be3", "blank"],
    ["sk-2f9c\t41d07be3", "blank"],
    ["sk-2f9c\n41d07be3", "line break"],
    ["sk-2f9c\u000041d07be3", "control character"],
    ["sk-2f9c\u001b[0m41d0", "control character"],
    ["sk-2f9с41d07be3", "foreign letter"],
    ["ｓｋ－2f9c41d0", "foreign letter"],
    ["sk-2f9c\u200B41d07be3", "foreign letter"],
    ["SILICONFLOW_API_KEY=sk-2f9c41d0", "assignment"],
    ["export OPENAI_API_KEY=sk-2f9c41d0", "assignment"],
    ["https://api.siliconflow.cn/v1", "url"],
    ["sk-2f9c", "too short"],
  ];
  for (const [value, fault] of faults) expect([value, look(value)]).toEqual([value, fault]);
});

test("key that a # cut off is refused even when the rest looks well", () => {
  expect(look("sk-2f9c41d0", { cutAtHash: true })).toBe("cut at #");
});

test("any word is enough for a server on this machine", () => {
  expect(look("abc", { local: true })).toBe("abc");
  expect(look("your-api-key", { local: true })).toBe("your-api-key");
  expect(look("a bc", { local: true })).toBe("blank");
});

test("inspecting a repaired key again changes nothing", () => {
  const parts = [
    "sk-2f9c",
    "41d0",
    '"',
    "'",
    "“",
    "”",
    " ",
    "\n",
    "Bearer ",
    "x",
    "-",
    "\u200B",
    "钥",
  ];
  const values = fc
    .array(fc.constantFrom(...parts), { maxLength: 12 })
    .map((list) => list.join(""));
  fc.assert(
    fc.property(values, (value) => {
      const first = inspectKey(value);
      if (!first.usable) return;
      expect(inspectKey(first.key.reveal())).toMatchObject({ usable: true, repairs: [] });
      expect(first.key.reveal()).toMatch(/^[!-~]{8,}$/);
    }),
  );
});

test("key wrapped in quotes, blanks and Bearer comes out as it was", () => {
  const letters = [..."ABCDEFGHJKLMNPQRSTUVWYZabcdefghjklmnopqrstuvwyz0123456789-_"];
  const key = fc
    .string({ unit: fc.constantFrom(...letters), minLength: 20, maxLength: 40 })
    .map((text) => `sk-${text}`)
    .filter((text) => inspectKey(text).usable);
  const wrap = fc.constantFrom<(text: string) => string>(
    (text) => ` ${text}\r`,
    (text) => `"${text}"`,
    (text) => `'${text}'`,
    (text) => `Bearer ${text}`,
  );
  fc.assert(
    fc.property(key, fc.array(wrap, { maxLength: 4 }), (text, wraps) => {
      const inspection = inspectKey(wraps.reduce((inner, wrapping) => wrapping(inner), text));
      expect(inspection.usable && inspection.key.reveal()).toBe(text);
    }),
  );
});

test("messages on keys say what is wrong in both languages", () => {
  const source = { kind: "file", path: "/home/me/.env" } as const;
  const faults: KeyFault[] = [
    "empty",
    "placeholder",
    "assignment",
    "url",
    "control character",
    "line break",
    "blank",
    "foreign letter",
    "too short",
    "cut at #",
  ];
  const shown = faults.map((fault) => {
    const { cause } = keyFaulty("OPENAI_API_KEY", { source, fault });
    return `${cause.en.replace(/^.*: /, "")} / ${cause.zh.replace(/^.*：/, "")}`;
  });
  expect(shown).toEqual([
    "it is empty once quotes and blanks are gone / 它去掉引号和空白后为空",
    "it is a placeholder, not a key / 它是占位文字，不是密钥",
    "it holds a whole NAME=KEY line / 它包含了整行 变量名=密钥",
    "it is a URL, not a key / 它是网址，不是密钥",
    "it holds a control character / 它含有控制字符",
    "it holds a line break / 它含有换行",
    "it holds a blank / 它中间含有空白",
    "it holds a character that no key has, such as a Chinese or full-width one / 它含有密钥中不会出现的字符，例如中文或全角字符",
    "it is too short for a key / 它太短，不像是密钥",
    'it was cut off at a "#" / 它在 "#" 处被截断',
  ]);
  const cut = keyFaulty("OPENAI_API_KEY", { source, fault: "cut at #" });
  expect(renderMessage(cut, "en")).toBe(
    'Cannot use the key in OPENAI_API_KEY (/home/me/.env): it was cut off at a "#"\n' +
      "In .env a # begins a comment: put the key in single quotes",
  );
  const repairs: KeyRepair[] = ["outer blanks", "quotes", "bearer"];
  const repaired = keyRepaired("OPENAI_API_KEY", { source: { kind: "exported" }, repairs });
  expect(renderMessage(repaired, "en")).toBe(
    'The key in OPENAI_API_KEY (the environment) is used without the blanks around it, quotes around it, "Bearer" before it',
  );
  expect(renderMessage(repaired, "zh")).toBe(
    '使用 OPENAI_API_KEY（环境变量）中的密钥时已去掉首尾的空白、外层的引号、开头的 "Bearer"',
  );
});
