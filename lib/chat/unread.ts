import { bounded, type EndpointError, isSuccess } from "../wire/endpoint_error.ts";
import { asArray, asObject, asText, type JsonObject, parseJson } from "../base/json.ts";
import { lineOfHtml, oneLine } from "../wire/one_line.ts";
import { pageIn } from "./line_kind.ts";
import { unquoted } from "../wire/salvage.ts";

/** So much of lines that belong together is kept. */
const LONGEST_TEXT = 64 * 1024;
/** What servers send to keep the connection open, if they send text; a comment that became data. */
const HEARTBEAT =
  /^\s*(:.*|\W*(ping|pong|keep[\s_-]?alive|heart[\s_-]?beat|hb|noop|processing|queued|pending|waiting|in[\s_-]?progress|started)\W*|-?[\d.]+|true|false|null|\[\s*\]|\{\s*\}|)\s*$/i;
/** What stands beside an answer, and not for one. */
const BESIDE = new Set(
  "id object created created_at model system_fingerprint service_tier provider usage citations search_results request_id trace_id session_id conversation_id timestamp time timings prompt_filter_results prompt_annotations obfuscation".split(
    " ",
  ),
);

/**
 * Remembers the last thing in a stream that could not be read: an event, or lines that belong together. Where only
 * `[DONE]` says that the answer is whole, it is what went wrong.
 */
export class Unread {
  #text: string | null = null;
  #lines = "";
  #isAtEnd = false;

  /** What it says, as an error; `null` when all could be read. */
  get last(): EndpointError | null {
    const text = this.#lines === "" ? this.#text : this.#lines;
    return text === null ? null : bounded(wordsOf(text), null);
  }

  /** The same where nothing came behind it. */
  get atEnd(): EndpointError | null {
    return this.#isAtEnd ? this.last : null;
  }

  /** An event, or a line, that could not be read. */
  event(data: string): void {
    this.#endLines();
    if (isHeartbeat(data)) return;
    this.#isAtEnd = true;
    const text = data.slice(0, LONGEST_TEXT);
    // The lines of a page that begins in an event come before the event, which an empty line ends.
    const isPage = pageIn(text) !== -1 && this.#text?.trimStart().startsWith("<");
    this.#text = isPage ? `${text}\n${this.#text}` : text;
  }

  /** A line that is no field. Those that follow each other are one text. */
  line(line: string): void {
    if (isHeartbeat(line) || this.#lines.length > LONGEST_TEXT) return;
    this.#isAtEnd = true;
    this.#lines += `${line.slice(0, LONGEST_TEXT)}\n`;
  }

  /** The last lines were read after all, together. */
  linesWereRead(): void {
    this.#isAtEnd = false;
    this.#lines = "";
  }

  /** Something else came: the next line begins another text. */
  interrupt(): void {
    this.#isAtEnd = false;
    if (this.#lines !== "") this.#endLines();
  }

  #endLines(): void {
    if (this.#lines !== "") this.#text = this.#lines;
    this.#lines = "";
  }
}

/** Whether a text, which is no chunk, only keeps the connection open. */
export function isHeartbeat(text: string): boolean {
  return text.length < 200 && HEARTBEAT.test(text);
}

/**
 * Whether it is known what an object means that holds nothing of an answer: a chunk without choices, a heartbeat, a
 * success, what stands beside an answer.
 */
export function isUnderstood(value: JsonObject): boolean {
  const { choices } = value;
  if (choices !== undefined)
    return choices === null || (Array.isArray(choices) && choices.length === 0);
  if (isSuccess(value)) return true;
  for (const name of ["type", "event", "object", "status", "state", "message"]) {
    const text = asText(value[name]);
    if (text !== null && isHeartbeat(text)) return true;
  }
  return Object.entries(value).every(
    ([name, one]) => BESIDE.has(name) || one === null || one === "",
  );
}

function wordsOf(text: string): string {
  const words = unquoted(text).trim();
  const value = parseJson(words);
  if (
    typeof value === "string" ||
    (value !== undefined && asArray(value).length === 0 && asObject(value) === null)
  ) {
    return oneLine(words);
  }
  // Half an event may stand before a page that is glued to it.
  const page = words.startsWith("<") ? 0 : pageIn(words);
  if (page !== -1) return lineOfHtml(words.slice(page));
  // Of a traceback the last line says what it was.
  const isTrace = words.startsWith("Traceback");
  return oneLine(isTrace ? words.slice(words.lastIndexOf("\n") + 1) : words);
}
