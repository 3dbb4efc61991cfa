import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  completed,
  readAs,
  response,
  type TypedEvent,
  typedStream,
} from "../support/protocol_streams.ts";
import { runs } from "../support/runs.ts";

/** A text of an item, in deltas, and what of it comes once more, or only so. */
interface PlannedText {
  readonly deltas: readonly string[];
  readonly hasDeltas: boolean;
  readonly hasTextDone: boolean;
  readonly hasPartDone: boolean;
}

/** How events say where they belong. */
type Places = "both" | "ids" | "places" | "changing ids";

const deltas = fc.array(fc.constantFrom("a", "ab", "b", " ", "好"), { minLength: 1, maxLength: 4 });
const [no, maybe] = [fc.constant(false), fc.boolean()];
/** What comes at the end of its item alone. */
const late = fc.record({ deltas, hasDeltas: no, hasTextDone: no, hasPartDone: no });
const early = fc
  .record({ deltas, hasDeltas: maybe, hasTextDone: maybe, hasPartDone: maybe })
  .filter((one) => one.hasDeltas || one.hasTextDone || one.hasPartDone);
const count = { minLength: 1, maxLength: 3 };
const item = fc.record({
  texts: fc.oneof(fc.array<PlannedText>(early, count), fc.array<PlannedText>(late, count)),
  isReasoning: fc.boolean(),
});
type PlannedItem = typeof item extends fc.Arbitrary<infer Value> ? Value : never;

function eventsOfItem(planned: PlannedItem, index: number, places: Places): TypedEvent[] {
  const { texts, isReasoning } = planned;
  const kind = isReasoning ? "reasoning_text" : "output_text";
  let made = 0;
  const around = (): { readonly [key: string]: unknown } => {
    const id = places === "changing ids" ? `r${index}_${made++}` : idOf(index);
    if (places === "places") return { output_index: index };
    return places === "ids" ? { item_id: id } : { item_id: id, output_index: index };
  };
  const content = texts.map(({ deltas }) => ({ type: kind, text: deltas.join("") }));
  const whole = { id: idOf(index), type: isReasoning ? "reasoning" : "message", content };
  const place = places === "ids" ? {} : { output_index: index };
  return [
    response("output_item.added", { ...place, item: { ...whole, content: [] } }),
    ...texts.flatMap((one, content_index): TypedEvent[] => {
      const said = one.deltas.join("");
      const told = (type: string, fields: object): TypedEvent =>
        response(type, Object.assign(around(), { content_index }, fields));
      return [
        one.hasDeltas ? one.deltas.map((delta) => told(`${kind}.delta`, { delta })) : [],
        one.hasTextDone ? [told(`${kind}.done`, { text: said })] : [],
        one.hasPartDone ? [told("content_part.done", { part: content[content_index] })] : [],
      ].flat();
    }),
    response("output_item.done", { ...place, item: whole }),
  ];
}

function idOf(index: number): string {
  return `item_${index}`;
}

function textOf(items: readonly PlannedItem[], isReasoning: boolean): string {
  return items
    .filter((one) => one.isReasoning === isReasoning)
    .flatMap(({ texts }) => texts.flatMap(({ deltas }) => deltas))
    .join("");
}

const places = fc.constantFrom<Places>("both", "ids", "places", "changing ids");

test("whatever of a response comes as deltas, whole, or both, is read exactly once", () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 4 }), places, (items, how) => {
      const events = items.flatMap((one, index) => eventsOfItem(one, index, how));
      const output = items.map(({ texts, isReasoning }) => ({
        type: isReasoning ? "reasoning" : "message",
        content: texts.map(({ deltas }) => ({ type: "output_text", text: deltas.join("") })),
      }));
      const { reading, verdict } = readAs(
        "responses",
        typedStream(...events, completed({ output })),
      );
      expect(verdict.outcome).toBe("complete");
      expect(reading.choices[0]).toMatchObject({
        content: textOf(items, false),
        reasoning: textOf(items, true),
      });
    }),
    { seed: 41, numRuns: runs(500) },
  );
});

const call = fc.record({
  parts: fc.array(fc.constantFrom("1", "2", "[]"), { minLength: 1, maxLength: 3 }),
  hasDeltas: fc.boolean(),
  hasDone: fc.boolean(),
  isAdded: fc.boolean(),
});

const given = (parts: readonly string[]): string => `[${parts.join(",")}]`;

test("whatever of a call comes as deltas, whole, or both, is read exactly once", () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 4 }), fc.boolean(), (calls, hasPlaces) => {
      const events = calls.flatMap(({ parts, hasDeltas, hasDone, isAdded }, index) => {
        const place = hasPlaces ? { output_index: index } : {};
        const named = { id: idOf(index), type: "function_call", call_id: `c${index}`, name: "f" };
        const around = { ...place, item_id: idOf(index) };
        const written = given(parts);
        return [
          ...(isAdded ? [response("output_item.added", { ...place, item: named })] : []),
          ...(hasDeltas && isAdded ? (written.match(/../g) ?? []) : []).map((delta, at, all) =>
            response("function_call_arguments.delta", {
              ...around,
              delta: at === all.length - 1 ? written.slice(2 * at) : delta,
            }),
          ),
          ...(hasDone && isAdded
            ? [response("function_call_arguments.done", { ...around, arguments: written })]
            : []),
          response("output_item.done", { ...place, item: { ...named, arguments: written } }),
        ];
      });
      const { reading } = readAs("responses", typedStream(...events, completed()));
      expect(
        (reading.choices[0]?.toolCalls ?? []).map(({ id, arguments: text }) => [id, text]),
      ).toEqual(calls.map(({ parts }, index) => [`c${index}`, given(parts)]));
    }),
    { seed: 42, numRuns: runs(300) },
  );
});
