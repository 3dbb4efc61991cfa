import type { Language } from "../../base/message.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import { padColumns, truncateColumns } from "../../text/columns.ts";
import type { Styles } from "../../text/styles.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { wrapColumns } from "../../text/wrap.ts";
import { verdictCounts } from "./counts.ts";
import { evidenceText, HEADINGS, NOBODY_CAME, sumText, VERDICTS } from "./evidence_texts.ts";
import type { FaultEvidence, JudgedClient, JudgedFault } from "./seen.ts";

/** How {@linkcode renderVerdicts} writes. */
export interface VerdictTableOptions {
  readonly language: Language;
  /** The columns there are; nothing is wider, except a single word that is. */
  readonly width: number;
  readonly styles: Styles;
}

const GAP = 2;
/** Evidence in fewer columns than these is hard to read: then it stands below. */
const NARROWEST_EVIDENCE = 28;
/** What a client says of itself, and its tools' names, may be of any length. */
const LONGEST_FOREIGN = 60;

/**
 * The verdicts for people: a table for each client, then the sum. The same verdict on the same fault for the same reason
 * stands once, with how often. A narrow table has each fault over its verdict. No final newline.
 */
export function renderVerdicts(
  clients: readonly JudgedClient[],
  options: VerdictTableOptions,
): string {
  const met = clients.filter(({ faults }) => faults.length > 0);
  const { language, width } = options;
  if (met.length === 0) return wrapColumns(NOBODY_CAME[language], width).join("\n");
  const blocks = met.map((client) => `${heading(client, options)}\n\n${table(client, options)}`);
  const sum = wrapColumns(sumText(verdictCounts(met))[language], width).join("\n");
  return [...blocks, sum].join("\n\n");
}

function heading(
  { userAgent, api, streamed }: JudgedClient,
  { language, width, styles }: VerdictTableOptions,
): string {
  const { title } = protocolNamed(api);
  const name = userAgent === null ? null : foreign(userAgent);
  const nameless = { en: "a client without a name", zh: "未署名的客户端" }[language];
  const manner = {
    en: `${title}, ${streamed ? "streamed" : "not streamed"}`,
    zh: `${title}，${streamed ? "流式" : "非流式"}`,
  }[language];
  return wrapColumns(`${name ?? nameless} · ${manner}`, width)
    .map(styles.bold)
    .join("\n");
}

function foreign(text: string): string {
  return truncateColumns(makeHarmless(text).replaceAll(/\s+/g, " "), LONGEST_FOREIGN);
}

interface Row {
  readonly fault: string;
  readonly verdict: FaultEvidence["verdict"];
  readonly said: string;
  readonly evidence: string;
}

function rowsOf({ faults }: JudgedClient, language: Language): Row[] {
  const groups = Map.groupBy(faults, ({ fault, verdict, evidence }) =>
    JSON.stringify([fault, verdict, evidence.kind]),
  );
  return Array.from(groups.values()).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const times = group.length > 1 ? ` ${group.length}×` : "";
    const said = VERDICTS[first.verdict][language] + times;
    return [{ fault: first.fault, verdict: first.verdict, said, evidence: told(first, language) }];
  });
}

function told({ evidence }: JudgedFault, language: Language): string {
  const shown =
    evidence.kind === "called_tool" ? { ...evidence, name: foreign(evidence.name) } : evidence;
  return evidenceText(shown)[language];
}

function table(client: JudgedClient, options: VerdictTableOptions): string {
  const { language, width, styles } = options;
  const rows = rowsOf(client, language);
  const [fault, verdict, evidence] = HEADINGS;
  const first = widest([fault[language], ...rows.map((row) => row.fault)]) + GAP;
  const second = widest([verdict[language], ...rows.map((row) => row.said)]) + GAP;
  if (width - first - second < NARROWEST_EVIDENCE) {
    return rows.map((row) => stacked(row, options)).join("\n");
  }
  const head =
    padColumns(fault[language], first) + padColumns(verdict[language], second) + evidence[language];
  const lines = rows.flatMap((row) =>
    wrapColumns(row.evidence, width - first - second).map((line, index) =>
      index === 0
        ? padColumns(row.fault, first) + styled(row, padColumns(row.said, second), styles) + line
        : " ".repeat(first + second) + line,
    ),
  );
  return [styles.dim(head), ...lines].join("\n");
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => Bun.stringWidth(text)));
}

function stacked(row: Row, { language, width, styles }: VerdictTableOptions): string {
  const indent = " ".repeat(GAP);
  const colon = { en: ": ", zh: "：" }[language];
  const lines = wrapColumns(row.said + colon + row.evidence, width - GAP);
  return [row.fault, ...lines.map((line) => indent + styled(row, line, styles))].join("\n");
}

function styled({ verdict }: Row, text: string, styles: Styles): string {
  if (verdict === "unknown") return styles.dim(text);
  return verdict === "noticed" ? styles.green(text) : styles.yellow(text);
}
