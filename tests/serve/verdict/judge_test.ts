import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import type { FaultKind } from "../../../lib/server/reply/fault.ts";
import { partialAnswer } from "../../../lib/serve/verdict/conversation.ts";
import { History } from "../../../lib/serve/verdict/history.ts";
import { judge } from "../../../lib/serve/verdict/judge.ts";
import type { ClientEnd, SeenRequest } from "../../../lib/serve/verdict/seen.ts";
import { everyCut } from "../../support/cuts.ts";
import { question } from "../../support/serving.ts";
import { answerOf, streamOf } from "../../support/stream.ts";

const SECOND = 1_000_000;
const TEXT = "The sky is blue because ";
const part = streamOf(answerOf(TEXT));
const CUT: FaultKind = { kind: "cut", after: { share: 0.5 } };
const STALL: FaultKind = { kind: "stall", after: { share: 0.5 }, for: 60 * SECOND };
const BUSY: FaultKind = { kind: "status", status: 429, headers: { "retry-after": "2" } };

const user = { role: "user", content: "Why?" };

function seen(rest: Partial<SeenRequest> = {}): SeenRequest {
  return {
    api: "chat",
    body: question("Why?"),
    userAgent: "c/1",
    at: 0,
    faults: [],
    sent: [],
    ending: { kind: "end", at: SECOND },
    ...rest,
  };
}

/** A request whose answer had this fault behind its first event, 1 s after it came. */
function struck(fault: FaultKind, rest: Partial<SeenRequest> = {}): SeenRequest {
  const bytes = Buffer.from(part);
  return seen({
    faults: [{ fault, behind: bytes.length }],
    sent: [{ bytes, at: SECOND }],
    ending: { kind: fault.kind === "cut" ? "cut" : "end", at: SECOND },
    ...rest,
  });
}

function judged(
  first: SeenRequest,
  {
    later = [],
    end = null,
    now = 100 * SECOND,
  }: {
    readonly later?: readonly SeenRequest[];
    readonly end?: ClientEnd | null;
    readonly now?: number;
  } = {},
): unknown {
  const history = new History([first, ...later]);
  const { verdict, evidence } = judge(first, { history, end, now, patience: 30 * SECOND });
  return [verdict, evidence];
}

function exit(code: number, complained = false): ClientEnd {
  return { kind: "exit", code, complained };
}

function asking(messages: readonly JsonObject[], at = 3 * SECOND): SeenRequest {
  return seen({ at, body: { ...question("?"), messages } });
}

test("who asks the same again has noticed, whatever its exit code", () => {
  const later = [seen({ at: 1.5 * SECOND })];
  for (const end of [null, exit(0), exit(1)]) {
    expect(judged(struck(CUT), { later, end })).toEqual([
      "noticed",
      { kind: "asked_again", after: SECOND / 2, retryAfter: null },
    ]);
  }
});

test("it is the same over another model, without streaming, and in parts of content", () => {
  const content = [{ type: "text", text: "Why?" }];
  for (const body of [
    question("Why?", { model: "another", stream: false }),
    question("Why?", { messages: [{ content, role: "user" }] }),
  ]) {
    const later = [seen({ at: 2 * SECOND, body })];
    expect(judged(struck(CUT), { later })).toMatchObject(["noticed", { kind: "asked_again" }]);
  }
});

test("a request that came before the fault, or asks something else, does not ask again", () => {
  const later = [seen({ at: SECOND / 2 }), seen({ at: 2 * SECOND, body: question("Else?") })];
  expect(judged(struck(CUT), { later, end: exit(0) })).toEqual([
    "missed",
    { kind: "exit", code: 0 },
  ]);
});

test("Retry-After is heeded, but for what a timer is early, or it is not", () => {
  const refused = struck(BUSY, { sent: [], faults: [{ fault: BUSY, behind: 0 }] });
  const asked = (after: number) => judged(refused, { later: [seen({ at: SECOND + after })] });
  expect(asked(2 * SECOND - 1000)).toMatchObject(["noticed", { retryAfter: 2 * SECOND }]);
  expect(asked(SECOND / 2)).toEqual([
    "missed",
    { kind: "asked_too_early", after: SECOND / 2, retryAfter: 2 * SECOND },
  ]);
  expect(judged(refused, { end: exit(1) })).toEqual(["noticed", { kind: "exit", code: 1 }]);
  expect(judged(refused, { end: exit(0) })).toEqual(["missed", { kind: "exit", code: 0 }]);
});

test("who sends the part on took it for the answer, and who leaves it last wants the rest", () => {
  const kept = { role: "assistant", content: TEXT.trim() };
  const next = { role: "user", content: "And at night?" };
  expect(judged(struck(CUT), { later: [asking([user, kept, next])], end: exit(1) })).toEqual([
    "missed",
    { kind: "kept_part" },
  ]);
  expect(judged(struck(CUT), { later: [asking([user, kept])], end: exit(0) })).toEqual([
    "noticed",
    { kind: "resumed" },
  ]);
  // Of a reset it may have read less.
  const less = { role: "assistant", content: TEXT.slice(0, 18) };
  const reset: FaultKind = { kind: "reset", after: { share: 0.5 } };
  expect(judged(struck(reset), { later: [asking([user, less, next])] })).toEqual([
    "missed",
    { kind: "kept_part" },
  ]);
  const other = { role: "assistant", content: "The" };
  expect(judged(struck(CUT), { later: [asking([user, other, next])] })).toEqual([
    "unknown",
    { kind: "nothing_followed" },
  ]);
});

test("a response that names the cut one as the one before took it for an answer", () => {
  const id = "resp_1";
  const events = [
    { type: "response.created", response: { id, status: "in_progress", output: [] } },
    { type: "response.output_text.delta", delta: "The sky" },
  ];
  const bytes = Buffer.from(events.map((event) => streamOf(JSON.stringify(event))).join(""));
  const first = struck(CUT, {
    api: "responses",
    body: { model: "m", input: "Why?" },
    sent: [{ bytes, at: SECOND }],
  });
  const body = { model: "m", input: "And at night?", previous_response_id: id };
  const later = [seen({ api: "responses", at: 3 * SECOND, body })];
  expect(judged(first, { later })).toEqual(["missed", { kind: "kept_part" }]);
});

test("who gives the result of a tool call that was cut went on with it", () => {
  const call = {
    index: 0,
    id: "call_7",
    type: "function",
    function: { name: "weather", arguments: '{"ci' },
  };
  const chunk = { choices: [{ index: 0, delta: { tool_calls: [call] } }] };
  const first = struck(CUT, {
    sent: [{ bytes: Buffer.from(streamOf(JSON.stringify(chunk))), at: SECOND }],
  });
  const result = { role: "tool", tool_call_id: "call_7", content: "sunny" };
  expect(judged(first, { later: [asking([user, result])], end: exit(0) })).toEqual([
    "missed",
    { kind: "called_tool", name: "weather" },
  ]);
});

test("who waits is judged by how long, and who closes has noticed, unless it calls that a success", () => {
  const open = struck(STALL, { ending: null });
  expect(judged(open)).toEqual(["missed", { kind: "waited", after: 99 * SECOND }]);
  expect(judged(open, { now: 20 * SECOND })).toEqual(["unknown", { kind: "nothing_followed" }]);
  const closed = struck(STALL, { ending: { kind: "gone", at: 11 * SECOND } });
  const after = 10 * SECOND;
  for (const end of [null, exit(1)])
    expect(judged(closed, { end })).toEqual(["noticed", { kind: "closed", after }]);
  expect(judged(closed, { end: exit(0) })).toEqual(["missed", { kind: "exit", code: 0 }]);
  // Its end closed the connection, of which the server has not heard yet.
  expect(judged(open, { end: exit(1), now: 11 * SECOND })).toEqual([
    "noticed",
    { kind: "closed", after },
  ]);
  const over = struck(STALL, { ending: { kind: "end", at: 61 * SECOND } });
  expect(judged(over, { end: exit(0) })).toEqual(["unknown", { kind: "short_silence" }]);
});

test("an exit code tells, where nothing else does", () => {
  expect(judged(struck(CUT), { end: exit(0) })).toEqual(["missed", { kind: "exit", code: 0 }]);
  expect(judged(struck(CUT), { end: exit(3) })).toEqual(["noticed", { kind: "exit", code: 3 }]);
  expect(judged(struck(CUT), { end: exit(0, true) })).toEqual(["noticed", { kind: "complained" }]);
  expect(judged(struck(CUT), { end: { kind: "signal", signal: "SIGSEGV" } })).toEqual([
    "unknown",
    { kind: "signal", signal: "SIGSEGV" },
  ]);
  expect(judged(struck(CUT), { end: { kind: "stopped", idle: 30 * SECOND } })).toEqual([
    "missed",
    { kind: "idle", after: 30 * SECOND },
  ]);
});

test("what does not tell anything is not guessed", () => {
  expect(judged(struck(CUT))).toEqual(["unknown", { kind: "nothing_followed" }]);
  expect(judged(seen(), { end: exit(0) })).toEqual(["unknown", { kind: "not_struck" }]);
  const gone = struck(CUT, { ending: { kind: "gone", at: SECOND } });
  expect(judged(gone, { end: exit(0) })).toEqual(["unknown", { kind: "left_before" }]);
  const early = struck(STALL, { sent: [], ending: { kind: "gone", at: 10 } });
  expect(judged(early, { end: exit(1) })).toEqual(["unknown", { kind: "left_before" }]);
  expect(judged(struck({ kind: "no-done" }), { end: exit(0) })).toEqual([
    "unknown",
    { kind: "nothing_lost" },
  ]);
});

test("the part of an answer is the same however it was cut into pieces", () => {
  const bytes = new Uint8Array(Buffer.from(streamOf(answerOf("天空")) + streamOf(answerOf(" is"))));
  for (const pieces of everyCut(bytes)) {
    const sent = pieces.map((piece, at) => ({ bytes: piece, at }));
    expect(partialAnswer({ api: "chat", sent })).toMatchObject({ text: "天空 is", calls: [] });
  }
});
