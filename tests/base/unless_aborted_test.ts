import { expect, test } from "bun:test";
import { unlessAborted } from "../../lib/base/unless_aborted.ts";

const never = new Promise<never>(() => {});

test("what is waited for comes through, and so does its error", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
  expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
});

test("an abort ends the wait with its reason, before or while", async () => {
  const stop = new AbortController();
  const waited = unlessAborted(never, stop.signal);
  stop.abort("enough");
  expect(await waited.catch((reason: unknown) => reason)).toBe("enough");
  const late = unlessAborted(Promise.resolve(1), stop.signal);
  expect(await late.catch((reason: unknown) => reason)).toBe("enough");
});

test("what fails after the abort is nobody's business", async () => {
  const stop = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const waited = unlessAborted(promise, stop.signal);
  stop.abort("enough");
  // Unhandled, it would fail this test.
  reject(new Error("late"));
  expect(await waited.catch((reason: unknown) => reason)).toBe("enough");
});
