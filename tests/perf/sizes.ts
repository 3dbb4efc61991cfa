import { promptTokens } from "../../lib/server/reply/prompt_tokens.ts";
import { completionReply } from "../../lib/server/http/route.ts";
import { TranscriptSource } from "../../lib/server/reply/transcript_source.ts";
import { ask, question, serving, transcriptOf } from "../support/serving.ts";
import { lesson } from "../support/stream.ts";

/** Sizes of what is worked on, in MiB. The longest request that is read has 64. */
const SIZES = [1, 4, 16, 60] as const;

/** Work that must not cost more than its size. */
export interface SizeRow {
  readonly name: string;
  /** Makes ready what has so many MiB, and returns the work on it. */
  readonly prepare: (mebibytes: number) => () => unknown;
}

/** As much text as fills so many MiB in UTF-8. */
function textOf(unit: string, mebibytes: number): string {
  return unit.repeat(Math.floor((mebibytes * 1024 * 1024) / Buffer.byteLength(unit)));
}

function counting(name: string, unit: string): SizeRow {
  return {
    name: `counting a prompt, ${name}`,
    prepare(mebibytes) {
      const messages = [{ role: "user", content: textOf(unit, mebibytes) }] as const;
      return () => promptTokens(messages);
    },
  };
}

const recorded = transcriptOf([lesson.stream], { request: question("?") });
const source = new TranscriptSource([recorded], { speed: Infinity });

export const sizeRows: readonly SizeRow[] = [
  counting("words", "hello there, world 12 "),
  counting("Chinese", "模型，"),
  counting("signs", "!?"),
  {
    name: "reading a request and finding its transcript",
    prepare(mebibytes) {
      const body = JSON.stringify(question(textOf("hello 世界 ", mebibytes)));
      const bytes = new TextEncoder().encode(body);
      return () => completionReply(bytes, { source, api: "chat" });
    },
  },
  {
    name: "the same over HTTP, both ends in one process",
    prepare(mebibytes) {
      const body = question(textOf("hello 世界 ", mebibytes));
      return async () => {
        await using endpoint = await serving(source);
        return (await ask(endpoint, body)).text();
      };
    },
  },
];

/** The time of each row at each size, and how much more a MiB costs among 60 than alone: 1 is linear. */
export async function perfSizes(rows: readonly SizeRow[] = sizeRows): Promise<string[]> {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const head = SIZES.map((size) => `${size} MiB`.padStart(10)).join("");
  const lines = ["".padEnd(width) + head];
  for (const { name, prepare } of rows) {
    const times: number[] = [];
    for (const size of SIZES) times.push(await best(prepare(size)));
    const [first = NaN] = times;
    const growth = (times.at(-1) ?? NaN) / first / (SIZES.at(-1) ?? NaN);
    const cells = times.map((time) => `${time.toFixed(1)} ms`.padStart(10)).join("");
    lines.push(`${name.padEnd(width)}${cells}   ${growth.toFixed(2)}× a MiB`);
  }
  return lines;
}

/** The best of three, in ms, after one to warm up. */
async function best(work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 4; round++) {
    const began = performance.now();
    await work();
    if (round > 0) least = Math.min(least, performance.now() - began);
  }
  return least;
}

if (import.meta.main) process.stdout.write(`${(await perfSizes()).join("\n")}\n`);
