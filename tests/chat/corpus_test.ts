import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CompletionReader } from "../../lib/chat/completion_reader.ts";
import { recordedWith } from "../../lib/chat/asked.ts";
import type { Reading } from "../../lib/chat/reading.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { judge, type Verdict } from "../../lib/measure/outcome.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { usageJson } from "../../lib/report/request/result_json.ts";
import { endingOf } from "../../lib/transcript/closing.ts";
import { decodeTranscript } from "../../lib/transcript/decode.ts";
import { encodeTranscript } from "../../lib/transcript/encode.ts";
import type { Transcript } from "../../lib/transcript/format.ts";
import { type SseEvent, sseEvents, SseSplitter } from "../../lib/wire/sse.ts";
import type { TimedText } from "../../lib/wire/piece.ts";
import expected from "../fixtures/corpus/expected.json" with { type: "json" };
import { everyCut } from "../support/cuts.ts";
import { runs } from "../support/runs.ts";

const FOLDER = join(import.meta.dir, "..", "fixtures", "corpus");
const STALL = 500_000;
/** How many random cuts each file is tried at. */
const RANDOM_CUTS = runs(200);

/** What a file is expected to give, in the words of `ask --json`. */
interface Expected {
  readonly outcome: string;
  readonly error: object | null;
  readonly content: string;
  readonly reasoning: string;
  readonly finish_reason: string | null;
  readonly native_finish_reason?: string;
  readonly usage: object | null;
  readonly deltas: number;
  readonly notes: readonly string[];
  readonly tool_calls?: readonly object[];
  readonly choices?: readonly object[];
  readonly stalls?: object;
  readonly accepted_ms?: number;
}

/** With every field; what is not there is `undefined`. */
type Wanted = { readonly [Name in keyof Required<Expected>]: Expected[Name] };

interface CorpusFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly transcript: Transcript;
  readonly body: string;
}

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".sse"))
  .toSorted()
  .map((name): CorpusFile => {
    const path = join(FOLDER, name);
    const bytes = readFileSync(path);
    const transcript = decodeTranscript(bytes, { name });
    return {
      name,
      path,
      text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
      transcript,
      body: transcript.pieces.map((piece) => piece.text).join(""),
    };
  });

/** Reads these pieces as the response that the file holds. */
function read(
  { header, closing }: Transcript,
  pieces: readonly TimedText[],
): { reading: Reading; verdict: Verdict } {
  const status = header?.response?.status ?? null;
  const reader = new CompletionReader(recordedWith(header));
  reader.begin(status ?? 200);
  for (const piece of pieces) reader.push(piece);
  reader.end(closing?.at ?? null);
  const reading = reader.result();
  const ending = endingOf({ status, closing, isPlainBody: false });
  return { reading, verdict: judge(ending, reading.facts) };
}

/** The result in the words of `ask --json`, with everything that a file may expect. */
function resultOf({ reading, verdict }: { reading: Reading; verdict: Verdict }): Wanted {
  const { usage } = reading.timeline;
  const { deltas, stalls, accepted } = requestMetrics(reading.timeline, { stall: STALL });
  const [first] = reading.choices;
  return {
    outcome: verdict.outcome,
    error: verdict.failure,
    content: first?.content ?? "",
    reasoning: first?.reasoning ?? "",
    finish_reason: first?.finishReason ?? null,
    native_finish_reason: first?.nativeFinishReason,
    usage: usageJson(usage),
    deltas,
    notes: notesOf({ reading, verdict }).map(({ code }) => code),
    tool_calls: first?.toolCalls ?? [],
    choices: reading.choices.map(({ index, content, finishReason }) => ({
      index,
      content,
      finish_reason: finishReason,
    })),
    stalls: {
      count: stalls.count,
      longest_ms: (stalls.longest ?? 0) / 1000,
      total_ms: (stalls.total ?? 0) / 1000,
    },
    accepted_ms: accepted === null ? undefined : accepted / 1000,
  };
}

/** All that does not depend on times. */
function untimed({ reading, verdict }: { reading: Reading; verdict: Verdict }): object {
  const { timeline, ...rest } = reading;
  const { usage, tokensAtFirstDelta, hasReasoningDelta, deltasAt } = timeline;
  return { verdict, rest, usage, tokensAtFirstDelta, hasReasoningDelta, deltas: deltasAt.length };
}

/** The same text cut at about every tenth to thousandth character; the same for the same seed. */
function randomCut(text: string, seed: number): string[] {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const longest = 10 ** (1 + 2 * random());
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * longest);
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return parts;
}

function pieceOf(text: string): TimedText {
  return { text, at: null };
}

function split(text: string): {
  events: SseEvent[];
  unfinished: SseEvent | null;
  lastEventId: string;
  retry: number | null;
} {
  const splitter = new SseSplitter();
  const events = splitter.push(text);
  const unfinished = splitter.end();
  return { events, unfinished, lastEventId: splitter.lastEventId, retry: splitter.retry };
}

for (const file of files) {
  const { name, transcript, body } = file;
  const wanted: Expected | undefined = (expected as Record<string, Expected>)[name];

  test(`corpus, ${name}: gives what expected.json says`, () => {
    const result = resultOf(read(transcript, transcript.pieces));
    const named = {
      tool_calls: [],
      ...(wanted?.choices ? undefined : { choices: result.choices }),
    };
    expect(result).toEqual({ stalls: result.stalls, ...named, ...wanted } as Wanted);
  });

  test(`corpus, ${name}: gives the same wherever it is cut`, () => {
    const whole = untimed(read(transcript, [pieceOf(body)]));
    expect(untimed(read(transcript, transcript.pieces))).toEqual(whole);
    const cuts = [...everyCut(body)];
    for (let seed = 1; seed <= RANDOM_CUTS; seed++) cuts.push(randomCut(body, seed));
    for (const texts of cuts) {
      const found = untimed(read(transcript, texts.map(pieceOf)));
      if (!Bun.deepEquals(found, whole)) {
        expect({ texts, found }).toEqual({ texts, found: whole });
      }
    }
  });

  test(`corpus, ${name}: is a transcript to the byte, with notes first`, () => {
    expect(encodeTranscript(transcript)).toBe(file.text);
    expect(transcript.notes.length).toBe(2);
    expect(transcript.notes[1]).toStartWith("Met: ");
    expect(file.text).toMatch(/^\uFEFF?:@transcript .*\n:@# /);
  });

  test(`corpus, ${name}: gives any parser the events of its body`, async () => {
    expect(split(file.text)).toEqual(split(body));
    const served = new Response(Bun.file(file.path)).body;
    const events = served === null ? [] : await Array.fromAsync(sseEvents(served));
    expect(events).toEqual(split(body).events);
  });
}

test("corpus has an expectation and a line in its README for every file, and for no other", () => {
  const names = files.map(({ name }) => name);
  expect(Object.keys(expected).toSorted()).toEqual(names);
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  const linked = [...readme.matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map(([, link = ""]) => link);
  expect(linked.toSorted()).toEqual(names);
});

test("corpus holds no key", () => {
  for (const { name, text } of files) {
    expect(text, name).not.toMatch(/authorization|bearer|api-key"|\bsk-|\?key=/i);
  }
});
