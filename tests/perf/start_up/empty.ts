/** The least that a program of Bun's does. */
// It loads less than the streams of `process` do.
// oxlint-disable-next-line no-console
console.log("");
