import type { Arrival } from "./reading.ts";

/** What the deltas of a stream brought, one after the other, in few characters. */
export class DeltaKinds {
  readonly #runs: { kind: "r" | "a" | "t" | "u"; times: number }[] = [];

  /** Takes note of what arrived. A delta whose text is held back for now, as half of a character, is like the one before. */
  push(arrivals: readonly Arrival[]): void {
    for (const { deltas, parts } of arrivals) {
      if (deltas === 0) continue;
      const last = this.#runs.at(-1);
      const kind = kindOf(parts) ?? last?.kind ?? "u";
      if (last?.kind === kind) last.times += deltas;
      else this.#runs.push({ kind, times: deltas });
    }
  }

  /**
   * The kinds with how often they come in a row: `r`easoning, `a`nswer, `t`ool call, `u`nknown. Empty without deltas.
   *
   * @example
   * ```ts
   * const kinds = new DeltaKinds();
   * kinds.push([{ at: 1, data: null, kind: "chunk", parts: [], deltas: 2, tokens: null }]);
   * kinds.text(); // "u2"
   * ```
   */
  text(): string {
    return this.#runs.map(({ kind, times }) => `${kind}${times}`).join("");
  }
}

function kindOf(parts: Arrival["parts"]): "r" | "a" | "t" | null {
  const types = new Set(parts.map(({ type }) => type));
  if (types.has("tool_call")) return "t";
  if (types.has("text")) return "a";
  return types.has("reasoning") ? "r" : null;
}
