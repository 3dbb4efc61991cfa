import type { Mutant } from "./find.ts";

/** A change that no test can notice, or that none should. */
export interface Equivalent {
  readonly file: string;
  /** The line, without what indents it. */
  readonly code: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

/** The changes that are known to change nothing, each with why. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "lib/chat/retry.ts",
    code: 'if (value === undefined || value === "") return null;',
    before: "||",
    after: "&&",
    reason: "what is absent is neither a number nor a date: it gives null a line later",
  },
  {
    file: "lib/transcript/byte_buffer.ts",
    code: "const KEPT_BYTES = 64 * 1024;",
    before: "*",
    after: "/",
    reason: "when memory is given back, not what is in it",
  },
  {
    file: "lib/transcript/bare_chunks.ts",
    code: "if (first === -1 || start[first] !== 0x7b) return false;",
    before: "first === -1 || start[first] !== 0x7b",
    after: "false",
    reason: "saves parsing what is no object, and so no event",
  },
  {
    file: "lib/transcript/masks/delta_mask.ts",
    code: ".filter((span) => span.start < end && span.end > start)",
    before: ">",
    after: ">=",
    reason: "a span that ends where a delta begins masks nothing of it",
  },
  {
    file: "lib/transcript/masks/delta_mask.ts",
    code: "if (within.length > 0) {",
    before: ">",
    after: ">=",
    reason: "a text without a part to mask is written as it came",
  },
  {
    file: "lib/transcript/piece_assembler.ts",
    code: "if (past === 0) return;",
    before: "past === 0",
    after: "false",
    reason: "saves adding nothing to what waits",
  },
  {
    file: "lib/transcript/pretty.ts",
    code: "for (let index = 0; index < line.length; index++) {",
    before: "<",
    after: "<=",
    reason: "behind the last character there is none that counts",
  },
  {
    file: "lib/measure/metrics.ts",
    code: "if (tokens === null || first === null || last === null) return null;",
    before: "||",
    after: "&&",
    reason:
      "for the types: without a count no token is left behind the first delta, which gives null, too",
  },
  {
    file: "lib/load/workers/worker.ts",
    code: "if (this.#isDue) return;",
    before: "this.#isDue",
    after: "false",
    reason: "what is looked for once more in the same turn has been told",
  },
  {
    file: "lib/wire/salvage.ts",
    code: 'if (at >= line.length) return { texts, rest: "" };',
    before: "at >= line.length",
    after: "false",
    reason: "where nothing is left no value is found, and the rest is empty",
  },
  {
    file: "lib/load/workers/run_worker_share.ts",
    code: 'if (message.kind !== "progress") return;',
    before: 'message.kind !== "progress"',
    after: "false",
    reason: "for the types: of its share a worker tells nothing else but that it is done",
  },
  {
    file: "lib/load/workers/simulated_process.ts",
    code: 'const isTime = ending.kind === "ended" && typeof theirs === "number";',
    before: "&&",
    after: "||",
    reason: "only an endpoint that stamps is asked for its clock, and one that ended has told it",
  },
  {
    file: "lib/load/workers/worker_process.ts",
    code: "while (samples.length < PINGS && this.#end === null) {",
    before: "<",
    after: "<=",
    reason: "one sample of the clock more",
  },
  {
    file: "lib/load/workers/worker.ts",
    code: "this.#isDue = false;",
    before: "false",
    after: "true",
    reason: "what is not told at once is told with the next turn of the timer",
  },
  {
    file: "lib/measure/error_share.ts",
    code: 'if (high < 0) return "fewer";',
    before: "<",
    after: "<=",
    reason: "the end of an interval that is computed with a root is not 0 exactly",
  },
  ...[">=", "<="].map((before) => ({
    file: "lib/measure/error_share.ts",
    code: 'return low >= -margin && high <= margin ? "same" : "unknown";',
    before,
    after: before.charAt(0),
    reason: "the end of an interval that is computed with a root is not the margin exactly",
  })),
  ...["aiperf", "guidellm", "inference_perf", "otel", "sglang", "vllm"].map((name) => ({
    file: `lib/measure/definitions/${name}.ts`,
    code: "if (first === undefined || last === undefined) return NO_FIGURES;",
    before: "||",
    after: "&&",
    reason: "for the types: a list has both a first and a last, or neither",
  })),
  {
    file: "lib/load/run_file.ts",
    code: "keepText: false,",
    before: "false",
    after: "true",
    reason: "saves the room for texts that nobody asks for",
  },
  {
    file: "lib/wire/sse.ts",
    code: "return colon + 1 < end && text.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1;",
    before: "+",
    after: "-",
    reason: "where the value is empty a line end follows the colon, or nothing, and no space",
  },
];

/** Why no test has to notice it; `null` where one has to. */
export function reasonFor({ file, code, before, after }: Mutant): string | null {
  const known = EQUIVALENT.find(
    (one) => one.file === file && one.code === code && one.before === before && one.after === after,
  );
  return known?.reason ?? null;
}
