import type { JsonObject } from "../../../base/json.ts";
import type { Random } from "../../../base/random.ts";
import { SchemaError, typeOf } from "./schema.ts";

/** How far a value goes from the only bound that there is, or from 0. */
const SPAN = 100;

/**
 * A number in the bounds of its schema, a multiple of `multipleOf`.
 *
 * @throws {SchemaError} where there is none
 */
export function schemaNumber(schema: JsonObject, { random }: { readonly random: Random }): number {
  const isInteger = typeOf(schema) === "integer";
  const given = number(schema["multipleOf"]);
  const step = isInteger ? wholeMultiple(given ?? 1) : given;
  const { low, high } = bounds(schema);
  if (step !== null && step > 0) return multiple(step, { low, high, random });
  const value = low.at + (high.at - low.at) * random();
  const rounded = Number(value.toFixed(2));
  for (const candidate of [rounded, value, (low.at + high.at) / 2, low.at, high.at]) {
    if (fits(candidate, { low, high })) return candidate;
  }
  throw new SchemaError("has no number between its bounds");
}

interface Bound {
  readonly at: number;
  readonly excluded: boolean;
}

interface Bounds {
  readonly low: Bound;
  readonly high: Bound;
}

/** Before draft 6, `exclusiveMinimum` says whether `minimum` is one. */
function bounds(schema: JsonObject): Bounds {
  const low = bound(schema, { name: "minimum", exclusive: "exclusiveMinimum", sign: 1 });
  const high = bound(schema, { name: "maximum", exclusive: "exclusiveMaximum", sign: -1 });
  const step = number(schema["multipleOf"]) ?? 1;
  const span = Math.max(SPAN, 2 * step);
  return {
    low: low ?? { at: Math.min(0, (high?.at ?? 0) - span), excluded: false },
    high: high ?? { at: Math.max(low?.at ?? 0, 0) + span, excluded: false },
  };
}

function bound(
  schema: JsonObject,
  {
    name,
    exclusive,
    sign,
  }: { readonly name: string; readonly exclusive: string; readonly sign: 1 | -1 },
): Bound | null {
  const at = number(schema[name]);
  const excluded = schema[exclusive];
  const beyond = number(excluded);
  if (at === null) return beyond === null ? null : { at: beyond, excluded: true };
  // The one that lets less through.
  if (beyond !== null && sign * (beyond - at) >= 0) return { at: beyond, excluded: true };
  return { at, excluded: excluded === true };
}

function fits(value: number, { low, high }: Bounds): boolean {
  return (
    (low.excluded ? value > low.at : value >= low.at) &&
    (high.excluded ? value < high.at : value <= high.at)
  );
}

function multiple(
  step: number,
  { low, high, random }: Bounds & { readonly random: Random },
): number {
  let first = Math.ceil(low.at / step);
  let last = Math.floor(high.at / step);
  if (low.excluded && first * step <= low.at) first++;
  if (high.excluded && last * step >= high.at) last--;
  if (first > last) throw new SchemaError("has no number between its bounds");
  const chosen = (first + Math.floor(random() * (last - first + 1))) * step;
  // 3 * 0.1 is not 0.3.
  return Number(chosen.toFixed(decimals(step))) + 0;
}

/** An integer that is a multiple of 0.5 is one of 1. */
function wholeMultiple(step: number): number {
  if (Number.isInteger(step)) return step;
  const scale = 10 ** decimals(step);
  const scaled = Math.round(step * scale);
  return scaled / greatestDivisor(scaled, scale);
}

function greatestDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestDivisor(other, one % other);
}

function decimals(value: number): number {
  return Math.min(15, /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0);
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
