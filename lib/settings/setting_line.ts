import type { Message } from "../base/message.ts";
import { showableName } from "./assignment.ts";
import type { Setting } from "./environment.ts";
import { envLineHoldsDollar, envQuoteFaulty } from "./messages/env_file.ts";

/** What is wrong with the quotes of a setting's line, for people: its value is not the whole value, or more than it. */
export function quoteError({ name, source, quoteFault: fault, line }: Setting): Message | null {
  if (fault === null || line === null || source.kind !== "file") return null;
  return envQuoteFaulty(source.path, { name: showableName(name), line, fault });
}

/** That a setting's line holds a `$`, for people: a part of its value may be replaced. `null` when it holds none. */
export function dollarWarning({ name, source, holdsDollar, line }: Setting): Message | null {
  if (!holdsDollar || line === null || source.kind !== "file") return null;
  return envLineHoldsDollar(source.path, { name: showableName(name), line });
}
