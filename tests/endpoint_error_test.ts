import { expect, test } from "bun:test";
import {
  type EndpointError,
  endpointErrorFrom,
  endpointErrorFromBody,
} from "../lib/wire/endpoint_error.ts";

function inBody(value: unknown): EndpointError {
  return endpointErrorFromBody(JSON.stringify(value));
}

test("endpoint error reads OpenAI's envelope, the code before the type", () => {
  const error = { message: "Incorrect API key", type: "invalid_request_error", param: null };
  const value = { error: { ...error, code: "invalid_api_key" } };
  const expected = { message: "Incorrect API key", code: "invalid_api_key" };
  expect(inBody(value)).toEqual(expected);
  expect(endpointErrorFrom(value)).toEqual(expected);
  expect(inBody({ error: { ...error, code: null } })).toEqual({
    message: "Incorrect API key",
    code: "invalid_request_error",
  });
});

test("endpoint error reads SiliconFlow's code, message and data", () => {
  const value = { code: 20012, message: "Model does not exist.", data: null };
  const expected = { message: "Model does not exist.", code: "20012" };
  expect(inBody(value)).toEqual(expected);
  expect(endpointErrorFrom(value)).toEqual(expected);
});

test("endpoint error reads MiniMax's base_resp, also beside choices, unless its status is 0", () => {
  const value = { base_resp: { status_code: 1004, status_msg: "login fail" } };
  const expected = { message: "login fail", code: "1004" };
  expect(inBody(value)).toEqual(expected);
  expect(endpointErrorFrom({ ...value, choices: [] })).toEqual(expected);
  expect(endpointErrorFrom({ base_resp: { status_code: 7 } })?.code).toBe("7");
  expect(endpointErrorFrom({ base_resp: { status_code: 0, status_msg: "" } })).toBeNull();
});

test("endpoint error reads a bare JSON string", () => {
  expect(endpointErrorFromBody('"Invalid token"')).toEqual({
    message: "Invalid token",
    code: null,
  });
  expect(endpointErrorFromBody('"Api key is invalid"\n').message).toBe("Api key is invalid");
});

test("endpoint error reads a message without a code from a body, but not from a chunk", () => {
  const value = { message: "TPM limit reached", data: null };
  expect(inBody(value)).toEqual({ message: "TPM limit reached", code: null });
  expect(endpointErrorFrom(value)).toBeNull();
});

test("endpoint error reads a text as error, and vLLM's error object", () => {
  expect(endpointErrorFrom({ error: "model not found" })).toEqual({
    message: "model not found",
    code: null,
  });
  expect(
    endpointErrorFrom({ object: "error", message: "too long", type: "BadRequestError", code: 400 }),
  ).toEqual({ message: "too long", code: "400" });
  expect(endpointErrorFrom({ type: "error", message: "overloaded" })?.message).toBe("overloaded");
});

test("endpoint error says something for an error without a message", () => {
  expect(endpointErrorFrom({ error: { status: 7 } })).toEqual({
    message: '{"status":7}',
    code: null,
  });
  expect(endpointErrorFrom({ object: "error" })).toEqual({
    message: '{"object":"error"}',
    code: null,
  });
});

test("endpoint error reads FastAPI's detail and names the field that is wrong", () => {
  expect(inBody({ detail: "Not Found" })).toEqual({ message: "Not Found", code: null });
  const detail = [
    { type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs", input: {} },
    { type: "missing", msg: "Field required" },
    { type: "value_error", loc: ["body", "messages", 0], msg: "wrong" },
    "odd",
  ];
  const message = "body.stream_options: Extra inputs; Field required; body.messages.0: wrong";
  expect(inBody({ detail })).toEqual({ message, code: null });
  expect(inBody({ object: "error", message: { detail }, code: null })).toEqual({
    message,
    code: null,
  });
});

test("endpoint error reads Gemini's error in an array", () => {
  const error = { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT" };
  expect(inBody([{ error }])).toEqual({ message: "API key not valid.", code: "400" });
});

test("endpoint error makes one line of an HTML page: its title, or its first words", () => {
  const page =
    "<html>\r\n<head><title>502 Bad\r\nGateway</title></head>\r\n<body>\r\n<center>nginx</center></body></html>";
  expect(endpointErrorFromBody(page)).toEqual({ message: "502 Bad Gateway", code: null });
  const untitled =
    "\n<!DOCTYPE html><style>p { color: red }</style><script>go()</script><p>Log  in</p>\n<p>first";
  expect(endpointErrorFromBody(untitled).message).toBe("Log in first");
});

test("endpoint error makes one line of plain text, at most 300 characters", () => {
  expect(endpointErrorFromBody("upstream\n  timed out\n").message).toBe("upstream timed out");
  expect(endpointErrorFromBody("x".repeat(300)).message).toBe("x".repeat(300));
  expect(endpointErrorFromBody("x".repeat(301)).message).toBe(`${"x".repeat(300)}…`);
  const pair = "😀";
  expect(endpointErrorFromBody(pair.repeat(400)).message).toBe(`${pair.repeat(300)}…`);
});

test("endpoint error shows a body of unknown shape as it is", () => {
  expect(inBody({ status: "down" })).toEqual({ message: '{"status":"down"}', code: null });
  expect(endpointErrorFromBody('{"error":{"mess').message).toBe('{"error":{"mess');
});

test("endpoint error of an empty body has no words", () => {
  for (const body of ["", " \r\n", "\uFEFF"]) {
    expect(endpointErrorFromBody(body)).toEqual({ message: "", code: null });
  }
});

test("endpoint error reads past a byte order mark", () => {
  expect(endpointErrorFromBody('\uFEFF{"error":"no"}').message).toBe("no");
});

test("endpoint error is none in chunks, whatever they carry beside their choices", () => {
  for (const value of [
    {},
    { choices: [], error: null },
    { choices: [], code: 0, message: "ok" },
    { choices: [{ delta: { content: "error" } }], type: "chat.completion.chunk" },
    { type: "ping", message: "still here" },
    { usage: { completion_tokens: 3 }, code: 7 },
  ]) {
    expect(endpointErrorFrom(value), JSON.stringify(value)).toBeNull();
  }
});
