import { UserError } from "../base/message.ts";
import { nearest } from "../base/nearest.ts";
import { notOption } from "../command/messages/arguments.ts";
import { type Api, API_NAMES } from "../settings/api.ts";
import type { BenchFlags } from "./flags.ts";
import { apiTwice, notWithSides, versusWithApis } from "./sides_messages.ts";

/** The flags with which one target is opened. */
export type SideFlags = Omit<BenchFlags, "api"> & { readonly api?: Api };

/** One of the targets that a session puts under the same load. */
export interface BenchSide {
  /** `A` and `B`, or the protocol; `null` where there is one target only. */
  readonly name: string | null;
  readonly flags: SideFlags;
}

/** Interleaved with another target, a run is repeated so often, unless asked otherwise. */
export const VERSUS_ROUNDS = 5;

/** The protocols of `--api chat,responses`. @throws {UserError} for what is none, and for one that is named twice. */
export function readApis(text: string, flag: string): readonly Api[] {
  const options = [...API_NAMES];
  const apis = text.split(",").map((word) => {
    const name = options.find((option) => option === word.trim());
    if (name !== undefined) return name;
    throw new UserError(
      notOption(flag, { text: word, options, suggestion: nearest(word, options) }),
    );
  });
  const twice = apis.find((api, index) => apis.indexOf(api) !== index);
  if (twice !== undefined) throw new UserError(apiTwice(twice));
  return apis;
}

/** Whether a second target is asked for. */
export function isVersus(flags: BenchFlags): boolean {
  const { versus, versusProvider, versusBaseUrl, versusModel, versusApi, versusKeyEnv } = flags;
  const given = [versusProvider, versusBaseUrl, versusModel, versusApi, versusKeyEnv];
  return versus === true || given.some((value) => value !== undefined);
}

/**
 * The targets of a session: one; two of `--versus`; or one for each protocol of `--api`. What the flags of the second
 * target leave out is as for the first one; without any of them it is the first one once more.
 */
export function sidesOf(flags: BenchFlags): readonly [BenchSide, ...BenchSide[]] {
  const { api: apis = [] } = flags;
  if (isVersus(flags)) {
    return [
      { name: "A", flags: firstOf(flags) },
      { name: "B", flags: secondOf(flags) },
    ];
  }
  const [first, ...others] = apis;
  if (first === undefined || others.length === 0) return [{ name: null, flags: firstOf(flags) }];
  const sideFor = (api: Api): BenchSide => ({ name: api, flags: { ...firstOf(flags), api } });
  return [sideFor(first), ...others.map(sideFor)];
}

/** @throws {UserError} where several targets are asked for with what only one can have. */
export function checkSides(flags: BenchFlags): void {
  if (sidesOf(flags).length < 2) return;
  const flag = isVersus(flags) ? "--versus" : "--api";
  if (isVersus(flags) && (flags.api?.length ?? 0) > 1) throw new UserError(versusWithApis());
  const others = [
    ["--sweep", flags.sweep],
    ["--find-max", flags.findMax],
    ["--depth", flags.depth],
    ["--as", flags.as],
    ["--server-metrics", flags.serverMetrics === "off" ? undefined : flags.serverMetrics],
  ] as const;
  const clash = others.find(([, value]) => value !== undefined);
  if (clash !== undefined) throw new UserError(notWithSides(flag, clash[0]));
}

function firstOf({ api: apis = [], ...others }: BenchFlags): SideFlags {
  const [api] = apis;
  return api === undefined ? others : { ...others, api };
}

/** A provider or a base URL of the second target takes the place of both of the first, and of its key. */
function secondOf(flags: BenchFlags): SideFlags {
  const { versusProvider, versusBaseUrl, versusModel, versusApi, versusKeyEnv } = flags;
  const { provider, baseUrl, keyEnv, demo, ...others } = firstOf(flags);
  const isElsewhere = versusProvider !== undefined || versusBaseUrl !== undefined;
  const place = isElsewhere ? {} : given({ provider, baseUrl, keyEnv, demo });
  const second = given({
    provider: versusProvider,
    baseUrl: versusBaseUrl,
    keyEnv: versusKeyEnv,
    model: versusModel,
    api: versusApi,
  });
  return { ...others, ...place, ...second };
}

type Given<Values> = { readonly [Name in keyof Values]?: Exclude<Values[Name], undefined> };

function given<Values extends object>(values: Values): Given<Values> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<Values>;
}
