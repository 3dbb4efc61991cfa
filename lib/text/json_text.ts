/**
 * What a terminal may obey, or not show at all, and JSON leaves as it is: DEL and the C1 controls, the marks and controls
 * of the reading order, separators that some take for line ends, and characters without a width.
 */
const INVISIBLE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * A value as JSON that is safe to look at: whatever a terminal would obey instead of show stands there as `\u` escape,
 * which means the same to every program.
 *
 * @example
 * ```ts
 * jsonText({ content: "a\u009b2J" }); // '{"content":"a\\u009b2J"}'
 * ```
 */
export function jsonText(
  value: unknown,
  options: {
    readonly indent?: number;
    readonly replacer?: (key: string, value: unknown) => unknown;
  } = {},
): string {
  return JSON.stringify(value, options.replacer, options.indent).replaceAll(
    INVISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
