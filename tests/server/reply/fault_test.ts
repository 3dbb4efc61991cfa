import { expect, test } from "bun:test";
import { completeChat } from "../../../lib/chat/complete_chat.ts";
import type { Reply } from "../../../lib/server/reply/reply.ts";
import {
  type Fault,
  type FaultKind,
  withFault,
  withFaults,
} from "../../../lib/server/reply/fault.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import { chatRequest } from "../../../lib/protocols/completion_request.ts";
import { rawRequest } from "../../support/raw_request.ts";
import { ask, bodyOf, question, serving, transcriptOf } from "../../support/serving.ts";
import { answerOf, streamOf } from "../../support/stream.ts";

const events = [
  streamOf(answerOf("1")),
  streamOf(answerOf("2")),
  streamOf(answerOf("3", { finish: "stop" })),
  streamOf("[DONE]"),
];
const source = new TranscriptSource([transcriptOf(events)]);
const plain = source.answer(question("?"));
const body = events.join("");

function timesOf({ pieces }: Reply): number[] {
  return Array.from(pieces, ({ at }) => at);
}

function faulty(fault: FaultKind): Reply {
  return withFault(plain, fault);
}

test("a status takes the place of the answer", () => {
  const answer = faulty({ kind: "status", status: 429, headers: { "retry-after": "2" } });
  expect(answer.head).toMatchObject({ status: 429, headers: { "retry-after": "2" }, at: 0 });
  expect(JSON.parse(bodyOf(answer))).toEqual({
    error: {
      message: "this is the fault that was asked for: status 429",
      type: "invalid_request_error",
      param: null,
      code: "fault",
    },
  });
});

test("a cut ends the connection behind a share of the bytes, or behind so many events", () => {
  const half = faulty({ kind: "cut", after: { share: 0.5 } });
  expect(bodyOf(half)).toBe(body.slice(0, Math.floor(body.length / 2)));
  expect(half.end).toEqual({ kind: "cut", at: 2000 });
  const one = faulty({ kind: "cut", after: { events: 1 } });
  expect([bodyOf(one), one.end.at]).toEqual([events[0] ?? "", 1000]);
  expect(bodyOf(faulty({ kind: "cut", after: { events: 99 } }))).toBe(body);
  expect(bodyOf(faulty({ kind: "cut", after: { events: 0 } }))).toBe("");
});

test("a reset breaks off in the body, or without any head", () => {
  expect(faulty({ kind: "reset", after: { events: 2 } }).end).toEqual({ kind: "reset", at: 2000 });
  expect(faulty({ kind: "reset", after: null })).toMatchObject({
    head: null,
    end: { kind: "reset", at: 0 },
  });
});

test("a stall holds up all behind it, and changes no byte", () => {
  const answer = faulty({ kind: "stall", after: { events: 2 }, for: 50_000 });
  expect(bodyOf(answer)).toBe(body);
  expect(timesOf(answer)).toEqual([1000, 2000, 53_000, 54_000]);
  expect(answer.end.at).toBe(54_000);
  const within = faulty({ kind: "stall", after: { share: 0.1 }, for: 50_000 });
  expect(timesOf(within)).toEqual([1000, 51_000, 52_000, 53_000, 54_000]);
});

test("a slow head holds up everything", () => {
  const answer = faulty({ kind: "slow-head", for: 10_000 });
  expect([answer.head?.at, timesOf(answer), answer.end.at]).toEqual([
    10_500,
    [11_000, 12_000, 13_000, 14_000],
    14_000,
  ]);
});

test("an error event ends the stream in order, behind a whole event", () => {
  const answer = faulty({ kind: "error-event", after: { share: 0.7 } });
  expect(bodyOf(answer)).toStartWith(
    `${events[0]}${events[1]}data: {"error":{"message":"this is the fault`,
  );
  expect(answer.end).toEqual({ kind: "end", at: 3000 });
});

test("an answer that is no stream becomes the error", () => {
  const whole = source.answer(question("?", { stream: false }));
  const answer = withFault(whole, { kind: "error-event", after: { share: 0.5 } });
  expect(answer.head?.status).toBe(200);
  expect(Object.keys(JSON.parse(bodyOf(answer)))).toEqual(["error"]);
});

test("no-done takes [DONE] away and nothing else", () => {
  expect(bodyOf(faulty({ kind: "no-done" }))).toBe(events.slice(0, 3).join(""));
});

test("a fault does to a simulated model what it does to a transcript", () => {
  const model = { ttft: 1000, tps: 1000, tokens: 3, reasoning: 0, chunk: 1, jitter: 0 };
  const simulated = new SimulatedSource(model, { seed: 1, now: () => 0 });
  const answer = withFault(simulated.answer(question("?")), {
    kind: "stall",
    after: { events: 2 },
    for: 9000,
  });
  expect(timesOf(answer)).toEqual([1000, 11_000, 12_000]);
  expect(answer.end.at).toBe(12_000);
});

test("a share strikes the same requests with the same seed, and about that many", () => {
  expect(struckBy(rareFault(7))).toEqual(struckBy(rareFault(7)));
  expect(struckBy(rareFault(7))).not.toEqual(struckBy(rareFault(8)));
  const count = struckBy(rareFault(7)).reduce((sum, one) => sum + one, 0);
  // 1000 draws at 0.1: 100, with a standard deviation of 9.5.
  expect(Math.abs(count - 100)).toBeLessThan(40);
});

test("several faults strike together, and one does not change whom another strikes", () => {
  const slow: Fault = { kind: "slow-head", for: 1000, share: 0.5, seed: 1 };
  const cut: Fault = { kind: "cut", after: { events: 1 }, share: 0.5, seed: 2 };
  expect(endsWith([slow, cut])).toEqual(endsWith([cut]));
  expect(new Set(endsWith([cut]))).toEqual(new Set(["cut", "end"]));
});

test("without seeds of their own, faults do not all strike the same requests", () => {
  const cut = { kind: "cut", after: { events: 1 }, share: 0.5 } as const;
  const reset = { kind: "reset", after: { events: 1 }, share: 0.5 } as const;
  expect(endsWith([cut])).toEqual(endsWith([{ ...cut, seed: 1 }]));
  // Where both strike, the last one shows: with one seed for both, none would be merely cut.
  expect(new Set(endsWith([cut, reset]))).toEqual(new Set(["cut", "reset", "end"]));
});

/** What a client makes of an answer that went wrong. */
async function outcomeOf(faults: readonly Fault[]): Promise<unknown> {
  await using endpoint = await serving(withFaults(source, faults));
  const messages = [{ role: "user", content: "?" }] as const;
  const { verdict } = await completeChat(
    chatRequest({ baseUrl: endpoint.baseUrl, model: "m", messages, key: null }),
  );
  return [verdict.outcome, verdict.failure?.kind ?? null, verdict.failure?.code ?? null];
}

test("a client sees each fault as what it is", async () => {
  const after = { events: 2 };
  const reset = ["truncated", "truncated", "ECONNRESET"];
  expect(await outcomeOf([])).toEqual(["complete", null, null]);
  expect(await outcomeOf([{ kind: "cut", after }])).toEqual(reset);
  expect(await outcomeOf([{ kind: "reset", after }])).toEqual(reset);
  expect(await outcomeOf([{ kind: "reset", after: null }])).toEqual([
    "failed",
    "network",
    "ECONNRESET",
  ]);
  expect(await outcomeOf([{ kind: "error-event", after }])).toEqual([
    "failed",
    "endpoint",
    "fault",
  ]);
  expect(await outcomeOf([{ kind: "status", status: 503, headers: {} }])).toEqual([
    "failed",
    "busy",
    "fault",
  ]);
  expect(await outcomeOf([{ kind: "no-done" }])).toEqual(["complete", null, null]);
});

test("what was sent before a cut or a reset is on the wire", async () => {
  for (const kind of ["cut", "reset"] as const) {
    const fault: Fault = { kind, after: { events: 2 } };
    await using endpoint = await serving(withFaults(source, [fault]));
    const { received, error } = await rawRequest(endpoint, {
      line: "POST /v1/chat/completions",
      body: JSON.stringify(question("?")),
    });
    expect(received).toEndWith(`${events[1]}\r\n`);
    expect(error).toBe(kind === "cut" ? null : "ECONNRESET");
  }
});

test("a cut shortens an answer whose length was announced", async () => {
  const fault: Fault = { kind: "cut", after: { share: 0.5 } };
  await using endpoint = await serving(withFaults(source, [fault]));
  const response = await ask(endpoint, question("?", { stream: false }));
  expect(response.status).toBe(200);
  expect(await response.text().catch((error: { code: string }) => error.code)).toBe("ECONNRESET");
});

function struckBy(fault: Fault): number[] {
  const faulty = withFaults(source, [fault]);
  return Array.from({ length: 1000 }, () =>
    faulty.answer(question("?")).head?.status === 500 ? 1 : 0,
  );
}

function rareFault(seed: number): Fault {
  return {
    kind: "status",
    status: 500,
    headers: {},
    share: 0.1,
    seed,
  };
}

function endsWith(faults: Fault[]): string[] {
  const faulty = withFaults(source, faults);
  return Array.from({ length: 20 }, () => faulty.answer(question("?")).end.kind);
}
