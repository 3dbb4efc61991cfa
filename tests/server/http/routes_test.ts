import { expect, test } from "bun:test";
import { rootOf, servingModel } from "../../support/simulated.ts";
import { ask } from "../../support/serving.ts";
import { APIS, bodyOver } from "../../support/told.ts";

const VERSION = { "anthropic-version": "2023-06-01" };

async function told(response: Response | Promise<Response>): Promise<unknown> {
  const { status } = await response;
  return [status, await (await response).json()];
}

test("every protocol is answered at its path, below /v1", async () => {
  await using endpoint = await servingModel();
  for (const api of APIS) {
    const response = await ask(endpoint, bodyOver(api), { api });
    expect([api, response.status]).toEqual([api, 200]);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await response.text();
  }
});

test("a model is found by its name, and one that there is not is a 404, in the form of the client", async () => {
  await using endpoint = await servingModel();
  const get = (path: string, headers: Record<string, string> = {}): Promise<unknown> =>
    told(fetch(`${endpoint.baseUrl}${path}`, { headers }));
  const openai = { id: "simulated", object: "model", created: 0, owned_by: "streamgauge" };
  expect(await get("/models/simulated")).toEqual([200, openai]);
  expect(await get("/models")).toEqual([200, { object: "list", data: [openai] }]);
  const message = 'there is no model "a/b" here: GET /v1/models lists those that there are';
  expect(await get("/models/a%2Fb")).toEqual([
    404,
    { error: { message, type: "invalid_request_error", param: null, code: "not_found" } },
  ]);
  const anthropic = {
    type: "model",
    id: "simulated",
    display_name: "simulated",
    created_at: "1970-01-01T00:00:00Z",
  };
  expect(await get("/models/simulated", VERSION)).toEqual([200, anthropic]);
  expect(await get("/models", VERSION)).toEqual([
    200,
    { data: [anthropic], has_more: false, first_id: "simulated", last_id: "simulated" },
  ]);
  expect(await get("/models/a/b", VERSION)).toEqual([
    404,
    { type: "error", error: { type: "not_found_error", message } },
  ]);
});

function errorOf(type: string, message: string) {
  return { type: "error", error: { type, message } };
}

test("what is refused before the answer has the form of the protocol, too", async () => {
  await using endpoint = await servingModel();
  const url = `${endpoint.baseUrl}/messages`;
  const post = (body: string, headers: Record<string, string> = {}): Promise<unknown> =>
    told(
      fetch(url, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      }),
    );
  expect(await post("[]")).toEqual([
    400,
    errorOf("invalid_request_error", "the body is not a JSON object"),
  ]);
  expect(await post("{}", { "content-type": "text/plain" })).toMatchObject([
    415,
    errorOf("invalid_request_error", expect.stringContaining("content-type") as never),
  ]);
  expect(await post("{}", { origin: "http://evil.example" })).toMatchObject([
    403,
    { error: { type: "permission_error" } },
  ]);
  expect(await told(fetch(url))).toEqual([
    404,
    errorOf("not_found_error", "GET /v1/messages is not served here"),
  ]);
  expect(await told(fetch(`${url}/count_tokens`, { method: "POST" }))).toMatchObject([
    404,
    { type: "error" },
  ]);
});

test("a path with two /v1, or with none, is told where it belongs", async () => {
  await using endpoint = await servingModel();
  expect(
    await told(ask({ baseUrl: `${endpoint.baseUrl}/v1` }, {}, { api: "messages" })),
  ).toMatchObject([
    404,
    {
      error: {
        message:
          "POST /v1/v1/messages is not served here; paths begin with one /v1: some clients add it by themselves",
      },
    },
  ]);
  for (const api of APIS) {
    expect(await told(ask({ baseUrl: rootOf(endpoint) }, {}, { api }))).toMatchObject([
      404,
      { error: { message: expect.stringMatching(/is not served here; paths begin with \/v1$/) } },
    ]);
  }
});

test("embeddings are not served", async () => {
  await using endpoint = await servingModel();
  const response = await fetch(`${endpoint.baseUrl}/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", input: "a" }),
  });
  expect(await told(response)).toMatchObject([
    404,
    { error: { message: "POST /v1/embeddings is not served here" } },
  ]);
});
