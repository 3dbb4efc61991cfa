import { defineCommand } from "citty";
import { createColors } from "picocolors";
console.log(typeof defineCommand, typeof createColors);
