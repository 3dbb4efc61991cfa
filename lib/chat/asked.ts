import { asObject } from "../base/json.ts";
import type { UsageCache } from "../protocols/protocol.ts";
import { protocolOfPath } from "../protocols/protocols.ts";
import { tableEntry } from "../settings/providers.ts";
import type { TranscriptHeader } from "../transcript/format.ts";
import type { ThinkStart } from "../wire/think_tags.ts";
import type { ReaderOptions } from "./completion_reader.ts";

/** What a request says of how its answer is to be read. It counts more than what is known of the host. */
export interface SaidOfAnswer {
  readonly usageCache?: UsageCache | undefined;
  readonly think?: ThinkStart | undefined;
}

type Asked = Pick<ReaderOptions, "api" | "usageCache" | "think" | "choices">;

/**
 * How the answer to a request is read, by its URL and what it asks for: so a transcript, which holds these, is read as the
 * live answer was.
 *
 * @example
 * ```ts
 * askedWith({ url: "http://127.0.0.1:8000/v1/responses", body: null }).api; // "responses"
 * ```
 */
export function askedWith(
  { url, body }: { readonly url: string; readonly body: unknown },
  { usageCache, think }: SaidOfAnswer = {},
): Asked {
  const n = asObject(body)?.["n"];
  return {
    api: protocolOfPath(url)?.name,
    usageCache: usageCache ?? knownUsageCache(url),
    think,
    choices: typeof n === "number" && n > 1 ? n : undefined,
  };
}

/**
 * How what a transcript holds is read, by its header; what is said now counts more. Of a file without a header nothing else
 * is known.
 */
export function recordedWith(header: TranscriptHeader | null, said: SaidOfAnswer = {}): Asked {
  if (header === null) return said;
  const { url, body, usage_cache: cache, think } = header.request;
  return askedWith(
    { url, body },
    {
      usageCache:
        said.usageCache ?? (cache === "included" || cache === "apart" ? cache : undefined),
      think: said.think ?? (think === "open" || think === "tagged" ? think : undefined),
    },
  );
}

function knownUsageCache(url: string): UsageCache | undefined {
  const parsed = URL.parse(url);
  const entry = parsed === null ? null : tableEntry(parsed);
  return entry?.kind === "row" ? entry.provider.usageCache : undefined;
}
