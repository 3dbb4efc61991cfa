import fc from "fast-check";

/** Something that can be tried with random input. */
export interface OpenTarget {
  readonly property: fc.IRawProperty<[unknown], boolean>;
  /** Looks at what is left when all inputs have been tried. @throws for what should not be left. */
  readonly finish?: () => Promise<void>;
}

/** A target that needs nothing but the input. `check` throws for what must not be. */
export function target<Input>(
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => void,
): OpenTarget {
  return { property: fc.property(inputs, check) as unknown as OpenTarget["property"] };
}

/** The property of a target that has to be waited for. */
export function asyncProperty<Input>(
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => Promise<void>,
): OpenTarget["property"] {
  return fc.asyncProperty(inputs, check) as unknown as OpenTarget["property"];
}

/** Throws unless both are equal, and says where they first differ. */
export function same(one: unknown, other: unknown, what: string): void {
  if (Bun.deepEquals(one, other, true)) return;
  const { path, values } = difference(one, other);
  const shown = values.map((value) => Bun.inspect(value, { depth: 4 })).join(" and ");
  throw new Error(`${what}: ${path.join(".")} is ${shown}`);
}

function difference(
  one: unknown,
  other: unknown,
): { readonly path: readonly string[]; readonly values: readonly unknown[] } {
  if (isObject(one) && isObject(other)) {
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
      if (Bun.deepEquals(one[key], other[key], true)) continue;
      const { path, values } = difference(one[key], other[key]);
      return { path: [key, ...path], values };
    }
  }
  return { path: [], values: [one, other] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** What a function gave, or the error that it may throw; any other goes on. */
export function outcomeOf(
  run: () => unknown,
  mayThrow: new (...args: never[]) => Error,
): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof mayThrow) return { error: error.message };
    throw error;
  }
}

/** Places to cut at, for an input of any length. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 100_000 }), { maxLength: 6 });

/** The input cut there: a place past its end counts from its start again. */
export function cutAt<Input extends string | Uint8Array>(
  input: Input,
  places: readonly number[],
): Input[] {
  const inside = places.map((place) => place % (input.length + 1));
  const ends = [...new Set([...inside, input.length])].toSorted((a, b) => a - b);
  return ends.map((end, index) => input.slice(index === 0 ? 0 : ends[index - 1], end) as Input);
}
