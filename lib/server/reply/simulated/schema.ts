import { asArray, asObject, asText, type JsonObject } from "../../../base/json.ts";

/** A schema that no value fits, or none that can be made here. The message goes on after the field's name. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** References may lead to each other so often. */
const LONGEST_WAY = 32;

/**
 * The schema itself, with what it refers to in its place (`$ref`, in this document) and all of `allOf` in one.
 *
 * @throws {SchemaError} for a reference that leads nowhere, and for `false`
 */
export function resolvedSchema(
  given: unknown,
  { root, way = 0 }: { readonly root: unknown; readonly way?: number },
): JsonObject {
  if (given === true) return {};
  const schema = asObject(given);
  if (given === false) throw new SchemaError("fits no value: a schema in it is false");
  if (schema === null) throw new SchemaError("has a schema that is no object");
  if (way > LONGEST_WAY) throw new SchemaError("has no end: it refers to itself");
  const { $ref, allOf, ...own } = schema;
  const others = asArray(allOf).map((other) => resolvedSchema(other, { root, way: way + 1 }));
  if (typeof $ref === "string") {
    others.unshift(resolvedSchema(target($ref, root), { root, way: way + 1 }));
  }
  return others.reduce((merged, other) => mergedSchemas(merged, other), own);
}

/** https://www.rfc-editor.org/rfc/rfc6901 */
function target(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) {
    throw new SchemaError(`refers to "${reference.slice(0, 100)}", which lies elsewhere`);
  }
  let found: unknown = root;
  for (const step of decodeURIComponent(reference.slice(1)).split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const list = asArray(found);
    found = list.length > 0 ? list[Number(name)] : asObject(found)?.[name];
  }
  if (found === undefined) {
    throw new SchemaError(`refers to "${reference.slice(0, 100)}", which it does not have`);
  }
  return found;
}

/** Bounds of which the higher, and of which the lower one counts. */
const LOWER = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]);
const UPPER = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]);

/**
 * One schema that says what both say.
 *
 * @throws {SchemaError} where both can hold only apart, or nobody knows how they go together
 */
export function mergedSchemas(one: JsonObject, other: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    merged[name] = name in merged ? mergedValue(name, [merged[name], value]) : value;
  }
  return merged;
}

function mergedValue(name: string, [one, other]: readonly [unknown, unknown]): unknown {
  if (JSON.stringify(one) === JSON.stringify(other)) return one;
  if (LOWER.has(name) && typeof one === "number" && typeof other === "number") {
    return Math.max(one, other);
  }
  if (UPPER.has(name) && typeof one === "number" && typeof other === "number") {
    return Math.min(one, other);
  }
  switch (name) {
    case "required":
      return [...new Set([...asArray(one), ...asArray(other)])];
    case "properties":
    case "patternProperties":
    case "$defs":
    case "definitions":
      return mergedProperties(asObject(one) ?? {}, asObject(other) ?? {});
    case "type":
    case "enum":
      return common(name, [one, other]);
    case "items":
      return { allOf: [one, other] };
    case "additionalProperties":
      return one === false || other === false ? false : { allOf: [one, other] };
    case "title":
    case "description":
    case "default":
    case "examples":
    case "$id":
    case "$schema":
      return other;
    default:
      throw new SchemaError(`has two of "${name}" for one value`);
  }
}

function mergedProperties(one: JsonObject, other: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    merged[name] = Object.hasOwn(one, name) ? { allOf: [one[name], value] } : value;
  }
  return merged;
}

function common(name: string, [one, other]: readonly [unknown, unknown]): unknown {
  const lists = [one, other].map((value) => (Array.isArray(value) ? asArray(value) : [value]));
  const texts = new Set(lists[1]?.map((value) => JSON.stringify(value)));
  const both = lists[0]?.filter((value) => texts.has(JSON.stringify(value))) ?? [];
  if (both.length === 0 && name === "type" && texts.has('"number"')) {
    const isInteger = lists[0]?.includes("integer") ?? false;
    if (isInteger) return "integer";
  }
  if (both.length === 0) throw new SchemaError(`has two of "${name}" with nothing in common`);
  return both;
}

/**
 * Whether a regular expression of a schema matches.
 *
 * @throws {SchemaError} where it is none
 */
export function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    throw new SchemaError(
      `has a pattern that cannot be read: ${JSON.stringify(pattern.slice(0, 100))}`,
    );
  }
}

/** The type of the values that a schema means: the first that it names, or the one that its words are for. */
export function typeOf(schema: JsonObject): string {
  const { type } = schema;
  const named = asText(Array.isArray(type) ? type[0] : type);
  if (named !== null) return named;
  const has = (...names: readonly string[]): boolean => names.some((name) => name in schema);
  if (has("properties", "required", "additionalProperties", "patternProperties", "minProperties")) {
    return "object";
  }
  if (has("items", "prefixItems", "minItems", "maxItems", "uniqueItems")) return "array";
  if (has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")) {
    return "number";
  }
  return "string";
}
