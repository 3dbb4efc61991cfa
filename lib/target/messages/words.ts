import type { Bilingual } from "../../base/message.ts";
import { ownWords } from "../../report/own_words.ts";

/** What happened, then the words of whoever reports it. */
export function words(
  what: Bilingual,
  { code, message }: { readonly code: string | null; readonly message: string },
): Bilingual {
  if (message === "" && code === null) return what;
  if (message === "" || message === code)
    return { en: `${what.en}: ${code}`, zh: `${what.zh}：${code}` };
  return {
    en: `${what.en}: ${message}${code === null ? "" : ` (${code})`}`,
    zh: `${what.zh}：${ownWords(message).zh}${code === null ? "" : `（${code}）`}`,
  };
}
