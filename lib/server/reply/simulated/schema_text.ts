import { asText, type JsonObject } from "../../../base/json.ts";
import type { Random } from "../../../base/random.ts";
import { patternText } from "./pattern_text.ts";
import { matches, SchemaError } from "./schema.ts";
import { words } from "./words.ts";

/** Texts in the formats that schemas name. Others may be any text. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ["date-time", "2026-01-02T03:04:05Z"],
  ["date", "2026-01-02"],
  ["time", "03:04:05Z"],
  ["duration", "PT1H"],
  ["email", "user@example.com"],
  ["idn-email", "user@example.com"],
  ["hostname", "example.com"],
  ["idn-hostname", "example.com"],
  ["ipv4", "192.0.2.1"],
  ["ipv6", "2001:db8::1"],
  ["uri", "https://example.com/a"],
  ["iri", "https://example.com/a"],
  ["url", "https://example.com/a"],
  ["uri-reference", "/a"],
  ["uri-template", "/{a}"],
  ["json-pointer", "/a"],
  ["relative-json-pointer", "0"],
  ["regex", "^a$"],
  ["uuid", "123e4567-e89b-42d3-a456-426614174000"],
  ["byte", "YQ=="],
]);

/** No text of a schema has more characters than this. */
const LONGEST = 100_000;

/** How many words a text has that may have any length. */
const WORDS = 3;

/**
 * A text that fits a schema's `format`, `pattern`, `minLength` and `maxLength`.
 *
 * @throws {SchemaError} where none is found
 */
export function schemaText(schema: JsonObject, { random }: { readonly random: Random }): string {
  const { minLength, maxLength } = schema;
  const min = typeof minLength === "number" ? minLength : 0;
  const max = typeof maxLength === "number" ? maxLength : Infinity;
  if (min > max) throw new SchemaError("wants a longer text than it allows");
  if (min > LONGEST) throw new SchemaError(`asks for a text of more than ${LONGEST} characters`);
  const pattern = asText(schema["pattern"]);
  const formatted = FORMATS.get(asText(schema["format"]) ?? "");
  if (formatted !== undefined) {
    const isMatched = pattern === null || matches(pattern, formatted);
    if (isMatched && formatted.length >= min && formatted.length <= max) return formatted;
    if (pattern === null)
      throw new SchemaError("has a format and a length that do not go together");
  }
  if (pattern !== null) {
    const text = patternText(pattern, { random, min, max });
    if (text === null) {
      throw new SchemaError(
        `has the pattern ${JSON.stringify(pattern.slice(0, 100))}, for which the simulated model finds no text`,
      );
    }
    return text;
  }
  let text = [...words(random, WORDS)].join("");
  while (text.length < min) text += ` ${[...words(random, WORDS)].join("")}`;
  return text.slice(0, Math.min(max, Math.max(min, text.length)));
}
