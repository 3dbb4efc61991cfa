import { UserError } from "../base/message.ts";
import { readDuration, readNumber } from "../command/flag_values.ts";
import { notOption } from "../command/messages/arguments.ts";
import { nearest } from "../base/nearest.ts";
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

/** How the arrivals of an open loop lie. */
export interface ArrivalValue {
  readonly process: "constant" | "poisson" | "gamma";
  /** Of `gamma` only. */
  readonly burstiness?: number;
}

const PROCESSES = ["constant", "poisson", "gamma"] as const;

/** A burstiness beyond these is one burst, or a constant rate. */
const BURSTINESS = { min: 0.01, max: 10_000 };

/** `constant`, `poisson` or `gamma:burstiness=0.5`. @throws {UserError} for anything else. */
export function readArrival(text: string, flag: string): ArrivalValue {
  const [word = "", ...rest] = text.split(":");
  const process = PROCESSES.find((name) => name === word);
  if (process === undefined) {
    const suggestion = nearest(word, PROCESSES);
    throw new UserError(notOption(flag, { text: word, options: PROCESSES, suggestion }));
  }
  if (process !== "gamma" && rest.length === 0) return { process };
  const [, value] = /^burstiness=(.+)$/.exec(rest.join(":")) ?? [];
  if (process !== "gamma" || value === undefined) {
    throw new UserError(listBad(flag, text, "gamma:burstiness=0.5"));
  }
  return {
    process,
    burstiness: readNumber({ flag: `${flag} burstiness`, text: value }, BURSTINESS),
  };
}

/** What grows evenly, and stays there: `of` is `null` where it was not said. */
export interface RampValue {
  readonly of: "rate" | "concurrency" | null;
  readonly from: number;
  readonly to: number;
  /** In ms. */
  readonly over: number;
}

/** `1..32/60s`, also as `rate=1..32/60s`. @throws {UserError} for anything else. */
export function readRamp(text: string, flag: string): RampValue {
  const [, of = null, from = "", to = "", over = ""] =
    /^(?:(rate|concurrency)=)?([^=./]+(?:\.[^=./]+)?)\.\.([^/]+)\/(.+)$/.exec(text) ?? [];
  if (from === "") throw new UserError(listBad(flag, text, "1..32/60s"));
  const number = (value: string): number =>
    readNumber({ flag, text: value }, { min: 0.001, max: 100_000 });
  return {
    of: of === "rate" || of === "concurrency" ? of : null,
    from: number(from),
    to: number(to),
    over: readDuration({ flag, text: over }),
  };
}

/** Who thinks: the users between their turns, and the model inside its answer. */
export interface ThinkValue {
  /** How long users think, in ms: evenly spread between the two. */
  readonly time?: ThinkTime;
  /** How reasoning inside the content begins, see `ask --think`. */
  readonly tags?: "open" | "tagged";
}

interface ThinkTime {
  readonly from: number;
  readonly to: number;
}

/**
 * The time of users (`2s`, or `1s..3s`), how the model's reasoning begins (`open`, `tagged`), or both (`2s,open`).
 *
 * @throws {UserError} for anything else, and where the end of a time comes first.
 */
export function readThink(text: string, flag: string): ThinkValue {
  const parts = text
    .split(",")
    .map((part): ThinkValue =>
      part === "open" || part === "tagged" ? { tags: part } : { time: readThinkTime(part, flag) },
    );
  const value: ThinkValue = Object.assign({}, ...parts);
  if (Object.keys(value).length < parts.length) throw new UserError(listBad(flag, text, "2s,open"));
  return value;
}

function readThinkTime(text: string, flag: string): ThinkTime {
  const [first = "", second = first, ...rest] = text.split("..");
  if (rest.length > 0) throw new UserError(listBad(flag, text, "1s..3s"));
  const [from, to] = [first, second].map((part) => readDuration({ flag, text: part }, { min: 0 }));
  if (from === undefined || to === undefined || to < from) {
    throw new UserError(listBad(flag, text, "1s..3s"));
  }
  return { from, to };
}

/** What prompts have to do with the endpoint's cache. */
export type CacheValue =
  | "unique"
  | "reuse"
  | "pairs"
  /** So much of the prompt tokens is to come out of it; so many groups of prompts begin alike. */
  | { readonly share: number; readonly groups: number };

const CACHES = ["unique", "reuse", "pairs"] as const;

/** Nearly all is shared, or nearly nothing: what is left over has to be a prompt. */
const SHARE = { min: 0.01, max: 0.99 };

/** `unique`, `reuse`, `pairs`, or `share=0.6,groups=8`. @throws {UserError} for anything else. */
export function readCache(text: string, flag: string): CacheValue {
  const known = CACHES.find((name) => name === text);
  if (known !== undefined) return known;
  if (!text.includes("=")) {
    const options = [...CACHES, "share="];
    throw new UserError(notOption(flag, { text, options, suggestion: nearest(text, options) }));
  }
  const pairs = readList({ text, flag }, { names: ["share", "groups"], example: SHARED });
  const value = (name: string): string | undefined => pairs.find(([known]) => known === name)?.[1];
  const share = value("share");
  if (share === undefined) throw new UserError(listBad(flag, text, SHARED));
  return {
    share: readNumber({ flag: `${flag} share`, text: share }, SHARE),
    groups: readNumber(
      { flag: `${flag} groups`, text: value("groups") ?? "8" },
      { integer: true, min: 1, max: 100_000 },
    ),
  };
}

const SHARED = "share=0.6,groups=8";

/** Of a context of this many tokens no model has more. */
const DEEPEST = 100_000_000;

/** The depths of `--depth`, in tokens: `0,4k,16k`, where `k` is 1024. @throws {UserError} for anything else. */
export function readDepths(text: string, flag: string): readonly number[] {
  return text.split(",").map((part) => {
    const [, number = part, unit = ""] = /^(.*?)(k?)$/i.exec(part.trim()) ?? [];
    if (number === "") throw new UserError(listBad(flag, text, "0,4k,16k,64k"));
    const factor = unit === "" ? 1 : 1024;
    const max = Math.floor(DEEPEST / factor);
    return factor * readNumber({ flag, text: number }, { integer: true, min: 0, max });
  });
}

/** In pixels a side: more no model looks at. */
const LARGEST_SIDE = 8192;

/** The size of made-up pictures: `512x512`. @throws {UserError} for anything else. */
export function readImageSize(
  text: string,
  flag: string,
): { readonly width: number; readonly height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new UserError(listBad(flag, `synthetic=${text}`, "synthetic=512x512"));
  }
  const side = (text: string): number =>
    readNumber({ flag: `${flag} synthetic`, text }, { integer: true, min: 1, max: LARGEST_SIDE });
  return { width: side(width), height: side(height) };
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
