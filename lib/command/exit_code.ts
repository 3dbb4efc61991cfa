/** Exit codes that a script may give without a request. */
export const EXIT = {
  ok: 0,
  /** A fault of the toolkit, or of the disk it writes to. */
  fault: 1,
  /** Arguments, settings or files that cannot be used: what a `UserError` exits with. */
  usage: 2,
  /** A threshold was missed. */
  threshold: 7,
  /** Ctrl-C: 128 and the number of the signal, as shells count. */
  interrupted: 130,
} as const;
