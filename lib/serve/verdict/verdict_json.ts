import type { Language } from "../../base/message.ts";
import { toMilliseconds } from "../../text/units.ts";
import { verdictCounts } from "./counts.ts";
import { evidenceText } from "./evidence_texts.ts";
import type { Evidence, JudgedClient, JudgedFault } from "./seen.ts";

/** The name and version of the form. A reader refuses what it does not know. */
const VERDICT_SCHEMA = "streamgauge.verdict/1";

/**
 * The value that `serve --verdict --out` writes: each client with each fault that it met, in the order in which they came.
 * Times are in milliseconds; what does not exist is `null`. The forms of `evidence` are in docs/verdict.md.
 */
export function verdictJson(
  clients: readonly JudgedClient[],
  options: {
    readonly language: Language;
    readonly patience: number;
    readonly interrupted: boolean;
  },
): Record<string, unknown> {
  const { language, patience, interrupted } = options;
  return {
    schema: VERDICT_SCHEMA,
    patience_ms: toMilliseconds(patience),
    interrupted,
    counts: namedCounts(clients),
    clients: clients.map((client) => ({
      user_agent: client.userAgent,
      api: client.api,
      streamed: client.streamed,
      counts: namedCounts([client]),
      faults: client.faults.map((fault) => faultJson(fault, language)),
    })),
  };
}

const NAMES = { noticed: "noticed", missed: "not_noticed", unknown: "unknown" } as const;

function namedCounts(clients: readonly JudgedClient[]): Record<string, number> {
  const { noticed, missed, unknown } = verdictCounts(clients);
  return { [NAMES.noticed]: noticed, [NAMES.missed]: missed, [NAMES.unknown]: unknown };
}

function faultJson(
  { fault, kinds, verdict, evidence }: JudgedFault,
  language: Language,
): Record<string, unknown> {
  return {
    fault,
    kinds,
    verdict: NAMES[verdict],
    evidence: { ...evidenceJson(evidence), text: evidenceText(evidence)[language] },
  };
}

function evidenceJson(evidence: Evidence): Record<string, unknown> {
  switch (evidence.kind) {
    case "asked_again":
    case "asked_too_early":
      return {
        kind: evidence.kind,
        after_ms: toMilliseconds(evidence.after),
        retry_after_ms: toMilliseconds(evidence.retryAfter),
      };
    case "closed":
    case "waited":
    case "idle":
      return { kind: evidence.kind, after_ms: toMilliseconds(evidence.after) };
    default:
      return evidence;
  }
}
