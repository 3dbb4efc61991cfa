import type { UsageCache } from "../protocols/protocol.ts";
import { protocolOfPath } from "../protocols/protocols.ts";
import { tableEntry } from "../settings/providers.ts";
import type { TranscriptHeader } from "../transcript/format.ts";
import type { ReaderOptions } from "./completion_reader.ts";

/**
 * How the answer to a request is read, by its URL alone: so a transcript, which holds the URL, is read as the live answer
 * was. `usageCache` is what the request says of it, which counts more than what is known of the host.
 *
 * @example
 * ```ts
 * askedWith("http://127.0.0.1:8000/v1/responses").api; // "responses"
 * ```
 */
export function askedWith(
  url: string,
  usageCache?: UsageCache | undefined,
): Pick<ReaderOptions, "api" | "usageCache"> {
  return {
    api: protocolOfPath(url)?.name,
    usageCache: usageCache ?? knownUsageCache(url),
  };
}

/**
 * How what a transcript holds is read, by its header; `null` for a file that has none. `usageCache` counts more than what
 * the header says.
 */
export function recordedWith(
  header: TranscriptHeader | null,
  usageCache?: UsageCache | undefined,
): Pick<ReaderOptions, "api" | "usageCache"> {
  if (header === null) return { usageCache };
  const { url, usage_cache: recorded } = header.request;
  const known = recorded === "included" || recorded === "apart" ? recorded : undefined;
  return askedWith(url, usageCache ?? known);
}

function knownUsageCache(url: string): UsageCache | undefined {
  const parsed = URL.parse(url);
  const entry = parsed === null ? null : tableEntry(parsed);
  return entry?.kind === "row" ? entry.provider.usageCache : undefined;
}
