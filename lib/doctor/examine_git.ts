import { join } from "node:path";
import type { Message } from "../base/message.ts";
import { type Check, check, type CheckStatus } from "./check.ts";
import type { Facts, GitFact } from "./facts.ts";
import {
  envIsSafe,
  envNotIgnored,
  envStaged,
  envTracked,
  envTrackedEmpty,
  gitFailed,
  keyInHistory,
  keyInRepository,
  noGit,
  noRepository,
  oldKeyInHistory,
  stagedKey,
} from "./messages/git.ts";

/**
 * Judges what git knows of the `.env` files. `keyPage` is where the key in use was made. Of two `.env` files in one
 * repository the second says only what is not said yet.
 */
export function examineGit(
  { git }: Facts,
  { keyPage }: { readonly keyPage: string | null },
): Check[] {
  const checks = git.flatMap((fact) => examineFact(fact, keyPage));
  const said = new Set<string>();
  return checks.filter(({ message }) => {
    if (said.has(message.cause.en)) return false;
    said.add(message.cause.en);
    return true;
  });
}

function examineFact(fact: GitFact, keyPage: string | null): Check[] {
  switch (fact.state) {
    case "no git":
      return [found("ok", noGit())];
    case "no repository":
      return [found("ok", noRepository(fact.folder))];
    case "failed":
      return [found("warning", gitFailed(fact.folder, fact.words))];
    case "repository": {
      const leaks = [
        ...fact.leaks.map((file) => found("error", keyInRepository(file, keyPage))),
        ...fact.stagedKeys
          .filter((file) => !fact.leaks.includes(file))
          .map((file) => found("error", stagedKey(file))),
      ];
      return [examineEnv(fact, keyPage), ...leaks];
    }
  }
}

function examineEnv(
  fact: Extract<GitFact, { state: "repository" }>,
  keyPage: string | null,
): Check {
  const { folder, name, tracked, ignored, history } = fact;
  const path = join(folder, name);
  if (tracked && history === null) return found("error", envStaged(path, name));
  if (tracked && history?.keys === "none") return found("warning", envTrackedEmpty(path, name));
  if (history !== null && history.keys !== "none") {
    const options = { name, commit: history.commit, keyPage };
    if (tracked) return found("error", envTracked(path, options));
    return history.keys === "current"
      ? found("error", keyInHistory(path, options))
      : found("warning", oldKeyInHistory(path, options));
  }
  return ignored ? found("ok", envIsSafe(path)) : found("warning", envNotIgnored(path));
}

function found(status: CheckStatus, message: Message): Check {
  return check("git", { status, message });
}
