import type { Bilingual } from "../../base/message.ts";
import { formatCount } from "../../text/amounts.ts";

/** Streams of a recorded run that its report is without. */
export interface LostStreams {
  /** They could not be kept when the run was recorded. */
  readonly notKept: number;
  /** They were kept, and cannot be read now. */
  readonly unread: number;
}

/**
 * What a report says of them: a line for each kind there is.
 *
 * @example
 * ```ts
 * lostStreams({ notKept: 0, unread: 1 }).length; // 1
 * ```
 */
export function lostStreams({ notKept, unread }: LostStreams): Bilingual[] {
  return [
    ...line(notKept, {
      en: notKept === 1 ? "its stream was not kept" : "their streams were not kept",
      zh: "流未能保存",
    }),
    ...line(unread, {
      en: unread === 1 ? "its stream cannot be read" : "their streams cannot be read",
      zh: "流无法读取",
    }),
  ];
}

function line(count: number, why: Bilingual): Bilingual[] {
  if (count === 0) return [];
  const shown = formatCount(count);
  return [
    {
      en: `${shown} sent, but ${why.en}: no figure here counts ${count === 1 ? "it" : "them"}`,
      zh: `${shown} 个已发送，但${why.zh}：本报告的数字不包含它们`,
    },
  ];
}
