import { expect, test } from "bun:test";
import { usedUp } from "../../lib/chat/used_up.ts";
import type { Failure } from "../../lib/measure/outcome.ts";

function of(message: string, given: Partial<Failure> = {}) {
  return usedUp({ kind: "busy", status: 429, code: null, ...given, message });
}

test("what is used up in the account is known, in the words of many endpoints", () => {
  for (const message of [
    "Your account org-x is suspended due to insufficient balance, please recharge your account",
    "You exceeded your current quota, please check your plan and billing details",
    "Insufficient Balance",
    "insufficient_user_quota",
    "You have used up your quota",
    "Your credit balance is too low to access the API",
    "Quota exceeded",
    "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.",
    "This request would exceed your workspace's monthly spend limit",
    "账户余额不足",
    "您的账户已欠费，请充值",
    "令牌额度不足",
    "配额已用尽",
  ]) {
    expect(of(message), message).toBe("account");
  }
  for (const code of ["insufficient_quota", "exceeded_current_quota_error", "billing_not_active"]) {
    expect(of("no", { code }), code).toBe("account");
  }
  expect(of("", { kind: "status", status: 402 })).toBe("account");
  expect(of("余额不足", { kind: "status", status: 403 })).toBe("account");
});

test("a limit of the day is known apart from the account", () => {
  for (const message of [
    "Rate limit reached: Limit 200 requests per day (RPD)",
    "You have used up your daily quota",
    "当日请求次数已达上限",
  ]) {
    expect(of(message), message).toBe("daily");
  }
});

test("nothing is used up where the endpoint is only busy, or has failed otherwise", () => {
  for (const message of [
    "",
    "Rate limit reached for requests per min (RPM): Limit 3",
    "Quota exceeded for quota metric 'Generate requests' and limit 'requests per minute'",
    "Request was rejected due to rate limiting. Details: TPM limit reached.",
    "System is too busy now. Please try again later.",
    "请求过于频繁，请稍后再试",
  ]) {
    expect(of(message), message).toBeNull();
  }
  expect(of("insufficient balance", { kind: "endpoint", status: 200 })).toBeNull();
});
