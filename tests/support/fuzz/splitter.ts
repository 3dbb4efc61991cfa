import fc from "fast-check";
import { LimitError } from "../../../lib/base/limit_error.ts";
import { type SseEvent, SseSplitter } from "../../../lib/wire/sse.ts";
import { cutAt, cuts, type OpenTarget, outcomeOf, same, target } from "./target.ts";

const words = fc.constantFrom(
  ..."data data: event id retry : , {} [DONE] x".split(" "),
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "\r\r",
  "\uFEFF",
  "\0",
  " ",
  "  ",
  "😀",
  "\ud83d",
  "é",
  "data: a\n\n",
  "event: e\n",
  "id: 7\n",
  "id: \0\n",
  "retry: 50\n",
  "retry: x\n",
  ": c\n",
);
const bodies = fc.oneof(
  fc.array(words, { maxLength: 24 }).map((parts) => parts.join("")),
  fc.string({ maxLength: 60, unit: "binary" }),
);

/** Splits as the standard's own words have it, all at once. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
function splitAtOnce(text: string): SseEvent[] {
  const events: SseEvent[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  let [event, data, id] = ["", "", ""];
  for (const line of lines.slice(0, -1)) {
    if (line === "") {
      if (data !== "") events.push({ event: event || "message", data: data.slice(0, -1), id });
      [event, data] = ["", ""];
      continue;
    }
    const [, name = "", value = ""] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
    if (name === "event") event = value;
    else if (name === "data") data += `${value}\n`;
    else if (name === "id" && !value.includes("\0")) id = value;
  }
  return events;
}

function split(texts: readonly string[], maxEventLength?: number) {
  const lines: string[] = [];
  const splitter = new SseSplitter({
    ...(maxEventLength === undefined ? undefined : { maxEventLength }),
    onUnknownLine: (line) => lines.push(line),
    onNameWithoutData: (name) => lines.push(`event: ${name}`),
  });
  const events: SseEvent[] = [];
  const ended = outcomeOf(() => {
    for (const text of texts) events.push(...splitter.push(text));
    return splitter.end();
  }, LimitError);
  return { events, ended, lines, retry: splitter.retry, id: splitter.lastEventId };
}

/** The splitter gives what the standard says, wherever the text is cut, also where it has to give up. */
export function openSplitter(): OpenTarget {
  return target(fc.tuple(bodies, cuts, fc.nat({ max: 30 })), ([body, places, most]) => {
    const whole = split([body]);
    same(whole.events, splitAtOnce(body), "the splitter and the standard");
    same(split(cutAt(body, places)), whole, "split in pieces and whole");
    const limited = split([body], most);
    const piecemeal = split(cutAt(body, places), most);
    same(piecemeal.events, limited.events, "split in pieces and whole, up to a limit");
    same("error" in piecemeal.ended, "error" in limited.ended, "given up in pieces and whole");
    for (const { data } of limited.events) {
      if (data.length > most) throw new Error(`an event has ${data.length} of at most ${most}`);
    }
  });
}
