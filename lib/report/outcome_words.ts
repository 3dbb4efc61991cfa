import type { Outcome } from "../measure/outcome.ts";
import type { Bilingual } from "../base/message.ts";

/** The outcomes as people read them. JSON has the names themselves. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, Bilingual>> = {
  complete: { en: "complete", zh: "完整" },
  truncated: { en: "truncated", zh: "被截断" },
  failed: { en: "failed", zh: "失败" },
  timed_out: { en: "timed out", zh: "超时" },
  interrupted: { en: "interrupted", zh: "已中断" },
};
