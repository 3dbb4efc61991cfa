import { join } from "node:path";
import { type Expression, type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import * as is from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/async";

/** One small change of a source file. */
export interface Mutant {
  /** From the root of the checkout: `lib/wire/sse.ts`. */
  readonly file: string;
  /** Where what is replaced begins and ends, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The line it stands in, without what indents it. */
  readonly code: string;
}

const OTHER_OPERATOR: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "+=": "-=",
  "-=": "+=",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "++": "--",
  "--": "++",
  "!": "",
  true: "false",
  false: "true",
};

/**
 * Every mutant of these files: one operator, one boolean, one `!` or one early return at a time. What stands in types
 * is left alone.
 */
export async function findMutants(
  root: string,
  { files }: { readonly files: readonly string[] },
): Promise<Mutant[]> {
  const api = new API({ cwd: root });
  const snapshot = await api.updateSnapshot({ openProject: join(root, "tsconfig.json") });
  const [project] = snapshot.getProjects();
  const mutants: Mutant[] = [];
  for (const file of files) {
    const source = await project?.program.getSourceFile(join(root, file));
    if (source === undefined) throw new Error(`${file} is no file of the project`);
    for (const change of changesIn(source)) mutants.push({ file, ...placed(source, change) });
  }
  await api.close();
  return mutants;
}

type Change = Pick<Mutant, "start" | "end" | "after">;

function changesIn(source: SourceFile): Change[] {
  const changes: Change[] = [];
  const operator = (start: number, text: string): void => {
    const after = OTHER_OPERATOR[text];
    if (after !== undefined) changes.push({ start, end: start + text.length, after });
  };
  const visit = (node: Node): void => {
    if (is.isTypeNode(node) || is.isInterfaceDeclaration(node)) return;
    if (is.isBinaryExpression(node)) {
      const sign = node.operatorToken;
      const text = source.text.slice(startOf(sign, source), sign.end);
      if (!joinsTexts(text, [node.left, node.right])) operator(startOf(sign, source), text);
    } else if (is.isPrefixUnaryExpression(node)) {
      const start = startOf(node, source);
      const text = source.text.slice(start, startOf(node.operand, source));
      if (text !== "-" && text !== "+") operator(start, text);
    } else if (is.isPostfixUnaryExpression(node)) {
      operator(node.operand.end, source.text.slice(node.operand.end, node.end));
    } else if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) {
      const start = startOf(node, source);
      operator(start, source.text.slice(start, node.end));
    } else if (is.isIfStatement(node) && node.elseStatement === undefined) {
      if (leaves(node.thenStatement)) {
        const { expression } = node;
        const start = startOf(expression, source);
        changes.push({ start, end: expression.end, after: "false" });
      }
    }
    node.forEachChild(visit);
  };
  source.forEachChild(visit);
  return changes;
}

/** Without the blanks and comments before it. */
function startOf(node: Node, source: SourceFile): number {
  return node.getStart(source);
}

/** `+` between texts: a mutant would only write `NaN`. */
function joinsTexts(sign: string, operands: readonly Expression[]): boolean {
  if (sign !== "+" && sign !== "+=") return false;
  return operands.some((one) =>
    [
      SyntaxKind.StringLiteral,
      SyntaxKind.TemplateExpression,
      SyntaxKind.NoSubstitutionTemplateLiteral,
    ].includes(one.kind),
  );
}

/** Whether it does nothing but go: `return`, `continue`, `break`, `throw`. */
function leaves(statement: Node): boolean {
  if (is.isBlock(statement)) {
    const [only, more] = statement.statements;
    return only !== undefined && more === undefined && leaves(only);
  }
  return [
    SyntaxKind.ReturnStatement,
    SyntaxKind.ContinueStatement,
    SyntaxKind.BreakStatement,
    SyntaxKind.ThrowStatement,
  ].includes(statement.kind);
}

function placed(source: SourceFile, change: Change): Omit<Mutant, "file"> {
  const before = source.text.slice(0, change.start).split("\n");
  const code = source.text.split("\n")[before.length - 1] ?? "";
  return {
    ...change,
    before: source.text.slice(change.start, change.end),
    line: before.length,
    column: (before.at(-1) ?? "").length + 1,
    code: code.trim(),
  };
}
