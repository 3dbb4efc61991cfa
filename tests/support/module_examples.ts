import { examplesIn } from "./doc_examples.ts";

/** The example in the doc comment of a module, as a program; `null` where there is none. */
export function moduleExample(text: string): string | null {
  const [comment = ""] = /^\/\*\*[\s\S]*?\*\//.exec(text) ?? [];
  return examplesIn(comment)[0]?.code ?? null;
}

/** What the comments behind its calls of `console.log`, and on the lines below them, say that it prints. */
export function promisedOutput(example: string): string[] {
  const lines = example.split("\n");
  return lines.flatMap((line, index) => {
    const behind = /^console\.log\(.*\); \/\/ ([^:]*)/.exec(line)?.[1];
    const below = lines[index - 1]?.includes("console.log") || lines[index - 1]?.startsWith("// ");
    return behind !== undefined
      ? [behind]
      : line.startsWith("// ") && below
        ? [line.slice("// ".length)]
        : [];
  });
}
