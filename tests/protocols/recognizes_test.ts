import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { JsonObject } from "../../lib/base/json.ts";
import { PROTOCOLS, protocolOf, protocolOfPath } from "../../lib/protocols/protocols.ts";
import { eventsOf, response, wholeOf } from "../support/protocol_streams.ts";
import { runs } from "../support/runs.ts";

const names = PROTOCOLS.map(({ name }) => name);

test("no object of one protocol's streams, nor its whole body, is recognized by another", () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string(), fc.string(), (name, first, second) => {
      for (const value of [...eventsOf(name, first, second), wholeOf(name, first)]) {
        const by = PROTOCOLS.filter((protocol) => protocol.recognizes(value as JsonObject));
        expect(by.every((protocol) => protocol.name === name)).toBe(true);
      }
    }),
    { seed: 21, numRuns: runs(50) },
  );
});

test("the first object that says anything tells the protocol", () => {
  for (const name of names) {
    expect(protocolOf(eventsOf(name, "a", "b")[0] as JsonObject)?.name).toBe(name);
    expect(protocolOf(wholeOf(name, "a") as JsonObject)?.name).toBe(name);
  }
});

test("what several protocols have, or none, tells nothing", () => {
  for (const value of [
    {},
    { type: "ping" },
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    { choices: [] },
    { error: { message: "no" } },
    { object: "response" },
    { type: "message" },
    { type: 3 },
  ]) {
    expect(protocolOf(value), JSON.stringify(value)).toBeNull();
  }
  expect(protocolOf(response("queued"))?.name).toBe("responses");
});

test("a message of a chat under the name of a text completion is a chat's", () => {
  const value = { object: "text_completion", choices: [{ message: { content: "Hi" } }] };
  expect(PROTOCOLS.filter((one) => one.recognizes(value)).map(({ name }) => name)).toEqual([
    "chat",
  ]);
});

const nameOf = (url: string): string | undefined => protocolOfPath(url)?.name;

test("the path of a URL tells the protocol, whatever stands before and behind it", () => {
  expect(nameOf("https://a.example/v1/chat/completions")).toBe("chat");
  expect(nameOf("https://a.example/v1/completions")).toBe("completions");
  expect(nameOf("https://a.example/openai/responses?api-version=1")).toBe("responses");
  expect(nameOf("https://a.example/anthropic/v1/messages#x")).toBe("messages");
  expect(nameOf("https://a.example/v1/models")).toBeUndefined();
  expect(nameOf("https://a.example/v1/messages/count_tokens")).toBeUndefined();
});
