import type { TimedText } from "../wire/piece.ts";

/** Makes one piece of the text without a time, which stands last. */
export function joinUntimed(pieces: TimedText[]): TimedText[] {
  const first = pieces.findIndex(({ at }) => at === null);
  if (first === -1) return pieces;
  const untimed = pieces.splice(first).map(({ text }) => text);
  return [...pieces, { text: untimed.join(""), at: null }];
}
