import type { Bilingual } from "../../base/message.ts";
import type { Metric } from "../../measure/definitions/figures.ts";

/** What a metric is called in the table. */
export const METRIC_WORDS: Readonly<Record<Metric, Bilingual>> = {
  ttft: { en: "TTFT", zh: "TTFT" },
  firstAnswer: { en: "first answer", zh: "首个回答" },
  itl: { en: "ITL", zh: "ITL" },
  icl: { en: "ICL", zh: "ICL" },
  tpot: { en: "TPOT", zh: "TPOT" },
  ntpot: { en: "NTPOT", zh: "NTPOT" },
  e2e: { en: "E2E", zh: "E2E" },
  tokens: { en: "tokens", zh: "token 数" },
  rate: { en: "tokens/s", zh: "token/s" },
  runRate: { en: "tokens/s, run", zh: "全程 token/s" },
};

/** The metrics whose samples are times, in µs. */
export const TIMES: readonly Metric[] = [
  "ttft",
  "firstAnswer",
  "itl",
  "icl",
  "tpot",
  "ntpot",
  "e2e",
];

/** Those of which one stream may have many samples. */
export const GAPS: readonly Metric[] = ["itl", "icl"];

/** Our name, where the others have theirs. */
export const OURS = "Streamgauge";
