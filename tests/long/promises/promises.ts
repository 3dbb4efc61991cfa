/** A promise of SECURITY.md: the test that holds it. */
export interface Promised {
  readonly file: string;
  readonly name: string;
}

/** The promises of a text, in order: `[tests/a_test.ts](tests/a_test.ts): ` and the test's name in backticks. */
export function promisesIn(text: string): Promised[] {
  return [...text.matchAll(/\[(tests\/[\w/]+\.ts)\]\(\1\): `([^`]+)`/g)].map(
    ([, file = "", name = ""]) => ({ file, name }),
  );
}
