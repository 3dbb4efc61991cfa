import { asObject, parseJson } from "../../base/json.ts";
import { LimitError } from "../../base/limit_error.ts";
import { placeIn } from "../../protocols/recent.ts";
import { type SseEvent, SseSplitter } from "../../wire/sse.ts";
import type { TimedText } from "../../wire/piece.ts";
import type { SecretMask, Span } from "../../base/secret_mask.ts";

/** What a delta or a message says of itself, and not with its text. */
const NO_TEXT = new Set(["id", "type", "role", "name", "finish_reason", "object", "model"]);

/** What holds the texts of an event. */
const TEXTS = new Set(["delta", "message", "text", "content_block"]);

/** What says which text it is that an event with a type adds to. */
const PLACES = ["item_id", "output_index", "index", "content_index", "summary_index"];

/** Events whose texts are put together with those of another name. */
const READ_AS: readonly (readonly [RegExp, string])[] = [
  [/^response\.(refusal|audio[._]transcript)$/, "response.output_text"],
  [/^response\.reasoning_(summary_)?text$/, "response.reasoning"],
];

/** The beginning of a secret that shows nothing yet: `sk-`. Ordinary text ends so, and need not wait. */
const HARMLESS = 8;

/**
 * Masks secrets that are spread over the deltas of a stream, where none of its events holds one whole. Pieces keep
 * their lengths and times. An event whose text ends with the beginning of a secret is held back until the next ones
 * tell.
 *
 * A body that begins like a document has no deltas, and passes.
 *
 * @example
 * ```ts
 * const deltas = new DeltaMask(new SecretMask(["sk-abcdef1234567890"]));
 * deltas.push([{ text: 'data: {"choices":[{"delta":{"content":"sk-abcdef1"}}]}\n\n', at: 1 }]); // []
 * ```
 */
export class DeltaMask {
  readonly #mask: SecretMask;
  readonly #splitter = new SseSplitter();
  #body: "undecided" | "stream" | "other" = "undecided";
  #held: TimedText[] = [];
  /** What is handed over already of a line that has not come whole. */
  #lineBefore = "";
  /** What came of an event that has not come whole is plain. */
  #hasPassed = false;
  /** In an event that has not come whole a text ends with the beginning of a secret. */
  #isSuspicious = false;
  /** By their paths: texts that end with the beginning of a secret. */
  readonly #open = new Map<string, OpenText>();
  /** Texts of events that are held back, of which a part is a secret's. */
  readonly #changed = new Set<Fragment>();

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  /** Takes the next pieces and returns those that are safe now. */
  push(pieces: readonly TimedText[]): TimedText[] {
    if (this.#mask.isEmpty) return [...pieces];
    let passed = 0;
    for (const piece of pieces) {
      if (!this.#passes(piece)) break;
      passed++;
    }
    if (passed === pieces.length) return [...pieces];
    return [...pieces.slice(0, passed), ...this.#look(pieces.slice(passed))];
  }

  #look(pieces: readonly TimedText[]): TimedText[] {
    for (const piece of pieces) this.#take(piece);
    const text = pieces.map((piece) => piece.text).join("");
    if (this.#splitter.isBetweenEvents) this.#isSuspicious = false;
    else this.#isSuspicious ||= this.#endsInSecret(text);
    // What goes on with however short a beginning may be the rest of the secret: an event that has begun waits for its end.
    const isWaited = this.#open.size > 0 && !this.#splitter.isBetweenEvents;
    const isSafe =
      !this.#isSuspicious &&
      !isWaited &&
      [...this.#open.values()].every(({ beginning }) => beginning < this.#harmful);
    if (!isSafe && this.#body !== "other") return [];
    const end = text.lastIndexOf("\n\n");
    this.#hasPassed = end !== -1 && this.#isPlain(text.slice(end + 2));
    return this.end();
  }

  /** The stream has ended: what was held back. */
  end(): TimedText[] {
    const held = this.#held;
    this.#held = [];
    const changed = [...this.#changed];
    this.#changed.clear();
    const lineBefore = this.#lineBefore;
    const text = lineBefore + held.map((piece) => piece.text).join("");
    this.#lineBefore = text.slice(Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1);
    return changed.length === 0 ? held : rewritten(held, { lineBefore, changed });
  }

  /** So much of a secret's beginning is more than may be shown. */
  get #harmful(): number {
    return Math.min(HARMLESS, Math.ceil(this.#mask.shortest / 2));
  }

  /** Whether a text in JSON ends here with the beginning of a secret, or one that has not ended does so far. */
  #endsInSecret(text: string): boolean {
    if (this.#mask.beginningAtEnd(text) >= this.#harmful) return true;
    if (!this.#mask.mayHoldBeginning(text)) return false;
    for (let quote = text.indexOf('"'); quote !== -1; quote = text.indexOf('"', quote + 1)) {
      if (this.#mask.beginningAtEnd(text.slice(0, quote)) >= this.#harmful) return true;
    }
    return false;
  }

  /**
   * Whether no text of a piece could go on as a secret, as of nearly every one, wherever it is cut: then none of its
   * events is read. Where it could, nothing is changed.
   */
  #passes({ text }: TimedText): boolean {
    const isOpen = this.#held.length > 0 || this.#open.size > 0;
    if (this.#body !== "stream" || isOpen) return false;
    if (!this.#hasPassed && !this.#splitter.isBetweenEvents) return false;
    if (!this.#isPlain(text)) return false;
    this.#split(text);
    this.#hasPassed = true;
    const line = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    this.#lineBefore = line === 0 ? this.#lineBefore + text : text.slice(line);
    return true;
  }

  /** Whether no text in it ends with the beginning of a secret, and neither does it itself. */
  #isPlain(text: string): boolean {
    return !this.#mask.mayHoldBeginning(text) && this.#mask.beginningAtEnd(text) === 0;
  }

  /** The events that a text ends; none of what is too long for an event, where whoever reads the stream gives up, too. */
  #split(text: string): SseEvent[] {
    try {
      return this.#splitter.push(text);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      this.#body = "other";
      return [];
    }
  }

  #take(piece: TimedText): void {
    this.#held.push(piece);
    if (this.#body === "undecided") {
      const first = /\S/.exec(piece.text)?.[0];
      if (first !== undefined) this.#body = '{["<'.includes(first) ? "other" : "stream";
    }
    if (this.#body === "other") return;
    for (const { data } of this.#split(piece.text)) this.#event(data);
  }

  #event(data: string): void {
    // Nothing is read behind it, so nothing that could complete a secret.
    if (data.trim() === "[DONE]") return this.#open.clear();
    if (this.#open.size === 0 && !this.#mask.mayHoldBeginning(data)) return;
    const value = parseJson(data);
    const around = aroundOf(value);
    for (const { path, text } of textsIn(value)) {
      for (const of of around) this.#text(of + path.replace(/^\.content_block\./, ".delta."), text);
    }
  }

  #text(path: string, text: string): void {
    const open = this.#open.get(path) ?? new OpenText(this.#mask);
    for (const fragment of open.push(text)) this.#changed.add(fragment);
    if (open.beginning > 0) this.#open.set(path, open);
    else this.#open.delete(path);
  }
}

/** What one event adds to a text, and which parts of it are a secret's. */
interface Fragment {
  readonly text: string;
  spans: readonly Span[];
}

/** The end of a text that comes in deltas. */
class OpenText {
  /** How many of its last characters may be the beginning of a secret. */
  beginning = 0;
  readonly #mask: SecretMask;
  #fragments: Fragment[] = [];

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  /** Adds a delta, and returns those of which a part turned out to be a secret's. */
  push(text: string): Fragment[] {
    this.#fragments.push({ text, spans: [] });
    const whole = this.#fragments.map((fragment) => fragment.text).join("");
    const spans = this.#mask.spans(whole);
    this.beginning = this.#mask.beginningAtEnd(whole);
    const changed: Fragment[] = [];
    let start = 0;
    let firstOpen = 0;
    for (const [index, fragment] of this.#fragments.entries()) {
      const end = start + fragment.text.length;
      const within = spans
        .filter((span) => span.start < end && span.end > start)
        .map((span) => ({ start: Math.max(span.start, start), end: Math.min(span.end, end) }));
      if (within.length > 0) {
        const from = start;
        fragment.spans = within.map((span) => ({ start: span.start - from, end: span.end - from }));
        changed.push(fragment);
      }
      if (end <= whole.length - this.beginning) firstOpen = index + 1;
      start = end;
    }
    this.#fragments = this.#fragments.slice(firstOpen);
    return changed;
  }
}

/**
 * To which texts those of an event belong: in protocols whose events have a type, to that of its item or block, and to all
 * of its kind, since texts of one kind are put together across items. Chunks say it in their choices.
 */
function aroundOf(value: unknown): string[] {
  const event = asObject(value);
  const type = event?.["type"];
  if (typeof type !== "string") return [""];
  const name = type.slice(0, 200).replace(/[._](added|start|delta|done)$/, "");
  const kind = READ_AS.find(([names]) => names.test(name))?.[1] ?? name;
  const places = PLACES.map((name) => placeIn(event?.[name]) ?? "");
  return [kind, `${kind} ${places.join(" ")}`];
}

/** Every text that a delta, a message or a choice brings, with its path. Entries of lists are told apart by `index`. */
function* textsIn(value: unknown): Generator<{ readonly path: string; readonly text: string }> {
  const waiting: { path: string; value: unknown; isText: boolean }[] = [
    { path: "", value, isText: false },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, value, isText } = next;
    if (typeof value === "string") {
      if (isText && value !== "") yield { path, text: value };
    } else if (Array.isArray(value)) {
      for (const [place, entry] of value.entries()) {
        const index = placeIn(asObject(entry)?.["index"]) ?? place;
        waiting.push({ path: `${path}.${index}`, value: entry, isText });
      }
    } else {
      for (const [name, entry] of Object.entries(asObject(value) ?? {})) {
        const begins = TEXTS.has(name);
        if (!NO_TEXT.has(name)) {
          waiting.push({ path: `${path}.${name}`, value: entry, isText: isText || begins });
        }
      }
    }
  }
}

/** A text in JSON; with the colon behind it, it is a name. */
const LITERAL = /("(?:[^"\\\r\n]|\\.)*")(\s*:)?/g;

/** One character as JSON writes it. */
const CHARACTER = /\\u[0-9a-f]{4}|\\.|[^\\]/gis;

/** The same pieces with the secrets' parts of these texts overwritten, wherever the texts stand in them. */
function rewritten(
  pieces: readonly TimedText[],
  given: { readonly lineBefore: string; readonly changed: readonly Fragment[] },
): TimedText[] {
  const spansOf = new Map<string, Span[]>();
  for (const { text, spans } of given.changed) {
    spansOf.set(text, [...(spansOf.get(text) ?? []), ...spans]);
  }
  const text = pieces.map((piece) => piece.text).join("");
  const body = (given.lineBefore + text).replaceAll(
    LITERAL,
    (found, literal: string, colon: string | undefined) => {
      const text = colon === undefined ? parseJson(literal) : null;
      const spans = typeof text === "string" ? spansOf.get(text) : undefined;
      return spans === undefined ? found : `"${overwrittenJson(literal.slice(1, -1), spans)}"`;
    },
  );
  let start = given.lineBefore.length;
  return pieces.map(({ text, at }) => {
    const end = start + text.length;
    const piece = { text: body.slice(start, end), at };
    start = end;
    return piece;
  });
}

/** Overwrites parts of a text as JSON writes it: each character keeps its length. */
function overwrittenJson(written: string, spans: readonly Span[]): string {
  const characters = written.match(CHARACTER) ?? [];
  return characters
    .map((character, index) => {
      const isSecret = spans.some(({ start, end }) => index >= start && index < end);
      return isSecret ? "*".repeat(character.length) : character;
    })
    .join("");
}
