import type { SideBySide } from "../../measure/definitions/side_by_side.ts";
import { type DefinitionTableOptions, renderDefinitionTable } from "./definition_table.ts";
import { differencesOf } from "./differences.ts";

/** How {@linkcode renderDefinitions} writes. */
export interface DefinitionsReportOptions extends DefinitionTableOptions {
  /** Breaks a text into lines of at most so many columns. */
  readonly wrap: (text: string, width: number) => readonly string[];
}

const INDENT = "  ";

/**
 * The same streams as several tools would have them: a table, and below it a sentence for each difference that shows in it.
 * No final newline.
 */
export function renderDefinitions(side: SideBySide, options: DefinitionsReportOptions): string {
  const { language, width, wrap } = options;
  if (side.streams === 0) return NOTHING[language];
  const messages = isOtherProtocol(side)
    ? [OTHER_PROTOCOL]
    : differencesOf(side).map(({ message }) => message);
  const sentences = messages.flatMap((message) =>
    wrap(message[language], width - INDENT.length).map((line, index) =>
      index === 0 ? line : INDENT + line,
    ),
  );
  const table = renderDefinitionTable(side, options);
  return [table, ...(sentences.length === 0 ? [] : [sentences.join("\n")])].join("\n\n");
}

/** We saw tokens, and no tool that looks for the chunks of chat completions did. */
function isOtherProtocol({ columns: [own, ...others] }: SideBySide): boolean {
  const chunked = others.filter(({ definition }) => definition?.name !== "otel");
  return (
    own?.cells.ttft.kind === "value" &&
    chunked.length > 0 &&
    chunked.every(({ cells }) => cells.ttft.kind !== "value")
  );
}

const OTHER_PROTOCOL = {
  en: "The definitions of other tools are those for chat completions and completions: over this protocol they are not given",
  zh: "其他工具的定义是针对 Chat Completions 和 Completions 的：对此协议不给出",
};

const NOTHING = {
  en: "No stream with times: there is nothing to compare with other tools",
  zh: "没有带时间的流：无法与其他工具比较",
} as const;
