import { expect, test } from "bun:test";
import { renderMessage, UserError } from "../../lib/base/message.ts";

const message = {
  cause: { en: "Cannot ask: there is no question", zh: "无法提问：没有问题内容" },
  step: { en: "See --help", zh: "请查看 --help" },
};

test("a message is its cause and, on a line of its own, its step", () => {
  expect(renderMessage(message, "en")).toBe("Cannot ask: there is no question\nSee --help");
  expect(renderMessage(message, "zh")).toBe("无法提问：没有问题内容\n请查看 --help");
});

test("a message without a step is one line", () => {
  expect(renderMessage({ cause: message.cause }, "zh")).toBe("无法提问：没有问题内容");
});

test("a user error carries its message and exits with 2 unless it says otherwise", () => {
  const error = new UserError(message);
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.message]).toEqual([
    "UserError",
    "Cannot ask: there is no question\nSee --help",
  ]);
  expect(error.userMessage).toBe(message);
  expect(error.exitCode).toBe(2);
  expect(new UserError(message, { exitCode: 5 }).exitCode).toBe(5);
});
