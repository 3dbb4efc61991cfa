import { expect, test } from "bun:test";
import { readFault, readSimulation, readSplit } from "../../lib/server/values.ts";
import { renderMessage, UserError } from "../../lib/base/message.ts";

/** The message in both languages. */
function refusal(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [renderMessage(error.userMessage, "en"), renderMessage(error.userMessage, "zh")];
  }
  throw new Error("it was taken");
}

function fault(text: string): unknown {
  return readFault({ flag: "--fault", text });
}

function split(text: string): unknown {
  return readSplit({ flag: "--split", text });
}

function simulation(text: string): unknown {
  return readSimulation({ flag: "--simulate", text });
}

test("each kind of fault reads with its values and its defaults", () => {
  expect(fault("status:429:retry-after=2")).toEqual({
    kind: "status",
    status: 429,
    headers: { "retry-after": "2" },
  });
  expect(fault("status:503")).toEqual({ kind: "status", status: 503, headers: {} });
  expect(fault("cut:after=50%")).toEqual({ kind: "cut", after: { share: 0.5 } });
  expect(fault("cut")).toEqual({ kind: "cut", after: { share: 0.5 } });
  expect(fault("cut:after=3")).toEqual({ kind: "cut", after: { events: 3 } });
  expect(fault("reset")).toEqual({ kind: "reset", after: null });
  expect(fault("reset:after=0")).toEqual({ kind: "reset", after: { events: 0 } });
  expect(fault("stall:after=3:for=5s")).toEqual({
    kind: "stall",
    after: { events: 3 },
    for: 5_000_000,
  });
  expect(fault("slow-head:3s")).toEqual({ kind: "slow-head", for: 3_000_000 });
  expect(fault("error-event")).toEqual({ kind: "error-event", after: { share: 0.5 } });
  expect(fault("early-end")).toEqual({ kind: "early-end", after: { share: 0.5 } });
  expect(fault("cut:after=arguments")).toEqual({ kind: "cut", after: { in: "arguments" } });
  expect(fault("malformed:after=3")).toEqual({ kind: "malformed", after: { events: 3 } });
  expect(fault("no-done")).toEqual({ kind: "no-done" });
});

test("any fault takes a share and a seed, in any order", () => {
  expect(fault("reset:share=10%:seed=7")).toEqual({
    kind: "reset",
    after: null,
    share: 0.1,
    seed: 7,
  });
  expect(fault("status:seed=-1:500:share=0.25")).toMatchObject({
    status: 500,
    share: 0.25,
    seed: -1,
    headers: {},
  });
  expect(fault("no-done:share=100%")).toEqual({ kind: "no-done", share: 1 });
});

test("a fault that cannot be read is refused, with what was likely meant", () => {
  expect(refusal(() => fault("stal:for=5s"))).toEqual([
    '--fault must be one of status, cut, early-end, reset, stall, slow-head, error-event, malformed, no-done, got "stal"; did you mean stall?',
    '--fault 必须是 status、cut、early-end、reset、stall、slow-head、error-event、malformed、no-done 之一，却给了 "stal"，是不是想写 stall？',
  ]);
  expect(refusal(() => fault("cut:aftr=3"))[0]).toBe(
    '--fault cut must be one of after=, share=, seed=, got "aftr=3"; did you mean after=?',
  );
  expect(refusal(() => fault("stall:after=3"))).toEqual([
    "--fault stall lacks a value; write it as in stall:after=3:for=5s",
    "--fault stall 缺少值，应写成类似 stall:after=3:for=5s",
  ]);
  expect(refusal(() => fault("status"))[0]).toContain("write it as in status:429");
  expect(refusal(() => fault("status:99"))[0]).toBe(
    "--fault status must be from 200 to 599, got 99",
  );
  expect(refusal(() => fault("status:429:retry-after=\n"))[0]).toStartWith(
    "--fault status cannot send this as a header",
  );
  expect(refusal(() => fault("slow-head:3"))[0]).toContain("--fault slow-head 3 has no unit");
  expect(refusal(() => fault("cut:after=half"))).toEqual([
    '--fault cut:after must be a number of events, a share of the body such as 50%, or arguments, got "half"',
    '--fault cut:after 必须是事件个数、响应体的百分比（例如 50%），或 arguments，却给了 "half"',
  ]);
  expect(refusal(() => fault("cut:after=101%"))[0]).toContain('got "101%"');
  expect(refusal(() => fault("reset:share=10"))).toEqual([
    '--fault reset:share must be a share of the requests such as 10%, got "10"',
    '--fault reset:share 必须是请求的百分比，例如 10%，却给了 "10"',
  ]);
  expect(refusal(() => fault("cut:after=1:after=2"))[0]).toBe("--fault cut:after is given twice");
  expect(refusal(() => fault("reset:seed=x"))[0]).toBe(
    '--fault reset:seed must be a number, got "x"',
  );
});

test("cuts are at events, every N bytes, or by a seed", () => {
  expect(split("event")).toEqual({ kind: "event" });
  expect(split("7")).toEqual({ kind: "bytes", length: 7 });
  expect(split("random:3")).toEqual({ kind: "random", seed: 3 });
  expect(refusal(() => split("0"))[0]).toBe("--split must be at least 1, got 0");
  expect(refusal(() => split("1.5"))[0]).toBe("--split must be a whole number, got 1.5");
  expect(refusal(() => split("random:"))[0]).toBe('--split random must be a number, got ""');
  expect(refusal(() => split("byte"))).toEqual([
    '--split must be event, a number of bytes, or random:SEED, got "byte"',
    '--split 必须是 event、字节数或 random:SEED，却给了 "byte"',
  ]);
});

test("a simulated model reads with its defaults", () => {
  expect(simulation("ttft=1s,tps=50,tokens=20,jitter=0,chunk=2,reasoning=5,concurrency=4")).toEqual(
    {
      model: { ttft: 1_000_000, tps: 50, tokens: 20, jitter: 0, chunk: 2, reasoning: 5 },
      concurrency: 4,
    },
  );
  expect(simulation("tools=2,accepted=20ms")).toMatchObject({
    model: { tools: 2, accepted: 20_000 },
  });
  expect(simulation("prefill=2000,cache=on")).toMatchObject({
    model: { prefill: 2000, cache: true },
  });
  expect(refusal(() => simulation("cache=yes"))[0]).toBe(
    '--simulate cache must be one of on, off, got "yes"',
  );
  expect(simulation("tools=0")).toMatchObject({ model: { tools: 0 } });
  expect(simulation("tps=10")).toEqual({
    model: { ttft: 300_000, tps: 10, tokens: 200, jitter: 0.1, chunk: 1, reasoning: 0 },
    concurrency: undefined,
  });
});

test("a simulated model that cannot be read is refused", () => {
  expect(refusal(() => simulation("tsp=3"))[0]).toBe(
    '--simulate must be one of ttft, tps, tokens, jitter, chunk, reasoning, tools, accepted, prefill, cache, concurrency, got "tsp"; did you mean tps?',
  );
  expect(refusal(() => simulation("tps=fast"))[0]).toBe(
    '--simulate tps must be a number, got "fast"',
  );
  expect(refusal(() => simulation("tps=0"))[0]).toStartWith("--simulate tps must be from 0.001");
  expect(refusal(() => simulation("ttft=300"))[0]).toContain("--simulate ttft 300 has no unit");
  expect(refusal(() => simulation("jitter=2"))[0]).toBe(
    "--simulate jitter must be from 0 to 1, got 2",
  );
  expect(refusal(() => simulation("tps=1,tps=2"))[0]).toBe("--simulate tps is given twice");
  expect(refusal(() => simulation("tokens=2,reasoning=3"))).toEqual([
    "--simulate has 3 tokens of reasoning among 2 tokens",
    "--simulate 的推理词元数为 3，超过了总数 2",
  ]);
});
