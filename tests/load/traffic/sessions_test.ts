import { expect, test } from "bun:test";
import fc from "fast-check";
import { placesOf, type Spoken } from "../../../lib/load/traffic/sessions.ts";
import type { ChatMessage } from "../../../lib/wire/request.ts";
import { runs } from "../../support/runs.ts";

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

/** Asked at `at`, answered within 1 ms. */
function spoken(at: number, messages: readonly ChatMessage[], answer = "A"): Spoken {
  return { at, end: at + 1000, messages, answer };
}

const HI = [user("Hi")];

test("a request whose messages begin with an earlier one's and an answer follows it, its pause after the end", () => {
  const second = [...HI, assistant("A"), user("More")];
  const third = [...second, assistant("B"), user("And more")];
  expect(
    placesOf([
      spoken(0, HI),
      spoken(5_000, [user("Other")]),
      spoken(9_000, second),
      spoken(20_000, third),
    ]),
  ).toEqual([
    { session: 0, follows: null },
    { session: 1, follows: null },
    { session: 0, follows: { index: 0, pause: 8_000, from: "end" } },
    { session: 0, follows: { index: 2, pause: 10_000, from: "end" } },
  ]);
});

test("the same question, or one that goes on without an answer, is another conversation", () => {
  const places = placesOf([
    spoken(0, HI),
    spoken(5_000, HI),
    spoken(9_000, [...HI, user("Are you there?")]),
  ]);
  expect(places.map(({ session }) => session)).toEqual([0, 1, 2]);
});

test("of several users who asked the same, the one goes on whose answer it was; else the last", () => {
  const asked = [spoken(0, HI, "one"), spoken(2_000, HI, "two"), spoken(4_000, HI, "three")];
  const goingOn = (answer: string): Spoken =>
    spoken(9_000, [...HI, assistant(answer), user("More")]);
  const follows = (answer: string) => placesOf([...asked, goingOn(answer)])[3]?.follows?.index;
  expect([follows("one"), follows("two"), follows("edited")]).toEqual([0, 1, 2]);
});

test("a request follows nothing that had not ended, but for what a clock in ms makes of it", () => {
  const second = [...HI, assistant("A"), user("More")];
  const after = (at: number) => placesOf([spoken(0, HI), spoken(at, second)])[1];
  // It ends at 1000.
  expect(after(500)?.follows).toEqual({ index: 0, pause: 0, from: "end" });
  const slow = { ...spoken(0, HI), end: 50_000 };
  expect(placesOf([slow, spoken(40_000, second)])[1]?.follows).toBeNull();
});

test("an answer that was asked for twice has both questions behind it", () => {
  const second = [...HI, assistant("A"), user("More")];
  const places = placesOf([spoken(0, HI), spoken(5_000, second), spoken(9_000, second)]);
  expect(places.map(({ follows }) => follows?.index ?? null)).toEqual([null, 0, 0]);
  expect(places.map(({ session }) => session)).toEqual([0, 0, 0]);
});

test("a conversation whose end is not known counts its pause from the start", () => {
  const second = [...HI, assistant("A"), user("More")];
  const cut = { ...spoken(0, HI), end: null };
  expect(placesOf([cut, spoken(5_000, second)])[1]?.follows).toEqual({
    index: 0,
    pause: 5_000,
    from: "start",
  });
});

test("conversations of any number and length that are mixed in any order are found again", () => {
  const mixed = fc
    .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 })
    .chain((turns) => {
      const turnsOf = turns.flatMap((count, talk) => Array.from({ length: count }, () => talk));
      return fc.shuffledSubarray(turnsOf, { minLength: turnsOf.length });
    });
  fc.assert(
    fc.property(mixed, (order) => {
      const said = new Map<number, ChatMessage[]>();
      const requests = order.map((talk, index): Spoken => {
        const before = said.get(talk) ?? [];
        const messages = [...before, user(`${talk}: ${before.length}`)];
        said.set(talk, [...messages, assistant(`answer ${messages.length}`)]);
        return spoken(index * 10_000, messages, `answer ${messages.length}`);
      });
      const found = placesOf(requests).map(({ session }) => session);
      const names = [...new Set(order)];
      expect(found).toEqual(order.map((talk) => names.indexOf(talk)));
    }),
    { numRuns: runs(200) },
  );
});
