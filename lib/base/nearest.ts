/**
 * The candidate that a mistyped word most likely meant, or `null` if none is near.
 *
 * Near is an edit distance (one insertion, deletion, substitution or swap of neighbours each count 1, case does
 * not count) of at most a third of the word's length, at least 1. Else a word of three or more letters that begins
 * exactly one candidate means that one. Of equally near candidates the first wins.
 *
 * ```ts
 * nearest("tempratur", ["temperature", "top-p"]); // "temperature"
 * nearest("temp", ["temperature", "top-p"]); // "temperature"
 * nearest("verbose", ["temperature", "top-p"]); // null
 * ```
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const begun: string[] = [];
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const offered = candidate.toLowerCase();
    if (wanted.length >= 3 && offered.startsWith(wanted)) begun.push(candidate);
    if (Math.abs(offered.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, offered);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== null) return best;
  return begun.length === 1 ? (begun[0] ?? null) : null;
}

/**
 * The optimal string alignment distance of two texts, in UTF-16 code units: the Damerau–Levenshtein distance in
 * which no part is edited twice. https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance
 */
export function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    [before, above] = [above, current];
  }
  return above[right.length] ?? 0;
}
