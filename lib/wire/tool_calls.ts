import type { ToolCallDelta } from "./completion.ts";

/** A tool call, as far as it has come. */
export interface ToolCall {
  readonly index: number;
  readonly id: string | null;
  readonly name: string | null;
  readonly arguments: string;
}

/**
 * Puts tool calls together from their fragments. Where `index` is missing, a known `id` tells the call; a new `id`,
 * or a name where none is awaited, begins the next one; anything else belongs to the last one.
 */
export class ToolCalls {
  readonly #calls = new Map<number, ToolCall>();
  #last = -1;

  /** Adds a fragment and returns the index of the call it belongs to. */
  add(delta: ToolCallDelta): number {
    const index = delta.index ?? this.#indexOf(delta);
    const before = this.#calls.get(index);
    this.#calls.set(index, {
      index,
      id: before?.id ?? delta.id,
      name: before?.name ?? delta.name,
      arguments: (before?.arguments ?? "") + delta.arguments,
    });
    this.#last = index;
    return index;
  }

  /** The calls so far, by index. */
  all(): ToolCall[] {
    return [...this.#calls.values()].toSorted((a, b) => a.index - b.index);
  }

  #indexOf(delta: ToolCallDelta): number {
    const last = this.#calls.get(this.#last);
    if (last === undefined) return 0;
    const known =
      delta.id !== null && this.#calls.values().find((call) => call.id === delta.id)?.index;
    if (typeof known === "number") return known;
    const isNew = delta.id !== null || (delta.name !== null && last.name !== null);
    return isNew ? Math.max(...this.#calls.keys()) + 1 : this.#last;
  }
}
