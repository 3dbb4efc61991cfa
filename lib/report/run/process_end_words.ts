import type { ProcessEnd } from "../../measure/process_death.ts";
import { formatCount } from "../../text/amounts.ts";
import type { Bilingual } from "../../base/message.ts";

/** So many indexes are named; of more, how many there are is enough. */
const MOST_INDEXES = 8;

const LOST: Readonly<Record<Extract<ProcessEnd, { kind: "lost" }>["how"], Bilingual>> = {
  dead: { en: "it showed no sign of life", zh: "失去响应" },
  silent: { en: "it told nothing any more", zh: "不再报告" },
  left: { en: "it was told to end", zh: "被要求退出" },
  redis: {
    en: "what it measured has not come, since Redis was away",
    zh: "Redis 无法访问，数据未送达",
  },
};

/** How a process came to its end, in a few words. */
export function processEndWords(end: ProcessEnd): Bilingual {
  switch (end.kind) {
    case "signal":
      return end.signal === "SIGKILL"
        ? { en: "SIGKILL, probably because memory ran out", zh: "SIGKILL，可能是内存不足" }
        : { en: end.signal, zh: end.signal };
    case "exit":
      return { en: `exit code ${end.code}`, zh: `退出码 ${end.code}` };
    case "error":
      return { en: end.message, zh: end.message };
    case "unreadable":
      return { en: "what it reported could not be read", zh: "无法读取它的报告" };
    case "silent":
      return { en: "it did not answer, so it was ended", zh: "没有响应，已被终止" };
    case "lost": {
      const { en, zh } = LOST[end.how];
      return { en: `${end.worker}: ${en}`, zh: `${end.worker}：${zh}` };
    }
  }
}

/**
 * Indexes in few characters: neighbours as a range, and only the first ones of many.
 *
 * @example
 * ```ts
 * indexWords([1, 2, 3, 7]).en; // "1–3, 7"
 * ```
 */
export function indexWords(indexes: readonly number[]): Bilingual {
  const ranges: { first: number; last: number }[] = [];
  for (const index of indexes) {
    const range = ranges.at(-1);
    if (range !== undefined && index === range.last + 1) range.last = index;
    else ranges.push({ first: index, last: index });
  }
  const shown = ranges.slice(0, MOST_INDEXES);
  const names = shown.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
  const more = ranges
    .slice(MOST_INDEXES)
    .reduce((count, { first, last }) => count + last - first + 1, 0);
  const en = names.join(", ");
  const zh = names.join("、");
  return more === 0
    ? { en, zh }
    : { en: `${en} and ${formatCount(more)} more`, zh: `${zh} 等（另有 ${formatCount(more)} 个）` };
}
