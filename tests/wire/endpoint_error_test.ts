import { expect, test } from "bun:test";
import {
  type EndpointError,
  endpointErrorFrom,
  endpointErrorFromBody,
  endpointErrorFromText,
} from "../../lib/wire/endpoint_error.ts";
import { reasonOf } from "../../lib/wire/error_reason.ts";

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

test("endpoint error is none where an error says nothing, or its code is that of success", () => {
  for (const value of [
    { error: {} },
    { error: [] },
    { error: false },
    { error: "" },
    { error: 0 },
    { error: "None" },
    { error: { message: "", code: null, param: null } },
    { error: { code: 0, message: "Success" } },
    { error: { code: "0", message: "" } },
    { code: 0, message: "Success" },
    { code: 200, message: "success" },
    { code: "0", msg: "ok" },
    { code: "success", message: "Success." },
    { code: 0, message: "成功" },
  ]) {
    expect(endpointErrorFrom(value), JSON.stringify(value)).toBeNull();
    expect(endpointErrorFrom({ ...value, choices: [] }), JSON.stringify(value)).toBeNull();
  }
});

test("endpoint error is one where a code of success goes with other words", () => {
  expect(endpointErrorFrom({ code: 200, message: "model overloaded" })).toEqual({
    message: "model overloaded",
    code: "200",
  });
  expect(endpointErrorFrom({ error: { code: 0, message: "internal" } })?.message).toBe("internal");
});

test("endpoint error is found where it stands in a shape of its own", () => {
  const cases: [object, EndpointError][] = [
    [
      { error: true, message: "boom" },
      { message: "boom", code: null },
    ],
    [
      { error: 502, message: "boom" },
      { message: "boom", code: "502" },
    ],
    [{ error: ["boom", { message: "bang" }] }, { message: "boom; bang", code: null }],
    [
      { choices: [{ delta: {}, error: { code: 502, message: "boom" } }] },
      { message: "boom", code: "502" },
    ],
    [
      { success: false, errors: [{ code: 7, message: "boom" }] },
      { message: "boom", code: null },
    ],
    [
      { error_code: 336003, error_msg: "boom", id: "as-1" },
      { message: "boom", code: "336003" },
    ],
    [
      { errcode: 7, errmsg: "boom" },
      { message: "boom", code: "7" },
    ],
    [{ choices: [{ delta: { error: "boom" } }] }, { message: "boom", code: null }],
    [{ errors: [{ message: "boom" }] }, { message: "boom", code: null }],
    [
      { status: 500, message: "boom" },
      { message: "boom", code: "500" },
    ],
    [
      { statusCode: 503, message: "boom" },
      { message: "boom", code: "503" },
    ],
    [
      { status: "error", msg: "boom" },
      { message: "boom", code: "error" },
    ],
    [{ detail: "boom" }, { message: "boom", code: null }],
    [{ detail: [{ loc: ["body", 0], msg: "boom" }] }, { message: "body.0: boom", code: null }],
  ];
  for (const [value, expected] of cases) {
    expect(endpointErrorFrom(value as never), JSON.stringify(value)).toEqual(expected);
  }
  expect(endpointErrorFrom({ status: 200, message: "still here" })).toBeNull();
});

test("a status is an error's from 400 to 599, beside a message", () => {
  const codes = [399, 400, 599, 600].map(
    (status) => endpointErrorFrom({ status, message: "boom" })?.code ?? null,
  );
  expect(codes).toEqual([null, "400", "599", null]);
});

test("endpoint error shows the innermost reason, wherever a gateway put it", () => {
  const outer = { message: "Provider returned error", code: 429 };
  const reason = "glm-x is temporarily rate-limited upstream; add your own key";
  const message = `Provider returned error: ${reason}`;
  for (const inner of [
    { metadata: { raw: reason, provider_name: "ProvA" } },
    { metadata: { raw: JSON.stringify({ error: { message: reason } }) } },
    { metadata: { raw: JSON.stringify(reason) } },
    { cause: reason },
    { cause: { name: "Error", cause: { message: reason } } },
    { innererror: { code: "inner", message: reason } },
    { error: reason },
    { error: { message: reason } },
    { error: { message: "None", cause: { error: { message: reason } } } },
    { metadata: { raw: JSON.stringify({ error: { message: "null", error: reason } }) } },
    { detail: reason },
    { detail: { message: reason } },
    { details: reason },
    { details: [{ "@type": "x", reason: "Y" }, { message: reason }] },
    { detail: [{ msg: reason }] },
    { message: `Provider returned error: ${JSON.stringify({ error: { message: reason } })}` },
    { message: `Provider returned error: ${JSON.stringify({ detail: reason })}` },
  ]) {
    const error = { ...outer, ...inner };
    expect(inBody({ error }), JSON.stringify(inner)).toEqual({ message, code: "429" });
    expect(endpointErrorFrom({ error, choices: [] })?.message).toBe(message);
  }
  expect(inBody({ error: JSON.stringify({ error: { message: reason } }) }).message).toBe(reason);
  expect(inBody({ message: JSON.stringify({ msg: reason }), code: 1 }).message).toBe(reason);
});

test("endpoint error says a reason once, and leaves words in brackets or quotes alone", () => {
  expect(inBody({ error: { message: "no balance", cause: "no balance" } }).message).toBe(
    "no balance",
  );
  expect(inBody({ error: { message: "a: no balance", cause: "no balance" } }).message).toBe(
    "a: no balance",
  );
  for (const message of ['unknown model "x"', "wrong field [0]", "bad {", "{}", "use {name}"]) {
    expect(inBody({ error: { message } }).message).toBe(message);
  }
});

test("endpoint error keeps at most 4096 characters of a message, and 200 of a code", () => {
  const text = "x".repeat(16 * 1024 * 1024);
  const kept = `${"x".repeat(4095)}…`;
  expect(endpointErrorFrom({ error: { message: text, code: text } })).toEqual({
    message: kept,
    code: `${"x".repeat(199)}…`,
  });
  expect(endpointErrorFrom({ error: text })?.message).toBe(kept);
  expect(endpointErrorFrom({ error: { odd: text } })?.message).toHaveLength(4096);
  expect(endpointErrorFromText(text).message).toBe(kept);
  expect(endpointErrorFromBody(JSON.stringify(text)).message).toBe(kept);
  expect(endpointErrorFrom({ error: { message: "x".repeat(4096) } })?.message).toBe(
    "x".repeat(4096),
  );
});

test("endpoint error of a hostile body is told without an exception, and soon", () => {
  const many = 1_000_000;
  for (const body of [
    "<title".repeat(many),
    "<".repeat(many),
    `<script>${"<script".repeat(many)}`,
    `<p>${" ".repeat(many)}</p>`,
    " ".repeat(many),
    '{"detail":[{"msg":"x","loc":[{"toString":1}]}]}',
    '{"error":{"message":{"toString":1},"code":{"toString":1}}}',
    `{"error":{"details":${"[".repeat(400)}${"]".repeat(400)}}}`,
    `{"error":{"message":${'{"message":'.repeat(400)}"x"${"}".repeat(400)}}}`,
    `{"error":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    '{"__proto__":{"error":"x"},"error":{"constructor":1}}',
  ]) {
    expect(typeof endpointErrorFromBody(body).message).toBe("string");
    expect(typeof endpointErrorFromText(body).message).toBe("string");
  }
});

test("endpoint error is found where it is not awaited, in an object without choices", () => {
  const boom = { message: "boom", code: 7 };
  const cases: [object, string, string | null][] = [
    [{ header: { code: 10013, message: "blocked" } }, "blocked", "10013"],
    [{ data: { error: boom } }, "boom", "7"],
    [{ output: { error: "boom" } }, "boom", null],
    [{ code: 0, message: "ok", data: { error: boom } }, "boom", "7"],
    [{ Response: { Error: { Code: "A.B", Message: "boom" } } }, "boom", "A.B"],
    [{ Error: { Message: "boom" } }, "boom", null],
    [{ ErrorMsg: "boom", ErrorCode: 7 }, "boom", "7"],
    [{ ErrorMsg: { Msg: "boom", Code: 7 } }, "boom", "7"],
    [{ error_message: "boom", code: "E" }, "boom", "E"],
    [{ Error: true, message: "boom" }, "boom", null],
    [{ type: "response.failed", response: { error: boom } }, "boom", "7"],
    [{ type: "response.failed" }, '{"type":"response.failed"}', null],
    [{ status: "failed", id: 1 }, '{"status":"failed","id":1}', null],
  ];
  for (const [value, message, code] of cases) {
    expect(endpointErrorFrom({ ...value }), message).toEqual({ message, code });
    expect(endpointErrorFrom({ ...value, choices: [{ delta: {} }] })).toBeNull();
  }
});

test("endpoint error is none where such a place says nothing, or that all is well", () => {
  for (const value of [
    { header: { code: 0, message: "Success" } },
    { header: { code: 200 } },
    { header: { code: 0, message: "fine by us" } },
    { header: { code: "0", message: "fine by us" } },
    { header: { code: "200" } },
    { header: { code: "" } },
    { header: { code: null } },
    { header: { status: 2 } },
    { data: { error: null } },
    { data: { error: {} } },
    { data: [{ error: 1 }] },
    { Error: "" },
    { ErrorMsg: "success", ErrorCode: 0 },
    { errorMsg: "", errorCode: 0 },
    { type: "response.completed", response: { error: null } },
    { type: "no_error" },
    { status: "ok" },
    { output: { choices: [], error: "x" } },
  ]) {
    expect(endpointErrorFrom(value), JSON.stringify(value)).toBeNull();
  }
});

test("an object with choices of whatever form is no error by what stands beside them", () => {
  for (const choices of [[], {}, "x", 0, false]) {
    expect(endpointErrorFrom({ choices, error_message: "boom" })).toBeNull();
  }
  expect(endpointErrorFrom({ choices: null, error_message: "boom" })?.message).toBe("boom");
});

test("a header whose code is an object with a toString of its own is read", () => {
  const header = { code: { toString: 1 }, message: "gone" };
  expect(endpointErrorFrom({ header })?.message).toBe("gone");
});

const WRAPS = {
  quoted: (value: unknown) => JSON.stringify(value),
  listed: (value: unknown) => [value],
  caused: (cause: unknown) => ({ cause }),
} as const;

/** A reason that is wrapped so often. */
function wrapped(times: number, how: keyof typeof WRAPS): unknown {
  return Array.from({ length: times }).reduce((value: unknown) => WRAPS[how](value), "boom");
}

test("reasons inside reasons are followed eight deep, and then shown as they stand, or not at all", () => {
  expect(reasonOf({ message: wrapped(8, "quoted") })).toBe("boom");
  expect(reasonOf({ message: wrapped(9, "quoted") })).toBe('"boom"');
  expect(reasonOf({ details: wrapped(8, "listed") })).toBe("boom");
  expect(reasonOf({ details: wrapped(9, "listed") })).toBeNull();
  expect(reasonOf({ cause: wrapped(8, "caused") })).toBe("boom");
  expect(reasonOf({ cause: wrapped(9, "caused") })).toBeNull();
});
