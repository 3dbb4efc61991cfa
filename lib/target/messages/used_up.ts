import type { UsedUp } from "../../chat/used_up.ts";
import type { Bilingual } from "../../base/message.ts";

/** What helps where asking again does not. */
export const USED_UP_STEPS: Readonly<Record<UsedUp, Bilingual>> = {
  account: {
    en: "Asking again does not help: check the account, its balance and its plan, and top up",
    zh: "重试没有用：请检查账户的余额和套餐，必要时充值",
  },
  daily: {
    en: "The limit of the day is reached: wait until it is lifted, or raise it in the account",
    zh: "已达到当日限额：请等限额恢复，或在账户中提高限额",
  },
};
