import type { Secret } from "./secret.ts";
import { holdsEscapes, SpelledWord } from "./spelled_word.ts";

/**
 * The shortest text that counts as a key: characters. What people put where none is needed (`1`, `none`, `test`) is
 * shorter, and masking it wherever it stands would ruin what is recorded. Services give out far longer keys.
 */
const SHORTEST_KEY = 5;

/** Shorter than this, a secret's base64 is too short to tell it from other text. */
const SHORTEST_IN_BASE64 = 8;

/**
 * The words that streams are made of. What a local server takes for a key may be one of them: it hides nothing, and
 * where it were masked nothing could be read any more.
 */
const PROTOCOL_WORDS =
  "data event error retry id object choices choice index delta message messages content reasoning reasoning_content " +
  "reasoning_details refusal role assistant system user developer finish_reason stop length content_filter " +
  "tool_calls function_call function name arguments type text model created usage prompt_tokens completion_tokens " +
  "total_tokens reasoning_tokens cached_tokens completion_tokens_details prompt_tokens_details input_tokens " +
  "output_tokens system_fingerprint logprobs chat.completion.chunk stream stream_options include_usage temperature " +
  "max_tokens response output status code details metadata thinking signature null true false " +
  "response.created response.in_progress response.completed output_item.added content_part.added output_text.delta " +
  "function_call_arguments.delta item_id output_index content_index sequence_number output_text input_text " +
  "message_start content_block_start content_block_delta content_block_stop message_delta message_stop partial_json " +
  "text_delta thinking_delta input_json_delta stop_reason end_turn tool_use text_completion logprobs";

/** A part of a text: from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds whole secrets in their usual spellings, and overwrites them by as many `*`: as they are, as JSON and URLs write them, and in
 * base64. This is the one place that knows how a secret may look; everything that is printed, written or kept goes
 * through it.
 *
 * @example
 * ```ts
 * new SecretMask(["sk/abcdef"]).text("sk/abcdef sk\\/abcdef %73k%2Fabcdef"); // "********* ********** *************"
 * ```
 */
export class SecretMask {
  /** How many characters the shortest of the secrets has; 0 where there is none. */
  readonly shortest: number;
  readonly #words: readonly SpelledWord[];
  /** Finds what stands wherever a word does: a search for several at once is quicker than one for each. */
  readonly #fragments: RegExp;
  /** The beginnings of all words, as they are, by their last characters. */
  readonly #beginnings = new Map<string, string[]>();
  /** 1 where a beginning ends with these two characters, or consists of this one: see {@linkcode pairOf}. */
  readonly #endPairs = new Uint8Array(128 * 128);
  readonly #onlyCharacters = new Uint8Array(128);

  constructor(secrets: readonly string[]) {
    const hidden = secrets.filter(isHidden);
    this.shortest = hidden.length === 0 ? 0 : Math.min(...hidden.map(({ length }) => length));
    const base64 = hidden.flatMap(inBase64);
    this.#words = [
      ...hidden.map((secret) => new SpelledWord(secret)),
      ...base64.map((word) => new SpelledWord(word, { isBase64: true })),
    ];
    this.#fragments = new RegExp(this.#words.map(({ fragment }) => escaped(fragment)).join("|"));
    const urlSafe = base64.map((word) => word.replaceAll("+", "-").replaceAll("/", "_"));
    for (const word of new Set([...hidden, ...base64, ...urlSafe])) {
      this.#onlyCharacters[word.charCodeAt(0) & 127] = 1;
      for (let length = 1; length < word.length; length++) {
        const last = word.charAt(length - 1);
        const known = this.#beginnings.get(last) ?? [];
        this.#beginnings.set(last, [...known, word.slice(0, length)]);
        if (length > 1) this.#endPairs[pairOf(word, length)] = 1;
      }
    }
  }

  /** For a key; `null` masks nothing. */
  static of(key: Secret | null): SecretMask {
    if (key === null) return NOTHING;
    const known = MASKS.get(key) ?? new SecretMask([key.reveal()]);
    MASKS.set(key, known);
    return known;
  }

  /** There is nothing to hide. */
  get isEmpty(): boolean {
    return this.#words.length === 0;
  }

  /** Whether no secret stands in a text: quick to say so, which is the answer for nearly every piece of a stream. */
  isClean(text: string): boolean {
    return this.isEmpty || !(this.#fragments.test(text) || holdsEscapes(text));
  }

  /**
   * Whether a text in JSON may end with the beginning of a secret, somewhere in this piece of a stream. It may say so
   * too often, and never too seldom.
   */
  mayHoldBeginning(json: string): boolean {
    if (holdsEscapes(json)) return true;
    for (let quote = json.indexOf('"'); quote !== -1; quote = json.indexOf('"', quote + 1)) {
      // A colon follows a name.
      if (json.charCodeAt(quote + 1) === COLON || !this.#mayEndAt(json, quote)) continue;
      const beginnings = this.#beginnings.get(json.charAt(quote - 1));
      if (beginnings?.some((beginning) => json.endsWith(beginning, quote))) return true;
    }
    return false;
  }

  /** `false`: no beginning ends here. Two looks tell it of nearly every text. */
  #mayEndAt(text: string, end: number): boolean {
    return (
      this.#onlyCharacters[text.charCodeAt(end - 1) & 127] === 1 ||
      this.#endPairs[pairOf(text, end)] === 1
    );
  }

  /** Where secrets stand in a text, in order and apart from each other. */
  spans(text: string): Span[] {
    if (this.isClean(text)) return [];
    const found = this.#words.flatMap((word) => placesOf(word, text));
    const spans: { start: number; end: number }[] = [];
    for (const { start, end } of found.toSorted((one, other) => one.start - other.start)) {
      const last = spans.at(-1);
      if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
      else spans.push({ start, end });
    }
    return spans;
  }

  /** The text with each secret overwritten. */
  text(text: string): string {
    return overwritten(text, this.spans(text));
  }

  /** The JSON value with the secrets overwritten in its texts and its names; a number that is one becomes a text. */
  json(value: unknown): unknown {
    if (this.isEmpty) return value;
    if (typeof value === "string") return this.text(value);
    if (typeof value === "number") {
      const safe = this.text(String(value));
      return safe === String(value) ? value : safe;
    }
    if (Array.isArray(value)) return value.map((entry) => this.json(entry));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [this.text(name), this.json(entry)]),
    );
  }

  /** How many of the last characters may be the beginning of a secret. */
  beginningAtEnd(text: string): number {
    return this.#words.reduce((most, word) => Math.max(most, word.beginningAtEnd(text)), 0);
  }
}

const COLON = 0x3a;

/** The text as a regular expression has it. */
function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** A number for the two characters before `end`. Others may have the same. */
function pairOf(text: string, end: number): number {
  return ((text.charCodeAt(end - 2) & 127) << 7) | (text.charCodeAt(end - 1) & 127);
}

/** A run of thousands of requests has one key. */
const MASKS = new WeakMap<Secret, SecretMask>();

const NOTHING = new SecretMask([]);

/** The text with these parts overwritten by as many `*`. */
export function overwritten(text: string, spans: readonly Span[]): string {
  let shown = "";
  let end = 0;
  for (const span of spans) {
    shown += text.slice(end, span.start) + "*".repeat(span.end - span.start);
    end = span.end;
  }
  return end === 0 ? text : shown + text.slice(end);
}

function placesOf(word: SpelledWord, text: string): Span[] {
  const places: Span[] = [];
  for (let place = word.find(text, 0); place !== null; place = word.find(text, place.start + 1)) {
    places.push(place);
  }
  return places;
}

function isHidden(secret: string): boolean {
  return secret.length >= SHORTEST_KEY && !PROTOCOL_WORDS.includes(secret.toLowerCase());
}

/**
 * What of a secret's base64 is the same whatever stands around it: it may begin at each of three places in a group of
 * three bytes, and the characters that it shares with its neighbours are left out.
 */
function inBase64(secret: string): string[] {
  if (secret.length < SHORTEST_IN_BASE64) return [];
  return [0, 1, 2].map((before) => {
    const bytes = new TextEncoder().encode("\0".repeat(before) + secret);
    const text = btoa(String.fromCharCode(...bytes));
    const start = Math.ceil((before * 8) / 6);
    return text.slice(start, Math.floor((bytes.length * 8) / 6));
  });
}
