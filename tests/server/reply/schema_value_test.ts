import { Validator } from "@cfworker/json-schema";
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { seededRandom } from "../../../lib/base/random.ts";
import { patternText } from "../../../lib/server/reply/simulated/pattern_text.ts";
import { SchemaError } from "../../../lib/server/reply/simulated/schema.ts";
import { schemaValue } from "../../../lib/server/reply/simulated/schema_value.ts";
import { runs } from "../../support/runs.ts";

function valueOf(schema: unknown, seed = 1): unknown {
  return schemaValue(schema, { random: seededRandom(seed) });
}

/** The value, once a validator that nobody here wrote has said that it fits. */
function fitting(schema: object, seed = 1): unknown {
  const value = valueOf(schema, seed);
  const { valid, errors } = new Validator(schema as never, "2020-12", false).validate(value);
  if (!valid) throw new Error(JSON.stringify({ schema, value, errors }));
  return value;
}

function problemOf(schema: unknown): string {
  try {
    valueOf(schema);
  } catch (error) {
    if (error instanceof SchemaError) return error.message;
    throw error;
  }
  return "none";
}

const texts = fc
  .tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 }))
  .map(([min, more]) => ({ type: "string", minLength: min, maxLength: min + more }));
const patterns = fc
  .constantFrom(
    "^[A-Z]{2}-\\d{4}$",
    "^(foo|ba[rz])+$",
    "^\\w+@\\w+\\.com$",
    "[^a-z]{3,}",
    "^\\+?[0-9 ]{7,}$",
    "^#[0-9a-fA-F]{6}$",
    "",
  )
  .map((pattern) => ({ type: "string", pattern }));
const integers = fc
  .tuple(fc.integer({ min: -500, max: 500 }), fc.nat({ max: 50 }), fc.boolean(), fc.boolean())
  .map(([low, span, isOpen, hasTop]) => ({
    type: "integer",
    [isOpen ? "exclusiveMinimum" : "minimum"]: low,
    maximum: hasTop ? low + span + 1 : 10_000,
  }));
const multiples = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 50 }))
  .map(([multipleOf, minimum]) => ({ type: "integer", multipleOf, minimum }));
const numbers = fc
  .tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  )
  .map(([minimum, span]) => ({ type: "number", minimum, exclusiveMaximum: minimum + span }));
const plain = fc.constantFrom<object>(
  { type: "boolean" },
  { type: "null" },
  { type: ["string", "null"] },
  { const: { a: [1] } },
  { enum: ["red", 5, null] },
  { type: "string", enum: ["a", 1] },
  { type: "string", format: "date-time" },
  { type: "string", format: "uuid" },
  { type: "string", format: "email" },
  {},
);
const { schema: schemas } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    plain,
    texts,
    patterns,
    integers,
    multiples,
    numbers,
    fc
      .dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie("schema"), { maxKeys: 4 })
      .chain((properties) =>
        fc.subarray(Object.keys(properties)).map((required) => ({
          type: "object",
          properties,
          required,
          additionalProperties: false,
        })),
      ),
    fc
      .tuple(tie("schema"), fc.nat({ max: 3 }), fc.nat({ max: 3 }))
      .map(([items, minItems, more]) => ({
        type: "array",
        items,
        minItems,
        maxItems: minItems + more,
      })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((prefixItems) => ({
      type: "array",
      prefixItems,
      minItems: prefixItems.length,
    })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie("schema").map((item) => ({
      type: "object",
      properties: { item: { $ref: "#/$defs/item" } },
      required: ["item"],
      $defs: { item },
    })),
  ),
}));

test("a value fits its schema, whatever that is, and is the same for the same seed", () => {
  fc.assert(
    fc.property(schemas, fc.integer(), (schema, seed) => {
      // A reference leads to the root of the document: from a schema that stands deeper it would lead elsewhere.
      const references = JSON.stringify(schema).match(/"\$ref"/g) ?? [];
      fc.pre(references.length === ("$defs" in schema ? 1 : 0));
      const value = fitting(schema, seed);
      expect(valueOf(schema, seed)).toEqual(value);
    }),
    { numRuns: runs(500) },
  );
});

test("the schemas that clients make have values", () => {
  const person = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: {
      name: { type: "string", description: "Full name" },
      age: { type: "integer", minimum: 0, maximum: 150 },
      mood: { enum: ["happy", "sad"] },
      address: { anyOf: [{ $ref: "#/$defs/Address" }, { type: "null" }] },
      tags: { type: "array", items: { type: "string" }, uniqueItems: true, minItems: 3 },
    },
    required: ["name", "age", "mood", "address", "tags"],
    additionalProperties: false,
    $defs: {
      Address: {
        title: "Address",
        type: "object",
        properties: { city: { type: "string" }, zip: { type: "string", pattern: "^\\d{5}$" } },
        required: ["city", "zip"],
      },
    },
  };
  expect(fitting(person)).toEqual({
    name: expect.any(String),
    age: expect.any(Number),
    mood: expect.stringMatching(/^(happy|sad)$/),
    address: { city: expect.any(String), zip: expect.stringMatching(/^\d{5}$/) },
    tags: [expect.any(String), expect.any(String), expect.any(String)],
  });
  expect(
    fitting({ allOf: [{ properties: { a: { type: "integer" } } }, { required: ["a", "b"] }] }),
  ).toEqual({
    a: expect.any(Number),
    b: expect.any(String),
  });
  expect(fitting({ oneOf: [{ type: "object", properties: { kind: { const: "a" } } }] })).toEqual({
    kind: "a",
  });
  expect(
    fitting({ type: "object", patternProperties: { "^x": { type: "null" } }, required: ["xy"] }),
  ).toEqual({ xy: null });
  expect(fitting({ type: "object", minProperties: 2 })).toEqual({
    key1: expect.any(String),
    key2: expect.any(String),
  });
  expect(
    fitting({ type: "array", items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 3 }),
  ).toHaveLength(3);
  expect(fitting({ type: "number", multipleOf: 0.5, minimum: 0.1, maximum: 0.9 })).toBe(0.5);
});

test("a schema that turns back on itself has a value that ends", () => {
  const node = {
    type: "object",
    properties: {
      value: { type: "integer" },
      next: { anyOf: [{ $ref: "#" }, { type: "null" }] },
      children: { type: "array", items: { $ref: "#" } },
    },
    required: ["value", "next", "children"],
  };
  expect(JSON.stringify(fitting(node)).length).toBeLessThan(100_000);
  const tree = {
    $ref: "#/$defs/tree",
    $defs: {
      tree: {
        type: "object",
        properties: { left: { $ref: "#/$defs/tree" }, right: { $ref: "#/$defs/tree" } },
      },
    },
  };
  expect(JSON.stringify(fitting(tree)).length).toBeLessThan(100_000);
});

test("a schema that no value fits says why", () => {
  expect(problemOf(false)).toBe("fits no value: a schema in it is false");
  expect(problemOf("text")).toBe("has a schema that is no object");
  expect(problemOf({ $ref: "#" })).toBe("has no end: it refers to itself");
  expect(problemOf({ $ref: "#/$defs/a" })).toBe('refers to "#/$defs/a", which it does not have');
  expect(problemOf({ $ref: "https://example.com/a.json" })).toBe(
    'refers to "https://example.com/a.json", which lies elsewhere',
  );
  const endless = { type: "object", properties: { a: { $ref: "#" } }, required: ["a"] };
  expect(problemOf(endless)).toBe("has no end: it refers to itself");
  expect(problemOf({ type: "integer", minimum: 2, maximum: 1 })).toBe(
    "has no number between its bounds",
  );
  expect(problemOf({ type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 })).toBe(
    "has no number between its bounds",
  );
  expect(problemOf({ type: "string", minLength: 2, maxLength: 1 })).toBe(
    "wants a longer text than it allows",
  );
  expect(problemOf({ type: "string", minLength: 1e9 })).toBe(
    "asks for a text of more than 100000 characters",
  );
  expect(problemOf({ type: "string", pattern: "^(?=a)a$" })).toBe(
    'has the pattern "^(?=a)a$", for which the simulated model finds no text',
  );
  expect(problemOf({ type: "array", minItems: 1e9 })).toBe("asks for more than 20000 values");
  expect(problemOf({ type: "array", items: { const: 1 }, uniqueItems: true, minItems: 2 })).toBe(
    "has too few values for its unique items",
  );
  expect(problemOf({ required: ["a"], additionalProperties: false })).toBe(
    'wants the property "a", and allows none of that name',
  );
  expect(problemOf({ not: { type: "string" } })).toBe(
    'has "not", which the simulated model does not know',
  );
  expect(problemOf({ allOf: [{ type: "string" }, { type: "null" }] })).toBe(
    'has two of "type" with nothing in common',
  );
  expect(problemOf({ anyOf: [false, { $ref: "#/a" }] })).toBe(
    "fits no value: a schema in it is false",
  );
});

test("a text is found for patterns as schemas have them", () => {
  for (const pattern of [
    "^\\d{3}-\\d{2}-\\d{4}$",
    "^(https?):\\/\\/[^\\s]+$",
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^\\p{L}{3,5}$",
    "\\u0041\\x42",
    "^[^A-Z]$",
    "^a.c$",
    "^[\\d.-]{4}$",
    "^(a|(b|c){2}){3}$",
    "x",
  ]) {
    const text = patternText(pattern, { random: seededRandom(3), min: 0, max: Infinity });
    expect(text).toMatch(new RegExp(pattern, "u"));
  }
  const long = patternText("^[ab]+$", { random: seededRandom(1), min: 40, max: 60 });
  expect(long).toMatch(/^[ab]{40,60}$/);
});

function find(pattern: string): string | null {
  return patternText(pattern, { random: seededRandom(1), min: 0, max: Infinity });
}

test("a pattern without end, or with none that is found, costs little", () => {
  expect(find("((((a{99}){99}){99}){99}){99}")).toBeNull();
  expect(find("(((()){9999}){9999}){9999}")).toBeNull();
  // Of what does not match, such a pattern would try all ways.
  const long = patternText("^(a+)+$", { random: seededRandom(1), min: 60, max: 70 });
  expect(long ?? "").toMatch(/^a*$/);
  expect(find("(".repeat(5000))).toBeNull();
  expect(find("(a")).toBeNull();
  expect(find("(a)\\1")).toBeNull();
});
