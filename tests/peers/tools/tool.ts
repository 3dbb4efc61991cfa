import type { Figures, Summing } from "../truth.ts";

/** The names of those that are not ours. */
export const OTHER_TOOLS = ["aiperf", "guidellm"] as const;

/** One of {@linkcode OTHER_TOOLS}. */
export type OtherTool = (typeof OTHER_TOOLS)[number];

/** The name of a tool. */
export type ToolName = "streamgauge" | OtherTool;

/** What a tool is asked to do. */
export interface Load {
  readonly origin: string;
  readonly streams: number;
  /** Those that are measured; the warm-up is one more for each stream. */
  readonly requests: number;
  /** Without, no request goes before the measured ones. */
  readonly warmup: boolean;
  /** For what it reads and writes. */
  readonly folder: string;
  /** The folder of a tokenizer whose tokens are words. */
  readonly tokenizer: string;
}

/** What is run. */
export interface Command {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a tool says of a run, from its own files. */
export interface Reported {
  readonly complete: number;
  readonly failed: number;
  readonly figures: Figures;
  readonly summing: Summing;
}

/** A tool that puts an endpoint under load. */
export interface Tool {
  readonly name: ToolName;
  readonly title: string;
  readonly version: string;
  /** Writes what it reads, and says how it is started. */
  readonly command: (load: Load) => Command;
  /** Reads what it wrote. */
  readonly reported: (folder: string) => Reported;
}

/** The prompts of a run, each other than the rest. */
export function promptsOf({ requests, streams }: Load): string[] {
  return Array.from(
    { length: requests + streams },
    (_, index) => `Why is the sky blue and not of another color, question ${index}`,
  );
}

/** As JSON lines. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
