import { promptTokens } from "../../lib/server/reply/prompt_tokens.ts";
import { completionReply } from "../../lib/server/http/route.ts";
import { TranscriptSource } from "../../lib/server/reply/transcript_source.ts";
import { ask, question, serving, transcriptOf } from "../support/serving.ts";
import { lesson } from "../support/stream.ts";
import type { Line, Part } from "./line.ts";

/** In MiB. The longest request that is read has 64. */
const LONGEST = 60;

/** Work that must not cost more than its size. */
interface SizeRow {
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

const sizeRows: readonly SizeRow[] = [
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

/** How much more a MiB costs among many than alone. */
export const requestSizes: Part = {
  name: "request-sizes",
  about:
    "work on requests of 1 and of 60 MiB: what a MiB costs in the long one, where 1 is what it costs in the short one",
  async measure({ quick }) {
    const lines: Line[] = [];
    for (const { name, prepare } of sizeRows) {
      const values: number[] = [];
      const [short, long] = [prepare(1), prepare(LONGEST)];
      for (let round = 0; round < (quick ? 1 : 5); round++) {
        values.push((await best(long)) / (await best(short)) / LONGEST);
      }
      lines.push({ what: name, unit: "x linear", values, goal: { atMost: 2 } });
    }
    return lines;
  },
};

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
