import fc from "fast-check";
import { type OpenTarget, target } from "./target.ts";

const inputs = fc.nat({ max: 1_000_000 });

const leaked: unknown[] = [];

const CHECKS: Readonly<Record<string, (input: number) => void>> = {
  failure(input) {
    if (input >= 1000) throw new Error("it is 1000 or more");
  },
  hang(input) {
    const isBad = input % 100 === 7;
    for (;;) if (!isBad) return;
  },
  crash(input) {
    if (input % 100 === 7) process.kill(process.pid, "SIGKILL");
  },
  leak(input) {
    leaked.push(Array.from({ length: 1000 }, () => input));
  },
};

/** A target that goes wrong on purpose, in the way that is named. */
export function openPlanted(how: string): OpenTarget {
  const check = CHECKS[how];
  if (check === undefined) throw new Error(`nothing goes wrong as ${how}`);
  return target(inputs, check);
}
