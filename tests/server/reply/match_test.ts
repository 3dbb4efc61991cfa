import { expect, test } from "bun:test";
import { Matcher, type Matching } from "../../../lib/server/reply/match.ts";
import type { JsonObject } from "../../../lib/base/json.ts";
import { transcriptOf } from "../../support/serving.ts";

const user = (content: unknown) => ({ role: "user", content });
const asked = (name: string, messages: readonly object[], model = "m") =>
  transcriptOf([], { name, request: { model, messages } });

const transcripts = [
  asked("hello", [user("hello")]),
  asked("hello-other-model", [user("hello")], "other"),
  asked("hello-later", [user("hi"), { role: "assistant", content: "?" }, user("hello")]),
  asked("weather", [user("how is the weather today?")]),
  transcriptOf([], { name: "unknown", request: null }),
];

/** The names that answer these requests, one after the other. */
function names(requests: readonly JsonObject[], matching: Matching = "any"): string[] {
  const matcher = new Matcher(transcripts, matching);
  return requests.map((body) => {
    const match = matcher.match(body);
    return match.kind === "found" ? match.recorded.name : match.message;
  });
}

test("the same messages and model answer first", () => {
  expect(names([{ model: "other", messages: [user("hello")] }])).toEqual(["hello-other-model"]);
  const again = { model: "m", messages: [user("hello")] };
  expect(names([again, again, again])).toEqual(["hello", "hello", "hello"]);
});

test("text is the same as one part or as several, and with its keys in any order", () => {
  const parts = [
    { type: "text", text: "hel" },
    { text: "lo", type: "text" },
  ];
  expect(names([{ messages: [{ content: parts, role: "user" }], model: "m" }])).toEqual(["hello"]);
});

test("else the same last message of the user answers, those that fit equally in turn", () => {
  const body = { model: "new", messages: [{ role: "system", content: "!" }, user("hello")] };
  expect(names([body, body, body, body])).toEqual([
    "hello",
    "hello-other-model",
    "hello-later",
    "hello",
  ]);
});

test("else all take turns", () => {
  const body = { model: "m", messages: [user("nobody asked this")] };
  expect(names(Array.from({ length: 6 }, () => body))).toEqual([
    "hello",
    "hello-other-model",
    "hello-later",
    "weather",
    "unknown",
    "hello",
  ]);
});

test("strict matching answers the same messages and model only, and names the nearest otherwise", () => {
  const none = "no transcript has these messages and this model; the nearest is";
  expect(
    names(
      [
        { model: "m", messages: [user("hello")] },
        { model: "third", messages: [user("hello")] },
        { model: "m", messages: [user("hm"), user("hello")] },
        { model: "m", messages: [user("how is the weather tomorrow?")] },
      ],
      "strict",
    ),
  ).toEqual([
    "hello",
    `${none} "hello": its model is "m", not "third"`,
    `${none} "hello": it has the same last message of the user, but others before it`,
    `${none} "weather": its last message of the user is "how is the weather today?"`,
  ]);
});

test("strict matching says so when nothing is known of a transcript", () => {
  const matcher = new Matcher([transcriptOf([], { name: "plain", request: null })], "strict");
  expect(matcher.match({ messages: [] })).toEqual({
    kind: "none",
    message:
      'no transcript has these messages and this model; the nearest is "plain": it does not say what it answers',
  });
});

test("parts that are the same with their keys in any order are the same last message", () => {
  const image = { type: "image_url", image_url: { url: "data:,x", detail: "low" } };
  const turned = { image_url: { detail: "low", url: "data:,x" }, type: "image_url" };
  const matcher = new Matcher(
    [asked("plain", [user("?")]), asked("image", [user([image])])],
    "any",
  );
  for (const messages of [[user([turned])], [user("first"), user([turned])]]) {
    const match = matcher.match({ model: "m", messages });
    expect(match.kind === "found" && match.recorded.name).toBe("image");
  }
});

test("messages that nest as deep as may be are compared like any others", () => {
  const deep = JSON.parse(`${'{"a":['.repeat(250)}1${"]}".repeat(250)}`) as object;
  const odd: readonly (readonly unknown[])[] = [[user([deep])], [deep]];
  const candidates = odd.map((messages, index) => asked(String(index), messages as object[]));
  const matcher = new Matcher(candidates, "strict");
  for (const [index, messages] of odd.entries()) {
    const match = matcher.match({ model: "m", messages });
    expect(match.kind === "found" && match.recorded.name).toBe(String(index));
  }
});

test("a message that is one long text is not taken apart, and only its beginning is shown", () => {
  const long = "x".repeat(5_000_000);
  const matcher = new Matcher([asked("long", [user(long)])], "strict");
  const shown = `"${"x".repeat(60)}…"`;
  expect(matcher.match({ model: "m", messages: [long] })).toEqual({
    kind: "none",
    message: `no transcript has these messages and this model; the nearest is "long": its last message of the user is ${shown}`,
  });
  expect(matcher.match({ model: long, messages: [user(long)] })).toEqual({
    kind: "none",
    message: `no transcript has these messages and this model; the nearest is "long": its model is "m", not ${shown}`,
  });
});
