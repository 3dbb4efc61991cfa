import { asArray, asObject, asText, type JsonObject } from "../../../base/json.ts";
import { type AskedCalls, FieldError, type Tool } from "../asked.ts";

/** Which tools a request lets the model call, before it is known whether there are any. */
export interface ToolChoice {
  readonly mode: AskedCalls["mode"];
  /** Only these; `null`: all. */
  readonly names: readonly string[] | null;
}

/** Where the function of a tool stands in an entry of `tools`. */
export interface ToolForm {
  /** The object with name and schema, and its field behind `tools[0]`; `null` for a tool that is none of the client's. */
  readonly of: (
    entry: JsonObject,
  ) => { readonly called: JsonObject; readonly field: string } | null;
  /** The field with the schema of the arguments. */
  readonly schema: string;
}

/**
 * The functions among the tools of a request. Tools that run at the endpoint are passed over: a model need not use them.
 *
 * @throws {FieldError} for a function without a name
 */
export function toolsIn(tools: unknown, form: ToolForm): Tool[] {
  return asArray(tools).flatMap((entry, index): Tool[] => {
    const found = form.of(asObject(entry) ?? {});
    if (found === null) return [];
    const { called, field } = found;
    const name = asText(called["name"]);
    if (name === null) throw new FieldError(`tools[${index}]${field}.name`, "is missing");
    const schema = called[form.schema] ?? { type: "object" };
    return [{ name, parameters: { schema, field: `tools[${index}]${field}.${form.schema}` } }];
  });
}

/** The tool choice of OpenAI's protocols. */
export function openaiChoice(
  choice: unknown,
  nameOf: (entry: JsonObject) => string | null,
): ToolChoice {
  switch (choice) {
    case undefined:
    case null:
    case "auto":
      return { mode: "auto", names: null };
    case "none":
      return { mode: "none", names: null };
    case "required":
    case "any":
      return { mode: "required", names: null };
  }
  const object = asObject(choice) ?? {};
  if (object["type"] === "allowed_tools") {
    const allowed = asObject(object["allowed_tools"]) ?? object;
    const names = asArray(allowed["tools"]).map((entry) => nameOf(asObject(entry) ?? {}) ?? "");
    return { mode: allowed["mode"] === "required" ? "required" : "auto", names };
  }
  const name = object["type"] === "function" ? nameOf(object) : null;
  if (name === null) throw new FieldError("tool_choice", "names no function");
  return { mode: "one", names: [name] };
}

/**
 * What a request allows of its tools.
 *
 * @throws {FieldError} when one has to be called that there is not
 */
export function askedCalls(
  tools: readonly Tool[],
  { mode, names, ...rest }: ToolChoice & Pick<AskedCalls, "parallel" | "answersTool">,
): AskedCalls {
  const allowed = tools.filter(({ name }) => names?.includes(name) ?? true);
  const known = new Set(tools.map(({ name }) => name));
  const unknown = names?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new FieldError("tool_choice", `names "${unknown}", and "tools" has no such function`);
  }
  if (allowed.length === 0 && (mode === "required" || mode === "one")) {
    throw new FieldError("tool_choice", `wants a function, and "tools" has none`);
  }
  return { tools: allowed, mode, ...rest };
}
