import { expect, test } from "bun:test";
import { everyCut } from "../support/cuts.ts";
import { readAs, response, typedStream } from "../support/protocol_streams.ts";
import { answerOf, streamOf } from "../support/stream.ts";

const reason = "glm-x is temporarily rate-limited upstream";
const message = `Provider returned error: ${reason}`;

/** The same error, with its reason in different places. */
const errors = [
  { metadata: { raw: JSON.stringify({ error: { message: reason } }), provider_name: "ProvA" } },
  { error: { message: reason } },
  { cause: { message: "None", cause: reason } },
  { detail: [{ msg: reason }] },
].map((inner) => Object.assign(inner, { message: "Provider returned error" }));

test("reader shows the innermost reason of an error in a stream of each protocol, wherever it is cut", () => {
  for (const error of errors) {
    const streams = {
      chat: streamOf(answerOf("Hi"), { error: { ...error, code: 429 } }),
      completions: streamOf({ error, object: "text_completion" }),
      responses: typedStream(response("failed", { response: { status: "failed", error } })),
      messages: typedStream({ type: "error", error: { type: "api_error", ...error } }),
    };
    for (const api of ["chat", "completions", "responses", "messages"] as const) {
      for (const parts of everyCut(streams[api])) {
        expect(readAs(api, parts).verdict.failure).toMatchObject({ kind: "endpoint", message });
      }
    }
    const beside = typedStream({ type: "error", code: "busy", ...error });
    expect(readAs("responses", beside).verdict.failure).toMatchObject({ code: "busy", message });
  }
});

test("reader shows the innermost reason of an error that a body tells over each protocol", () => {
  for (const error of errors) {
    for (const api of ["chat", "completions", "responses", "messages"] as const) {
      const body = JSON.stringify({ type: "error", error });
      expect(
        readAs(api, body, { ending: { kind: "ended", status: 429 } }).verdict.failure,
      ).toMatchObject({ message });
    }
  }
});
