import { expect, test } from "bun:test";
import { listModels } from "../../lib/chat/models.ts";
import { startServer } from "../support/server.ts";

/** The names that are read of an endpoint that answers with this body. */
async function namesOf(body: unknown): Promise<readonly string[] | null> {
  await using server = await startServer((exchange) => {
    exchange.head(200, { "content-type": "application/json" });
    exchange.piece(typeof body === "string" ? body : JSON.stringify(body));
    exchange.end();
  });
  return (await listModels({ baseUrl: server.baseUrl, key: null })).names;
}

test("models are read from every form in which endpoints list them", async () => {
  for (const body of [
    { object: "list", data: [{ id: "a" }, { id: "b" }] },
    [{ id: "a" }, { id: "b" }],
    { models: [{ name: "a" }, { name: "b" }] },
    { models: [{ model: "a" }, "b"] },
    { data: ["a", "b"] },
    ["a", "b"],
    { data: [{ id: "a", name: "A" }, null, {}, { name: "b" }] },
    ` \n${JSON.stringify([{ id: "a" }, { id: "b" }])}\n`,
  ]) {
    expect(await namesOf(body), JSON.stringify(body)).toEqual(["a", "b"]);
  }
});

test("an empty list is a list, and what holds none is no list", async () => {
  for (const body of [{ data: [] }, [], { models: [] }]) expect(await namesOf(body)).toEqual([]);
  for (const body of [{}, { data: {} }, "<html>", "null", '"a"', { error: { message: "no" } }]) {
    expect(await namesOf(body), JSON.stringify(body)).toBeNull();
  }
});
