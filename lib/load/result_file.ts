import { closeSync, openSync, renameSync, writeFileSync } from "node:fs";

/**
 * A file that holds the results so far, at any moment: each saving replaces the whole file at once, so that a reader,
 * or whoever comes after a crash, never finds half of one.
 */
export class ResultFile {
  readonly #path: string;

  /**
   * Finds out whether the file can be written, before anything is sent. What an overwritten file holds stays until the
   * first saving.
   *
   * @throws whatever opening it throws: `EEXIST` without `overwrite`.
   */
  constructor(path: string, { overwrite }: { readonly overwrite: boolean }) {
    this.#path = path;
    closeSync(openSync(path, overwrite ? "a" : "wx"));
  }

  save(text: string): void {
    const next = `${this.#path}.part`;
    writeFileSync(next, text);
    renameSync(next, this.#path);
  }
}
