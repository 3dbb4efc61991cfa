interface Row {
  cells: string[];
  /** The text goes on in the next row, because it was too long. */
  isWrapped: boolean;
}

/**
 * A terminal that understands what a live view writes: CR, LF, cursor up, erasing, wrapping on and off, hiding the
 * cursor. A newline also returns, as the driver of a terminal has it. Made narrower or wider it breaks its lines anew,
 * as most terminals do, unless told not to; erasing a line does not make it the last of its text. Every character takes
 * one column. It keeps what scrolls out at the top.
 */
export class VirtualTerminal {
  #rows: Row[] = [{ cells: [], isWrapped: false }];
  #row = 0;
  #column = 0;
  #wraps = true;
  #columns: number;
  readonly #height: number;
  readonly #reflows: boolean;
  isCursorVisible = true;

  constructor(columns: number, rows: number, { reflows = true } = {}) {
    this.#columns = columns;
    this.#height = rows;
    this.#reflows = reflows;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#columns, rows: this.#height };
  }

  /** The lines as they would be copied out of the terminal, without empty ones at the end. */
  get lines(): string[] {
    const text = this.#rows
      .map(({ cells, isWrapped }) => cells.join("") + (isWrapped ? "" : "\n"))
      .join("");
    return text.trimEnd() === "" ? [] : text.trimEnd().split("\n");
  }

  resize(columns: number): void {
    const before = this.#columns;
    this.#columns = columns;
    if (!this.#reflows) {
      for (const row of this.#rows) row.cells.length = Math.min(row.cells.length, columns);
      this.#column = Math.min(this.#column, columns - 1);
    } else if (columns !== before) this.#reflow(columns);
  }

  write(text: string): void {
    const step = /\u001b\[(?<mode>\??)(?<number>\d*)(?<final>[A-Za-z])|\r|\n|[^\u001b]/gu;
    for (const match of text.matchAll(step)) {
      const { mode, number, final } = match.groups ?? {};
      if (final !== undefined) this.#control(`${mode}${final}`, Number(number));
      else if (match[0] === "\r") this.#column = 0;
      else if (match[0] === "\n") this.#down();
      else this.#put(match[0]);
    }
  }

  #control(kind: string, number: number): void {
    if (kind === "A") this.#row = Math.max(this.#rows.length - this.#height, this.#row - number, 0);
    else if (kind === "K") this.#eraseLine();
    else if (kind === "J") {
      this.#eraseLine();
      this.#current().isWrapped = false;
      this.#rows.length = this.#row + 1;
    } else if (number === 7) this.#wraps = kind === "?h";
    else if (number === 25) this.isCursorVisible = kind === "?h";
    else throw new Error(`The virtual terminal does not know ${kind} ${number}`);
  }

  #current(): Row {
    return (this.#rows[this.#row] ??= { cells: [], isWrapped: false });
  }

  #eraseLine(): void {
    const row = this.#current();
    row.cells.length = Math.min(row.cells.length, this.#column);
  }

  #down(): void {
    this.#row++;
    this.#column = 0;
    this.#current();
  }

  #put(character: string): void {
    if (this.#column >= this.#columns && this.#wraps) {
      this.#current().isWrapped = true;
      this.#down();
    }
    this.#column = Math.min(this.#column, this.#columns - 1);
    const { cells } = this.#current();
    while (cells.length < this.#column) cells.push(" ");
    cells[this.#column++] = character;
  }

  #reflow(columns: number): void {
    const rows: Row[] = [];
    let cursor = { row: 0, column: 0 };
    let line: string[] = [];
    let cursorInLine: number | null = null;
    for (const [index, { cells, isWrapped }] of this.#rows.entries()) {
      if (index === this.#row) cursorInLine = line.length + this.#column;
      line.push(...cells);
      if (isWrapped) continue;
      if (cursorInLine !== null) {
        cursor = {
          row: rows.length + Math.floor(cursorInLine / columns),
          column: cursorInLine % columns,
        };
      }
      for (let start = 0; start === 0 || start < line.length; start += columns) {
        const isWrapped = start + columns < line.length;
        rows.push({ cells: line.slice(start, start + columns), isWrapped });
      }
      line = [];
      cursorInLine = null;
    }
    this.#rows = rows;
    this.#row = cursor.row;
    this.#column = cursor.column;
  }
}
