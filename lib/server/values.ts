import { UserError } from "../base/message.ts";
import type { Fault, FaultKind, FaultPlace } from "./reply/fault.ts";
import type { SimulatedModel } from "./reply/simulate.ts";
import type { Split } from "./reply/split.ts";
import { type Given, readDuration, readNumber, readOption } from "../command/flag_values.ts";
import { givenTwice, notOption } from "../command/messages/arguments.ts";
import {
  missingPart,
  moreReasoningThanTokens,
  notHeader,
  notPlace,
  notShare,
  notSplit,
} from "./value_messages.ts";
import { nearest } from "../base/nearest.ts";

/**
 * How bodies are cut: `event`, a number of bytes, or `random:SEED`.
 *
 * ```ts
 * readSplit({ flag: "--split", text: "7" }); // { kind: "bytes", length: 7 }
 * ```
 *
 * @throws {UserError} if it is none of them
 */
export function readSplit({ flag, text }: Given): Split {
  if (text === "event") return { kind: "event" };
  const seed = /^random:(.*)$/.exec(text)?.[1];
  if (seed !== undefined) {
    return { kind: "random", seed: readNumber({ flag: `${flag} random`, text: seed }, WHOLE) };
  }
  if (!/^[+-]?[\d.]+$/.test(text)) throw new UserError(notSplit(flag, text));
  return { kind: "bytes", length: readNumber({ flag, text }, { integer: true, min: 1 }) };
}

const WHOLE = { integer: true } as const;

/** What each kind of fault takes: `=` behind those that have a name. `status` takes any header, too. */
const FAULTS = {
  status: ["STATUS"],
  cut: ["after="],
  "early-end": ["after="],
  reset: ["after="],
  stall: ["after=", "for="],
  "slow-head": ["DURATION"],
  "error-event": ["after="],
  malformed: ["after="],
  "no-done": [],
} as const satisfies Record<FaultKind["kind"], readonly string[]>;

/**
 * A fault: its kind and what that takes, joined by colons. Any kind takes `share=10%`, how often it strikes, and
 * `seed=N`, which decides whom.
 *
 * ```ts
 * readFault({ flag: "--fault", text: "cut:after=50%:share=10%" });
 * // { kind: "cut", after: { share: 0.5 }, share: 0.1 }
 * ```
 *
 * @throws {UserError} if it is none, or lacks something
 */
export function readFault({ flag, text }: Given): Fault {
  const [kind = "", ...parts] = text.split(":");
  if (!isFaultKind(kind)) {
    const options = Object.keys(FAULTS);
    const suggestion = nearest(kind, options);
    throw new UserError(notOption(flag, { text: kind, options, suggestion }));
  }
  const named = `${flag} ${kind}`;
  const values = readParts(parts, { flag: named, kind });
  const given = (name: string): Given | null => {
    const value = values.get(name);
    return value === undefined ? null : { flag: `${named}:${name}`, text: value };
  };
  const needed = (name: string, example: string): Given => {
    const value = given(name);
    if (value === null) throw new UserError(missingPart(named, example));
    return value;
  };
  const share = given("share");
  const seed = given("seed");
  const often = {
    ...(share === null ? undefined : { share: readShare(share) }),
    ...(seed === null ? undefined : { seed: readNumber(seed, WHOLE) }),
  };
  const after = readPlace(given("after") ?? { flag: named, text: "50%" });
  switch (kind) {
    case "status": {
      const status = needed("STATUS", "status:429");
      return {
        kind,
        status: readStatus({ ...status, flag: named }),
        headers: headersIn(values),
        ...often,
      };
    }
    case "reset":
      return { kind, after: given("after") === null ? null : after, ...often };
    case "stall":
      return { kind, after, for: micros(needed("for", "stall:after=3:for=5s")), ...often };
    case "slow-head":
      return {
        kind,
        for: micros({ ...needed("DURATION", "slow-head:3s"), flag: named }),
        ...often,
      };
    case "cut":
    case "early-end":
    case "error-event":
    case "malformed":
      return { kind, after, ...often };
    case "no-done":
      return { kind, ...often };
  }
}

function isFaultKind(text: string): text is FaultKind["kind"] {
  return Object.hasOwn(FAULTS, text);
}

/** The parts by name; the one without a name under the word that stands for it. */
function readParts(
  parts: readonly string[],
  { flag, kind }: { readonly flag: string; readonly kind: FaultKind["kind"] },
): Map<string, string> {
  const values = new Map<string, string>();
  const known: readonly string[] = [...FAULTS[kind], "share=", "seed="];
  for (const part of parts) {
    const equals = part.indexOf("=");
    const unnamed = known.find((name) => !name.endsWith("="));
    const name = equals === -1 ? (unnamed ?? part) : part.slice(0, equals);
    const isKnown = equals === -1 ? unnamed !== undefined : known.includes(`${name}=`);
    if (!isKnown && kind === "status" && equals > 0) checkHeader(part, flag);
    else if (!isKnown) {
      const suggestion = nearest(`${name}=`, known);
      throw new UserError(notOption(flag, { text: part, options: known, suggestion }));
    }
    if (values.has(name)) throw new UserError(givenTwice(`${flag}:${name}`));
    values.set(name, equals === -1 ? part : part.slice(equals + 1));
  }
  return values;
}

function checkHeader(part: string, flag: string): void {
  // https://www.rfc-editor.org/rfc/rfc9110#section-5.5
  if (!/^[!#$%&'*+.^_`|~\w-]+=[\t\x20-\x7e]*$/.test(part))
    throw new UserError(notHeader(flag, part));
}

function headersIn(values: ReadonlyMap<string, string>): Record<string, string> {
  const ours = new Set(["STATUS", "share", "seed"]);
  return Object.fromEntries(
    Array.from(values, ([name, value]) => [name.toLowerCase(), value] as const).filter(
      ([name]) => !ours.has(name) && name !== "status",
    ),
  );
}

function readStatus(given: Given): number {
  return readNumber(given, { integer: true, min: 200, max: 599 });
}

function micros(given: Given): number {
  return readDuration(given) * 1000;
}

function readPlace({ flag, text }: Given): FaultPlace {
  if (text === "arguments") return { in: text };
  const share = percentage(text);
  if (share !== null) return { share };
  if (!/^\d+$/.test(text)) throw new UserError(notPlace(flag, text));
  return { events: readNumber({ flag, text }, WHOLE) };
}

function readShare({ flag, text }: Given): number {
  const share = percentage(text) ?? (/^(?:0?\.\d+|0|1|1\.0+)$/.test(text) ? Number(text) : null);
  if (share === null) throw new UserError(notShare(flag, text));
  return share;
}

/** `12.5%` as 0.125; `null` for what is none, or more than all. */
function percentage(text: string): number | null {
  const number = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  const share = Number(number ?? NaN) / 100;
  return share <= 1 ? share : null;
}

/** A simulated model, and how many requests it works at. */
export interface SimulateValue {
  readonly model: SimulatedModel;
  readonly concurrency: number | undefined;
}

const PARAMETERS = [
  "ttft",
  "tps",
  "tokens",
  "jitter",
  "chunk",
  "reasoning",
  "tools",
  "accepted",
  "prefill",
  "cache",
  "concurrency",
];

/** A model calls no more tools at once than this. */
const MOST_TOOLS = 100;

/**
 * A simulated model: `ttft=300ms,tps=80`. What is left out is as in the example; `chunk` and `tools` are 1, `reasoning`
 * is 0, without `prefill` (tokens a second) the length of a prompt costs nothing, `cache=on` remembers prompts, without
 * `accepted` a request is accepted with its first token, and without `concurrency` the model works at all
 * requests at once.
 *
 * ```ts
 * readSimulation({ flag: "--simulate", text: "ttft=300ms,tps=80,tokens=200,jitter=0.1" });
 * ```
 *
 * @throws {UserError} if a parameter is unknown, given twice, or out of range
 */
export function readSimulation({ flag, text }: Given): SimulateValue {
  const values = new Map<string, Given>();
  for (const part of text.split(",")) {
    const [name = "", ...rest] = part.split("=");
    const named = `${flag} ${name}`;
    if (!PARAMETERS.includes(name)) {
      const suggestion = nearest(name, PARAMETERS);
      throw new UserError(notOption(flag, { text: name, options: PARAMETERS, suggestion }));
    }
    if (values.has(name)) throw new UserError(givenTwice(named));
    values.set(name, { flag: named, text: rest.join("=") });
  }
  const number = (
    name: string,
    rules: Parameters<typeof readNumber>[1],
    otherwise: number,
  ): number => {
    const given = values.get(name);
    return given === undefined ? otherwise : readNumber(given, rules);
  };
  const ttft = values.get("ttft");
  const cache = values.get("cache");
  const accepted = values.get("accepted");
  const tokens = number("tokens", { integer: true, min: 1, max: 1_000_000 }, 200);
  const reasoning = number("reasoning", { integer: true, min: 0 }, 0);
  if (reasoning > tokens) throw new UserError(moreReasoningThanTokens(flag, { reasoning, tokens }));
  return {
    model: {
      ttft: (ttft === undefined ? 300 : readDuration(ttft, { min: 0 })) * 1000,
      tps: number("tps", { min: 0.001, max: 1_000_000 }, 80),
      tokens,
      reasoning,
      chunk: number("chunk", { integer: true, min: 1 }, 1),
      jitter: number("jitter", { min: 0, max: 1 }, 0.1),
      ...(accepted === undefined
        ? undefined
        : { accepted: readDuration(accepted, { min: 0 }) * 1000 }),
      ...(values.has("prefill")
        ? { prefill: number("prefill", { min: 0.001, max: 100_000_000 }, 1) }
        : undefined),
      ...(cache === undefined
        ? undefined
        : { cache: readOption(cache, { options: ["on", "off"] }) === "on" }),
      ...(values.has("tools")
        ? { tools: number("tools", { integer: true, min: 0, max: MOST_TOOLS }, 1) }
        : undefined),
    },
    concurrency: values.has("concurrency")
      ? number("concurrency", { integer: true, min: 1 }, 1)
      : undefined,
  };
}
