/** The least that a program with our flags and colours does. */
import { defineCommand } from "citty";
import { createColors } from "picocolors";

console.log(createColors(false).bold(typeof defineCommand));
