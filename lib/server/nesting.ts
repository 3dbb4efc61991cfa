/** How deep arrays and objects may stand in each other in a request. What goes over a deeper one would end in it. */
export const DEEPEST = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether a JSON text nests deeper than {@linkcode DEEPEST}. It counts the brackets outside of strings, before anything is
 * parsed; of what is no JSON it may say either.
 *
 * @example
 * ```ts
 * nestsTooDeep(new TextEncoder().encode("[".repeat(513))); // true
 * ```
 */
export function nestsTooDeep(json: Uint8Array): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    switch (json[index]) {
      case QUOTE:
        index++;
        while (index < json.length && json[index] !== QUOTE) {
          index += json[index] === BACKSLASH ? 2 : 1;
        }
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > DEEPEST) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return false;
}
