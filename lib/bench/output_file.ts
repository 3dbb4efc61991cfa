import { UserError } from "../base/message.ts";
import { fileExists, fileUnwritable } from "../command/messages/files.ts";
import { ResultFile } from "../load/result_file.ts";

/**
 * A file that results go to. Nothing is left behind.
 *
 * @throws {UserError} when it cannot be written, or is there already, without `overwrite`.
 */
export function outputFile(path: string, options: { readonly overwrite: boolean }): ResultFile {
  try {
    return new ResultFile(path, options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(code === "EEXIST" ? fileExists(path) : fileUnwritable(path, error));
  }
}
