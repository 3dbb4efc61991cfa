import { makeHarmless } from "../text/terminal_text.ts";

/** Markup that was written here, or escaped: what may go into a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in markup. Text is escaped; `null`, `false` and nothing at all leave no trace. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Markup with values in it, each escaped for text and for attributes in quotes. What would turn the reading order or steer a
 * terminal is shown instead, since a page is copied from, too.
 *
 * @example
 * ```ts
 * html`<p>${"<script>"}</p>`.text; // "<p>&lt;script&gt;</p>"
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, at) => text + written(values[at - 1]) + part));
}

function written(value: Content): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(written).join("");
  return escaped(String(value));
}

/** A text for markup: also in an attribute, where it stands in quotes. */
export function escaped(text: string): string {
  return makeHarmless(text).replaceAll(/[&<>"']/g, (mark) => ESCAPES[mark] ?? "");
}

/**
 * A value as JSON that can stand in a `script` element that holds data: nothing in it ends the element, or begins a comment.
 *
 * @example
 * ```ts
 * jsonForScript("</script><!--"); // '"\\u003c/script>\\u003c!--"'
 * ```
 */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", String.raw`\u003c`)
    .replaceAll("\u2028", String.raw`\u2028`)
    .replaceAll("\u2029", String.raw`\u2029`);
}
