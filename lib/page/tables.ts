import type { Bilingual, Language } from "../base/message.ts";
import { html, type Content, Markup } from "./markup.ts";

/** A cell: what is shown, or a number as a program reads it and as people do. */
export type Cell = Content | { readonly value: number | null; readonly shown: string };

/** A table as {@linkcode renderTable} writes it. */
export interface Table {
  readonly caption: string;
  /** The caption stands above it already. */
  readonly isTitled?: boolean;
  readonly headings: readonly string[];
  /** The first cell of each is its heading. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A table that scrolls by itself where it is wider than the page. */
export function renderTable({ caption, isTitled = false, headings, rows }: Table): Markup {
  return html`<div class="wide" tabindex="0" role="group" aria-label="${caption}">
    <table>
      <caption ${isTitled && new Markup('class="hidden"')}>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...others]) =>
            html`<tr>
              <th scope="row">${cell(first)}</th>
              ${others.map((one) => html`<td>${cell(one)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The numbers behind a chart, for who cannot see it, or wants them. */
export function renderNumbers(table: Table, language: Language): Markup {
  const words: Bilingual = { en: "as a table", zh: "以表格显示" };
  return html`<details class="numbers">
    <summary>${table.caption}: ${words[language]}</summary>
    ${renderTable(table)}
  </details>`;
}

function cell(given: Cell | undefined): Content {
  if (typeof given !== "object" || given === null || !("shown" in given)) {
    return given as Content;
  }
  return html`<data value="${given.value}">${given.shown}</data>`;
}
