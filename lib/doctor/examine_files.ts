import { basename } from "node:path";
import { LARGEST_ENV_FILE } from "@std/dotenv";
import type { Message } from "../base/message.ts";
import { envFileTooLarge, envQuoteFaulty, envUnexpandable } from "../settings/messages/env_file.ts";
import { type Check, check, type CheckStatus } from "./check.ts";
import type { EnvFileFact, Facts, NeighbourFact } from "./facts.ts";
import {
  envFileAbsent,
  envFileEmpty,
  envFileGarbled,
  envFileRead,
  envFileUnreadable,
  keyUnderUnknownName,
  lineStrays,
  linesIgnored,
  neighbourUnread,
  templateHoldsKey,
  valueEmptied,
} from "./messages/files.ts";

/** In a large circle of references every variable is one. */
const MOST_EMPTIED = 5;

/** Judges the `.env` files that were looked for, and the files beside them. */
export function examineFiles(facts: Facts): Check[] {
  return [
    ...facts.files.flatMap((file) => examineFile(file, facts)),
    ...facts.neighbours.flatMap((neighbour) => examineNeighbour(neighbour, facts)),
  ];
}

function examineFile(file: EnvFileFact, { flags }: Facts): Check[] {
  switch (file.state) {
    case "missing":
      // `--env-file` names a file that must be there; the other two are looked for.
      return [found("skipped", envFileAbsent(file.path))];
    case "too large":
      return [found("error", envFileTooLarge(file.path, LARGEST_ENV_FILE))];
    case "unreadable":
      return [found("error", envFileUnreadable(file.path, file.code))];
    case "read":
      return [
        found("ok", envFileRead(file)),
        ...(file.invalid ? [found("warning", envFileGarbled(file.path))] : []),
        ...(file.variables === 0 ? [found("warning", envFileEmpty(file.path))] : []),
        ...(file.unexpandable === null
          ? []
          : [found("error", envUnexpandable(file.path, file.unexpandable))]),
        ...file.brokenValues.map((value) => found("warning", envQuoteFaulty(file.path, value))),
        ...file.emptiedValues
          .slice(0, MOST_EMPTIED)
          .map((value) => found("warning", valueEmptied(file.path, value))),
        ...strayFindings(file).map((message) => found("warning", message)),
        ...file.strayKeys
          .filter((name) => name !== flags.keyEnv)
          .map((name) => found("warning", keyUnderUnknownName(file.path, name))),
      ];
  }
}

/** A key behind a `#` beside others is a spare one, kept on purpose. */
function strayFindings(file: Extract<EnvFileFact, { state: "read" }>): Message[] {
  const ignored = file.strayLines.filter(({ fault }) => fault === "ignored");
  const others = file.strayLines.flatMap(({ line, fault }) => {
    if (fault === "ignored" || (fault === "commented" && file.secrets.length > 0)) return [];
    return [lineStrays(file.path, { line, fault })];
  });
  const lines = ignored.map(({ line }) => line);
  return lines.length === 0 ? others : [...others, linesIgnored(file.path, lines)];
}

function examineNeighbour(neighbour: NeighbourFact, { files, windows }: Facts): Check[] {
  const { path, insteadOf, holdsKey } = neighbour;
  if (/\.(?:example|sample|template)$/i.test(path)) {
    return holdsKey ? [found("error", templateHoldsKey(neighbour))] : [];
  }
  const isThere = files.some((file) => file.path === insteadOf && file.state !== "missing");
  if (isThere && !holdsKey) return [];
  const [from, to] = [basename(path), basename(insteadOf)];
  const command = windows ? `Rename-Item "${from}" "${to}"` : `mv "${from}" "${to}"`;
  return [found("warning", neighbourUnread(neighbour, isThere ? null : command))];
}

function found(status: CheckStatus, message: Message): Check {
  return check("env_file", { status, message });
}
