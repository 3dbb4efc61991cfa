import fc from "fast-check";
import { UserError } from "../../../lib/base/message.ts";
import { readEnvironment } from "../../../lib/settings/environment.ts";
import {
  decodeEnvFile,
  EnvExpansionError,
  parse,
  stringify,
} from "../../../lib/settings/dotenv/mod.ts";
import { type OpenTarget, outcomeOf, same, target } from "./target.ts";

const words = fc.constantFrom(
  ..."A B OPENAI_API_KEY SILICONFLOW_API_KEY OPENAI_BASE_URL export = == # ' \" ` $ \\ : :-".split(
    " ",
  ),
  "$A",
  "${A}",
  "${B:-x}",
  "${A:-${B:-$A}}",
  "${",
  "}",
  "$B$B",
  "\\n",
  "\\$",
  "sk-4f9Zk2Q7",
  "\n",
  "\r\n",
  "\r",
  " ",
  "\t",
  "\0",
  "\uFEFF",
  "中",
  "😀",
  "\ud83d",
  "\u2028",
  "__proto__",
  "A=",
  "\nB=",
  "A='x'\n",
  'B="$A"\n',
  "export A=1\n",
);
const texts = fc.array(words, { maxLength: 16 }).map((parts) => parts.join(""));
const files: fc.Arbitrary<Uint8Array> = fc.oneof(
  texts.map((text) => new TextEncoder().encode(text)),
  texts.map((text) => Buffer.from(`\uFEFF${text}`, "utf16le")),
  texts.map((text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16()),
  fc.uint8Array({ maxLength: 40 }),
);
const names = fc.constantFrom("A", "B", "_x", "OPENAI_API_KEY");
// What a file can hold: no half of a character.
const values = texts.filter((text) => text.isWellFormed());

/** Any file is read, or refused in words; what is written is read again. */
export function openDotenv(): OpenTarget {
  const variables = fc.dictionary(names, values, { maxKeys: 3 });
  return target(fc.tuple(files, variables), ([bytes, variables]) => {
    outcomeOf(() => parse(decodeEnvFile(bytes)), EnvExpansionError);
    outcomeOf(
      () =>
        readEnvironment({
          exported: { A: "exported" },
          currentFolder: "/here",
          toolkitFolder: "/there",
          readFile: (path) => (path === "/here/.env" ? bytes : null),
        }).get("A"),
      UserError,
    );
    const written = outcomeOf(() => stringify(variables), Error);
    if ("error" in written) return;
    same({ ...parse(written.value as string) }, { ...variables }, "read again and written");
  });
}
