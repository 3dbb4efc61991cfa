import type { ToolCallDelta } from "./completion.ts";
import { parseJson } from "../base/json.ts";
import { JsonNesting } from "../base/json_nesting.ts";

/** A tool call, as far as it has come. */
export interface ToolCall {
  readonly index: number;
  readonly id: string | null;
  readonly name: string | null;
  readonly arguments: string;
}

/** Of longer arguments only the brackets are looked at: a load of thousands of streams keeps no texts. */
const LONGEST_CHECKED = 64 * 1024;

interface OpenCall {
  readonly index: number;
  id: string | null;
  name: string | null;
  arguments: string;
  length: number;
  readonly nesting: JsonNesting;
  /** Its arguments are no JSON. */
  isText: boolean;
}

/**
 * Puts tool calls together from their fragments. What tells the calls apart, in this order:
 *
 * 1. A known `id`: the call that has it.
 * 2. A new `id` together with a name begins a call, whatever its `index`: some gateways give every call index 0.
 * 3. The `index`; without one, the last call, unless a new id or a second name begins the next.
 *
 * Arguments that are a whole JSON object are never added to: the next object is the next call, unless it is the same
 * once more. Time is linear in the fragments.
 */
export class ToolCalls {
  readonly #keepText: boolean;
  readonly #calls = new Map<number, OpenCall>();
  /** The call that an `index` of the endpoint's means now. */
  readonly #byIndex = new Map<number, OpenCall>();
  readonly #byId = new Map<string, OpenCall>();
  #last: OpenCall | null = null;
  #largest = -1;

  /** `keepText: false` gives no arguments. */
  constructor({ keepText = true }: { readonly keepText?: boolean } = {}) {
    this.#keepText = keepText;
  }

  /** Adds a fragment and returns the index of the call it belongs to. */
  add(delta: ToolCallDelta): number {
    return this.place(delta).index;
  }

  /** The same; `isRepetition`: it is all of its call once more, as some endpoints send it at the end, and adds nothing. */
  place(delta: ToolCallDelta): { readonly index: number; readonly isRepetition: boolean } {
    let call = this.#find(delta);
    if (call !== null && !call.isText && beginsNext(call, delta.arguments)) {
      if (this.#isRepetition(call, delta)) return { index: call.index, isRepetition: true };
      call = null;
    }
    call ??= this.#begin(delta.index);
    call.id ??= delta.id;
    call.name ??= delta.name;
    if (delta.isText) call.isText = true;
    call.nesting.push(delta.arguments);
    call.length += delta.arguments.length;
    if (this.#keepText || call.length <= LONGEST_CHECKED) call.arguments += delta.arguments;
    if (delta.id !== null) this.#byId.set(delta.id, call);
    if (delta.index !== null) this.#byIndex.set(delta.index, call);
    this.#last = call;
    return { index: call.index, isRepetition: false };
  }

  /** The calls so far, by index. */
  all(): ToolCall[] {
    return Array.from(this.#calls.values(), ({ index, id, name, arguments: given }): ToolCall => ({
      index,
      id,
      name,
      arguments: this.#keepText ? given.toWellFormed() : "",
    })).toSorted((a, b) => a.index - b.index);
  }

  /** How many of them have arguments that are not whole JSON. None at all are no fault: the function may take none. */
  get broken(): number {
    let broken = 0;
    for (const call of this.#calls.values()) if (isBroken(call)) broken++;
    return broken;
  }

  /** The call that a fragment belongs to; `null` when it begins one. */
  #find({ index, id, name, arguments: given }: ToolCallDelta): OpenCall | null {
    const known = id === null ? undefined : this.#byId.get(id);
    if (index !== null) {
      const call = this.#byIndex.get(index) ?? null;
      if (call === null) return known !== undefined && name === null ? known : null;
      if (known !== undefined) return known;
      const isOther = id !== null && name !== null && call.id !== null;
      return isOther || namesOther(call, name) ? null : call;
    }
    if (known !== undefined) return known;
    const last = this.#last;
    if (last === null) return null;
    // Ids that change from fragment to fragment tell nothing, where names tell the calls.
    if (id !== null) return name === null && last.name !== null ? last : null;
    if (name === null || last.name === null) return last;
    return name === last.name && last.length > 0 && !last.nesting.isClosed && given !== ""
      ? last
      : null;
  }

  #begin(wanted: number | null): OpenCall {
    const index = wanted === null || this.#calls.has(wanted) ? this.#largest + 1 : wanted;
    const nesting = new JsonNesting();
    const call = { index, id: null, name: null, arguments: "", length: 0, nesting, isText: false };
    this.#largest = Math.max(this.#largest, index);
    this.#calls.set(index, call);
    return call;
  }

  #isRepetition(call: OpenCall, { id, name, arguments: given }: ToolCallDelta): boolean {
    const isSame = (id ?? call.id) === call.id && (name ?? call.name) === call.name;
    return isSame && (this.#keepText ? given === call.arguments : given.length === call.length);
  }
}

function isBroken({ arguments: given, length, nesting, isText }: OpenCall): boolean {
  if (isText) return false;
  if (length > LONGEST_CHECKED) return !nesting.isClosed;
  return given.trim() !== "" && parseJson(given) === undefined;
}

/** Whether the arguments begin another JSON object behind one that is whole. */
function beginsNext(call: OpenCall, given: string): boolean {
  return call.nesting.isClosed && /^\s{0,64}[{[]/.test(given);
}

/** Without an id, another name behind arguments is another call. Names themselves may come in fragments. */
function namesOther(call: OpenCall, name: string | null): boolean {
  return (
    call.id === null && call.length > 0 && name !== null && call.name !== null && name !== call.name
  );
}
