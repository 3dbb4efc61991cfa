import { pageBundle } from "../lib/page/page_bundle.ts";

/** What the package and the program in one file have in the place of `lib/page/page_bundle.ts`: its result. */
export async function madeBundle(): Promise<string> {
  const bundle = JSON.stringify(await pageBundle());
  return `export async function pageBundle() {\n  return ${bundle};\n}\n`;
}
