import type { Failure } from "../measure/outcome.ts";

/**
 * - `account`: the account has no balance or quota left, or is suspended. Only its owner can change that.
 * - `daily`: a limit of the day is reached. It is lifted by itself, but not within a minute.
 */
export type UsedUp = "account" | "daily";

const ACCOUNT = new RegExp(
  [
    "insufficient[ _-]?(?:account[ _-]?)?(?:quota|balance|credits?|funds?|user[ _-]?quota)",
    "exceeded[ _-]?(?:your[ _-]?)?(?:current[ _-]?)?quota",
    "quota[ _-]?(?:is |has been |was )?(?:exceeded|exhausted|used up)",
    "(?:used up|exhausted|no remaining|out of)[a-z ]{0,20} (?:quota|credits?|balance)",
    "(?:credit|account) balance|not enough (?:balance|credits?|funds?)|(?:balance|credits?) (?:is |are )?(?:too low|exhausted)",
    // Anthropic's.
    "reached your specified (?:workspace )?(?:api )?usage limit|spend(?:ing)? limit",
    "billing|recharge|top[ -]?up|payment required|arrears|overdue",
    "account[^.]{0,40} (?:suspended|deactivated|disabled)|suspended due",
    "余额|欠费|充值|(?:配额|额度|限额)[^，。]{0,6}(?:不足|用尽|用完|耗尽|已用|超)|账[户号][^，。]{0,6}(?:停用|冻结|封禁)",
  ].join("|"),
  "i",
);
const DAILY = /per.?day|daily|\bTPD\b|\bRPD\b|每[日天]|当[日天]/i;
/** Limits that are lifted within a minute, whatever the endpoint calls them. */
const SHORT = /per.?(?:minute|second|hour)|\b[RT]PM\b|\b[RT]PS\b|\bQPS\b|每(?:分钟?|秒)/i;

/**
 * What is used up, when that is why a request failed; `null` otherwise. It comes as 429 like a rate limit, but
 * asking again does not help.
 *
 * @example
 * ```ts
 * usedUp({ kind: "busy", status: 429, code: "insufficient_quota", message: "…" }); // "account"
 * usedUp({ kind: "busy", status: 429, code: null, message: "Rate limit reached (RPM)" }); // null
 * ```
 */
export function usedUp({ kind, status, code, message }: Failure): UsedUp | null {
  if (kind !== "busy" && kind !== "status") return null;
  if (status === 402) return "account";
  const words = `${code ?? ""} ${message}`.slice(0, 4400);
  if (DAILY.test(words)) return "daily";
  // Google counts requests per minute as a quota, too.
  if (/quota/i.test(words) && SHORT.test(words) && !/balance|billing|余额/i.test(words))
    return null;
  return ACCOUNT.test(words) ? "account" : null;
}
