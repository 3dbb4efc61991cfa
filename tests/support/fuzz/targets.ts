import type { OpenTarget } from "./target.ts";

/** What is fuzzed under one name. */
export interface FuzzTarget {
  readonly name: string;
  /** How many of a thousand inputs go to it. */
  readonly share: number;
  /** Starts what it needs. Each loads no more than that. */
  readonly open: () => Promise<OpenTarget>;
}

const READERS = ["chat", "completions", "responses", "messages"] as const;

/** All that is fuzzed. */
export const TARGETS: readonly FuzzTarget[] = [
  {
    name: "splitter",
    share: 300,
    open: async () => (await import("./splitter.ts")).openSplitter(),
  },
  ...READERS.map((name) => ({
    name,
    share: 60,
    open: async () => (await import("./readers.ts")).openReader(name),
  })),
  {
    name: "transcripts",
    share: 120,
    open: async () => (await import("./transcripts.ts")).openTranscripts(),
  },
  { name: "files", share: 20, open: async () => (await import("./transcripts.ts")).openFiles() },
  { name: "dotenv", share: 120, open: async () => (await import("./dotenv.ts")).openDotenv() },
  { name: "flags", share: 190, open: async () => (await import("./flags.ts")).openFlags() },
  { name: "serve", share: 10, open: async () => (await import("./serve.ts")).openServe() },
];

/** Targets that go wrong on purpose, for the tests of the fuzzer. They are tried only where they are named. */
export const PLANTED: readonly FuzzTarget[] = ["failure", "hang", "crash", "leak"].map((how) => ({
  name: `planted-${how}`,
  share: 0,
  open: async () => (await import("./planted.ts")).openPlanted(how),
}));
