import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import { type Check, check } from "../../lib/doctor/check.ts";
import type { Language } from "../../lib/base/message.ts";
import { checksJson, renderCheck, renderSummary } from "../../lib/doctor/report.ts";

const step = { en: "Unset it", zh: "请取消" };
const checks: readonly Check[] = [
  check("bun", { status: "ok", message: { cause: { en: "1.4.5", zh: "1.4.5" }, step } }),
  check("dns", { status: "skipped", message: { cause: { en: "an address", zh: "是地址" } } }),
  check("proxy", { status: "warning", message: { cause: { en: "odd", zh: "奇怪" }, step } }),
  check("tcp", {
    status: "error",
    message: { cause: { en: "a\u001b[2Jb", zh: "拒绝" }, step },
    took: 12_345,
    exitCode: 5,
  }),
];
const colors = createColors(false);

function lines(language: Language): string {
  return checks.map((check) => renderCheck(check, { language, ascii: false, colors })).join("\n");
}

function summary(some: readonly Check[], online = true): string[] {
  return (["en", "zh"] as const).map((language) => renderSummary(some, { language, online }));
}

test("report in English and in Chinese", () => {
  expect(lines("en")).toBe(
    [
      "✓ Bun         1.4.5",
      "– DNS         an address",
      "! proxy       odd",
      "              → Unset it",
      "✗ connection  a␛[2Jb (12.3 ms)",
      "              → Unset it",
    ].join("\n"),
  );
  expect(lines("zh")).toBe(
    [
      "✓ Bun         1.4.5",
      "– 域名解析    是地址",
      "! 代理        奇怪",
      "              → 请取消",
      "✗ 连接        拒绝 (12.3 ms)",
      "              → 请取消",
    ].join("\n"),
  );
});

test("marks are ASCII on a dumb terminal", () => {
  const marks = checks.map((check) => renderCheck(check, { language: "en", ascii: true, colors }));
  expect(marks.map((line) => line.charAt(0)).join("")).toBe("+-!x");
  expect(marks[3]).toEndWith("\n              -> Unset it");
});

test("last line counts what is not well", () => {
  expect(summary(checks)).toEqual(["1 problem, 1 warning", "1 个问题，1 个警告"]);
  expect(summary(checks.slice(0, 3))).toEqual(["No problem, 1 warning", "没有问题，1 个警告"]);
  expect(summary(checks.slice(0, 2))).toEqual(["All is well", "一切正常"]);
  expect(summary(checks.slice(0, 1), false)).toEqual([
    "All is well. Nothing was sent; --online tries the endpoint, with a request of one token",
    "一切正常。没有发送任何请求；--online 会实际测试接口，请求一个 token",
  ]);
});

test("JSON has a value for every field", () => {
  const json = checksJson(checks.slice(1), { language: "en", interrupted: false });
  expect(json.ok).toBe(false);
  expect(json.checks[0]).toEqual({
    id: "dns",
    status: "skipped",
    message: "an address",
    step: null,
    took_ms: null,
  });
  expect(json.checks[2]).toMatchObject({ step: "Unset it", took_ms: 12.345 });
  expect(checksJson(checks.slice(0, 1), { language: "en", interrupted: false }).ok).toBe(true);
  expect(checksJson(checks.slice(0, 1), { language: "en", interrupted: true }).ok).toBe(false);
});
