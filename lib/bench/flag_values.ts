import { UserError } from "../base/message.ts";
import { readDuration, readNumber } from "../command/flag_values.ts";
import type { Price, ServiceLevel } from "../measure/summary.ts";
import { listBad } from "./messages.ts";

/** `a=1,b=2` as pairs; names must be among those given. */
function readList(
  given: { readonly text: string; readonly flag: string },
  { names, example }: { readonly names: readonly string[]; readonly example: string },
): [string, string][] {
  const { text, flag } = given;
  const pairs = text.split(",").map((part) => part.split("="));
  const known = new Set<string>();
  return pairs.map(([name = "", value = "", ...rest]) => {
    if (!names.includes(name) || value === "" || rest.length > 0 || known.has(name)) {
      throw new UserError(listBad(flag, text, example));
    }
    known.add(name);
    return [name, value];
  });
}

/** A limit may be finer than other durations: 12.5 ms a token are 80 tokens a second. */
function readMicros(given: { readonly text: string; readonly flag: string }): number {
  const milliseconds = /^(\d+(?:\.\d{1,3})?)ms$/.exec(given.text)?.[1];
  const micros = Math.round(Number(milliseconds) * 1000);
  return micros > 0 ? micros : readDuration(given) * 1000;
}

/** What `--slo` asks of a request: `ttft=500ms,tpot=50ms`. @throws {UserError} for anything else. */
export function readServiceLevel(text: string, flag: string): ServiceLevel {
  const names = ["ttft", "tpot", "e2e", "itl"];
  const pairs = readList({ text, flag }, { names, example: "ttft=500ms,tpot=50ms" });
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, readMicros({ flag: `${flag} ${name}`, text: value })]),
  );
}

/** The lengths of synthetic prompts and answers, in tokens. */
export interface SyntheticLengths {
  readonly in: number;
  readonly out: number;
}

/** The lengths that `--synthetic` asks for: `in=512,out=128`. @throws {UserError} for anything else. */
export function readSynthetic(text: string, flag: string): SyntheticLengths {
  const example = "in=512,out=128";
  const pairs = readList({ text, flag }, { names: ["in", "out"], example });
  const read = (name: string): number => {
    const value = pairs.find(([known]) => known === name)?.[1];
    if (value === undefined) throw new UserError(listBad(flag, text, example));
    return readNumber({ flag: `${flag} ${name}`, text: value }, { integer: true, min: 1 });
  };
  return { in: read("in"), out: read("out") };
}

/** The concurrencies of `--sweep`: `1,2,4,8`. @throws {UserError} for anything else. */
export function readSweep(text: string, flag: string): readonly number[] {
  const values = text.split(",").map((part) => {
    if (part === "") throw new UserError(listBad(flag, text, "1,2,4,8"));
    return readNumber({ flag, text: part }, { integer: true, min: 1, max: 10_000 });
  });
  return values;
}

/** The price of a million tokens in and out: `0.15,0.60`. @throws {UserError} for anything else. */
export function readPrice(text: string, flag: string): Price {
  const [input, output, ...rest] = text.split(",");
  if (!input || !output || rest.length > 0) throw new UserError(listBad(flag, text, "0.15,0.60"));
  return {
    input: readNumber({ flag, text: input }, { min: 0 }),
    output: readNumber({ flag, text: output }, { min: 0 }),
  };
}
