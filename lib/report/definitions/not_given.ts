import type { Bilingual } from "../../base/message.ts";
import type { Column } from "../../measure/definitions/side_by_side.ts";
import * as sentences from "./difference_sentences.ts";

/** Why something of a tool cannot be given, or which of its variants is. */
export interface NotGiven {
  readonly code: string;
  readonly message: Bilingual;
}

/** Streams without a count are left out, where others have one. */
function aiperfVariant({ tokens }: Column["cells"]): Bilingual {
  return sentences.aiperfVariant({ needsCount: tokens.kind === "unknown" });
}

/** What is to be said of a tool that may count with a tokenizer; nothing of the others. */
export function notGiven({ definition, cells, figures }: Column): NotGiven[] {
  const needsCount = figures.some(({ unknown }) => unknown.includes("tokens"));
  switch (definition?.name) {
    case "vllm":
      return needsCount
        ? [{ code: "needs_tokenizer", message: sentences.vllmNeedsTokenizer() }]
        : [];
    case "aiperf":
      return [{ code: "server_counts", message: aiperfVariant(cells) }];
    case "evalscope":
      return needsCount
        ? [{ code: "needs_tokenizer", message: sentences.needsTokenizer(definition.title) }]
        : [];
    case "sglang":
      return needsCount
        ? [{ code: "takes_asked_length", message: sentences.takesAskedLength() }]
        : [];
    case "inference-perf": {
      const variant = sentences.inferencePerfVariant({ needsCount });
      return [
        { code: "server_counts", message: variant },
        ...(cells.ttft.kind === "unknown"
          ? [{ code: "needs_two_tokens", message: sentences.needsTwoTokens() }]
          : []),
      ];
    }
    default:
      return [];
  }
}
