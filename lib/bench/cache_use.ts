import { UserError } from "../base/message.ts";
import { mutuallyExclusive, needs } from "../command/messages/arguments.ts";
import type { CacheUse } from "../measure/finished_run.ts";
import { rampOf } from "./arrivals.ts";
import type { BenchFlags } from "./flags.ts";

type CacheFlags = Pick<BenchFlags, "cache">;

/** What prompts have to do with the endpoint's cache. */
export function cacheUseOf({ cache = "unique" }: CacheFlags): CacheUse {
  return typeof cache === "string" ? cache : "shared";
}

/** The share of prompt tokens that is to come out of the cache, and in how many groups; `null` where none is asked for. */
export function sharedOf({ cache }: CacheFlags): { readonly share: number; groups: number } | null {
  return typeof cache === "object" ? cache : null;
}

/** @throws {UserError} where the cache is to be used in a way that does not go with the rest. */
export function checkCache(flags: BenchFlags): void {
  const { synthetic, turns, rate, mix } = flags;
  const shared = sharedOf(flags);
  if (shared !== null && synthetic === undefined) {
    throw new UserError(needs("--cache share=", "--synthetic"));
  }
  const name = shared !== null ? "--cache share=" : "--cache pairs";
  if (shared === null && flags.cache !== "pairs") return;
  if (mix !== undefined) throw new UserError(mutuallyExclusive(name, "--mix"));
  if (turns !== undefined) throw new UserError(mutuallyExclusive(name, "--turns"));
  if (shared !== null) return;
  if (rate !== undefined) throw new UserError(mutuallyExclusive(name, "--rate"));
  if (rampOf(flags)?.of === "rate") throw new UserError(mutuallyExclusive(name, "--ramp rate="));
}
