import type { Bilingual } from "../../base/message.ts";
import { formatCount } from "../../text/amounts.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import type { Side } from "./side.ts";

/** More names than this are counted. */
const MOST_NAMES = 3;

/**
 * What a side is: where it came from, how many runs of how many requests, and what was asked where. `calledAlready` is the
 * name that stands before it, and is not said twice.
 */
export function sideText(
  { names, runs }: Side,
  { calledAlready }: { readonly calledAlready?: "A" | "B" } = {},
): Bilingual {
  const from = makeHarmless(
    names.length > MOST_NAMES
      ? `${names.slice(0, MOST_NAMES).join(", ")}, … (${formatCount(names.length)})`
      : names.join(", "),
  );
  const count = formatCount(runs.length);
  const requests = rangeOf(runs.map(({ requests }) => requests));
  const models = distinct(runs.map(({ config }) => config["model"]));
  const places = distinct(runs.map(({ config }) => config["base_url"]));
  const one = runs.length === 1;
  const [en, zh] = from === "" || from === calledAlready ? ["", ""] : [`${from}: `, `${from}：`];
  return {
    en: `${en}${count} ${one ? "run" : "runs"} of ${requests} requests${models && `, ${models}`}${places && ` at ${places}`}`,
    zh: `${zh}${count} 次运行，每次 ${requests} 个请求${models && `，${models}`}${places && `，${places}`}`,
  };
}

function rangeOf(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? formatCount(least) : `${formatCount(least)}–${formatCount(most)}`;
}

function distinct(values: readonly unknown[]): string {
  const texts = [...new Set(values.filter((value) => typeof value === "string"))];
  const shown = texts.length > MOST_NAMES ? [...texts.slice(0, MOST_NAMES), "…"] : texts;
  return makeHarmless(shown.join(", "));
}
