import type { Bilingual, Message } from "../../base/message.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import {
  apart,
  REPLAYED_APART,
  type ReplayedTokens,
  replayedTokens,
} from "../../measure/replayed.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";

/**
 * That the prompts of a replay are not as long as those that were recorded; `null` where they are, or nobody counted them.
 */
export function replayedApart({ records, replayed }: FinishedRun): Message | null {
  if (replayed === undefined) return null;
  const tokens = replayedTokens(records, { replayed, of: "promptTokens" });
  if (tokens === null || Math.abs(apart(tokens)) <= REPLAYED_APART) return null;
  const [sent, recorded] = [formatCount(tokens.sent), formatCount(tokens.recorded)];
  const share = signedShare(apart(tokens));
  return {
    cause: {
      en: `this is not the work that was recorded: ${sent} prompt tokens were sent where it had ${recorded} (${share})`,
      zh: `这不是录制时的负载：发送了 ${sent} 个提示 token，而录制时为 ${recorded} 个（${share}）`,
    },
    step: {
      en: "Another tokenizer or chat template counts otherwise; of a trace, see whether --trace-lengths is right",
      zh: "可能是分词器或对话模板不同；如果是轨迹文件，请检查 --trace-lengths 是否正确",
    },
  };
}

/** The tokens of a replay beside those that were recorded; empty for a run that is none. */
export function replayedTexts({ records, replayed }: FinishedRun): Bilingual[] {
  if (replayed === undefined) return [];
  return replayedTokensTexts({
    prompt: replayedTokens(records, { replayed, of: "promptTokens" }),
    output: replayedTokens(records, { replayed, of: "outputTokens" }),
    requests: records.length,
  });
}

/** Tokens beside those that were recorded, a text each for prompts and answers. `requests`: how many were sent. */
export function replayedTokensTexts({
  prompt,
  output,
  requests: all,
}: {
  readonly prompt: ReplayedTokens | null;
  readonly output: ReplayedTokens | null;
  readonly requests: number;
}): Bilingual[] {
  return [[prompt, "in", "输入"] as const, [output, "out", "输出"] as const].map(
    ([tokens, en, zh]) => {
      if (tokens === null) {
        return {
          en: `tokens ${en}: not counted both times`,
          zh: `${zh} token：没有两次都有计数的请求`,
        };
      }
      const [sent, recorded] = [formatCount(tokens.sent), formatCount(tokens.recorded)];
      const share = signedShare(apart(tokens));
      const [requests, sum] = [formatCount(tokens.requests), formatCount(all)];
      const isAll = tokens.requests === all;
      return {
        en: `${sent} tokens ${en}, ${recorded} recorded (${share})${isAll ? "" : `, of ${requests} of ${sum} requests`}`,
        zh: `${zh} ${sent} 个 token，录制时 ${recorded} 个（${share}）${isAll ? "" : `，${sum} 个请求中的 ${requests} 个`}`,
      };
    },
  );
}

function signedShare(share: number): string {
  if (share === Infinity) return "+∞";
  return `${share < 0 ? "−" : "+"}${formatShare(Math.abs(share))}`;
}
