/** The least that a program with our flags and colours does. */
import { defineCommand } from "citty";
import { createColors } from "picocolors";

// It loads less than the streams of `process` do.
// oxlint-disable-next-line no-console
console.log(createColors(false).bold(typeof defineCommand));
