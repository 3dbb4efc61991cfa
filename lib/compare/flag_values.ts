import { UserError } from "../base/message.ts";
import { notPercentage } from "./messages.ts";

/** A percentage as a share: `5%` is 0.05. The sign is needed, for 0.05 and 5 would both pass for it. */
export function readPercentage(text: string, flag: string): number {
  const number = /^(\d+(?:\.\d+)?|\.\d+)%$/.exec(text)?.[1];
  const share = Number(number) / 100;
  if (number === undefined || share > 1) throw new UserError(notPercentage(flag, text));
  return share;
}

/** A percentage above 0. */
export function readMargin(text: string, flag: string): number {
  const share = readPercentage(text, flag);
  if (share === 0) throw new UserError(notPercentage(flag, text));
  return share;
}
