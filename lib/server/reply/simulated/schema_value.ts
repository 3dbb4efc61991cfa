import { asArray, asObject, asText, type JsonObject } from "../../../base/json.ts";
import type { Random } from "../../../base/random.ts";
import { matches, mergedSchemas, resolvedSchema, SchemaError, typeOf } from "./schema.ts";
import { schemaNumber } from "./schema_number.ts";
import { schemaText } from "./schema_text.ts";

/** A schema that refers to itself is followed so often; behind that only what has to be there is made. */
const DEEPEST = 4;

/** No value fits a schema that still goes on behind so many levels. */
const ENDLESS = 64;

/** No value has more parts than this. */
const MOST = 20_000;

/** How many items a list gets that may have any number. */
const ITEMS = 2;

/**
 * A value that fits a JSON schema. The same random numbers give the same value. Of `anyOf` and `oneOf` the first branch is
 * taken that can be. Optional properties are there, too, as long as the schema does not turn back on itself.
 *
 * @throws {SchemaError} for a schema that no value fits, or that says something which is not known here
 *
 * @example
 * ```ts
 * schemaValue({ type: "object", properties: { n: { type: "integer", minimum: 3, maximum: 3 } } }, { random: () => 0 });
 * // { n: 3 }
 * ```
 */
export function schemaValue(schema: unknown, { random }: { readonly random: Random }): unknown {
  return new SchemaMaker(schema, random).value(schema, 0);
}

/** What a schema may say here, besides notes for people. Anything else would be ignored in silence. */
const UNKNOWN = [
  "not",
  "if",
  "contains",
  "propertyNames",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "$dynamicRef",
  "$recursiveRef",
];

class SchemaMaker {
  readonly #root: unknown;
  readonly #random: Random;
  #made = 0;

  constructor(root: unknown, random: Random) {
    this.#root = root;
    this.#random = random;
  }

  value(given: unknown, depth: number): unknown {
    if (++this.#made > MOST) throw new SchemaError(`asks for more than ${MOST} values`);
    if (depth > ENDLESS) throw new SchemaError("has no end: it refers to itself");
    const schema = resolvedSchema(given, { root: this.#root });
    for (const keyword of UNKNOWN) {
      if (keyword in schema) {
        throw new SchemaError(`has "${keyword}", which the simulated model does not know`);
      }
    }
    const branches = asArray(schema["anyOf"] ?? schema["oneOf"]);
    if (branches.length > 0) return this.#branch(schema, { branches, depth });
    if ("const" in schema) return schema["const"];
    const options = schema["enum"];
    if (options !== undefined) return this.#option(asArray(options), schema);
    switch (typeOf(schema)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, depth);
      case "integer":
      case "number":
        return schemaNumber(schema, { random: this.#random });
      case "boolean":
        return this.#random() < 0.5;
      case "null":
        return null;
      default:
        return schemaText(schema, { random: this.#random });
    }
  }

  /** The first that can be. Where it goes deep already, the one that ends soonest. */
  #branch(
    schema: JsonObject,
    { branches, depth }: { readonly branches: readonly unknown[]; readonly depth: number },
  ): unknown {
    const { anyOf: _, oneOf: __, ...rest } = schema;
    const ordered =
      depth > DEEPEST
        ? branches.toSorted((one, other) => this.#weight(one) - this.#weight(other))
        : branches;
    let problem: unknown;
    for (const branch of ordered) {
      try {
        const own = resolvedSchema(branch, { root: this.#root });
        return this.value(mergedSchemas(rest, own), depth + 1);
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error;
        problem ??= error;
      }
    }
    throw problem;
  }

  #weight(branch: unknown): number {
    const schema = asObject(branch) ?? {};
    if ("$ref" in schema || "anyOf" in schema || "oneOf" in schema) return 2;
    return ["object", "array"].includes(typeOf(schema)) ? 1 : 0;
  }

  #option(options: readonly unknown[], schema: JsonObject): unknown {
    const type = asText(schema["type"]);
    const fitting = type === null ? options : options.filter((option) => isOfType(option, type));
    if (fitting.length === 0) throw new SchemaError(`has an "enum" without a value of its type`);
    return fitting[Math.floor(this.#random() * fitting.length)];
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const required = asArray(schema["required"]).filter((name) => typeof name === "string");
    const properties = asObject(schema["properties"]) ?? {};
    const most = numberIn(schema["maxProperties"]) ?? Infinity;
    const optional =
      depth > DEEPEST ? [] : Object.keys(properties).filter((name) => !required.includes(name));
    const kept = new Set([...required, ...optional.slice(0, Math.max(0, most - required.length))]);
    const names = Object.keys(properties).filter((name) => kept.has(name));
    names.push(...required.filter((name) => !Object.hasOwn(properties, name)));
    for (let extra = 1; names.length < (numberIn(schema["minProperties"]) ?? 0); extra++) {
      const left = Object.keys(properties).find((name) => !names.includes(name));
      names.push(left ?? `key${extra}`);
    }
    const entries = names.map((name): [string, unknown] => {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const matching = Object.entries(asObject(schema["patternProperties"]) ?? {})
        .filter(([pattern]) => matches(pattern, name))
        .map(([, value]) => value);
      const others = [...(own === undefined ? [] : [own]), ...matching];
      const rest = schema["additionalProperties"] ?? true;
      if (others.length === 0 && rest === false) {
        throw new SchemaError(`wants the property "${name}", and allows none of that name`);
      }
      const value = others.length === 0 ? rest : { allOf: others };
      return [name, this.value(value, depth + 1)];
    });
    if (names.length > most) throw new SchemaError(`wants more properties than it allows`);
    return Object.fromEntries(entries);
  }

  #array(schema: JsonObject, depth: number): unknown[] {
    const first = asArray(
      schema["prefixItems"] ?? (Array.isArray(schema["items"]) ? schema["items"] : []),
    );
    const rest = Array.isArray(schema["items"]) ? schema["additionalItems"] : schema["items"];
    const least = numberIn(schema["minItems"]) ?? 0;
    const most = numberIn(schema["maxItems"]) ?? Infinity;
    const usual = depth > DEEPEST ? 0 : first.length > 0 ? first.length : ITEMS;
    const length = Math.min(Math.max(usual, least), most);
    if (least > most) throw new SchemaError("wants more items than it allows");
    if (least > MOST) throw new SchemaError(`asks for more than ${MOST} values`);
    const isUnique = schema["uniqueItems"] === true;
    const seen = new Set<string>();
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) {
      const item = index < first.length ? first[index] : (rest ?? true);
      if (item === false && index >= least) break;
      const made = this.#item(item, { depth, seen: isUnique ? seen : null });
      if (made === NONE && index >= least) break;
      if (made === NONE) throw new SchemaError("has too few values for its unique items");
      items.push(made);
    }
    return items;
  }

  #item(
    schema: unknown,
    { depth, seen }: { readonly depth: number; readonly seen: Set<string> | null },
  ): unknown {
    for (let attempt = 0; attempt < 100; attempt++) {
      const value = this.value(schema, depth + 1);
      const text = JSON.stringify(value);
      if (seen === null || !seen.has(text)) {
        seen?.add(text);
        return value;
      }
    }
    // Of few values, chance may leave one out.
    const options = asArray(resolvedSchema(schema, { root: this.#root })["enum"]);
    const left = options.find((option) => !seen?.has(JSON.stringify(option)));
    if (left === undefined) return NONE;
    seen?.add(JSON.stringify(left));
    return left;
  }
}

/** No item that is not there already. */
const NONE = Symbol("none");

function numberIn(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return asObject(value) !== null;
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
