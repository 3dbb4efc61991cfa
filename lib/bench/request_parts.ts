import { asObject, parseJson } from "../base/json.ts";
import { UserError } from "../base/message.ts";
import { decodeText } from "../command/decode_text.ts";
import { textIsBinary } from "../command/messages/files.ts";
import type { ImageSource } from "../load/images.ts";
import { imageUrl } from "../protocols/conversation.ts";
import { PROTOCOLS } from "../protocols/protocols.ts";
import type { ProtocolName } from "../protocols/protocol.ts";
import { type ToolDefinition, toolsFrom, toolsOver } from "../protocols/tool_definitions.ts";
import { imageFile, readAttached } from "../target/attached_file.ts";
import { notInProtocol } from "../target/messages/protocol.ts";
import { readImageSize } from "./flag_values.ts";
import { toolsUnusable } from "./parts_messages.ts";

/** In bytes: of more tools no model can choose. */
const LARGEST_TOOLS = 4 * 1024 * 1024;

/** What goes with every question of a run. */
export interface RequestParts {
  /** `null`: no pictures. */
  readonly images: ImageSource | null;
  /** `null`: no tools. */
  readonly tools: readonly ToolDefinition[] | null;
}

/**
 * Reads the files of `--images` and `--tools`.
 *
 * @throws {UserError} when one of them cannot be read, or holds something else.
 */
export async function readRequestParts({
  images,
  tools,
}: {
  readonly images?: readonly string[] | undefined;
  readonly tools?: string | undefined;
}): Promise<RequestParts> {
  return {
    images: images === undefined ? null : await readImages(images),
    tools: tools === undefined ? null : await readTools(tools),
  };
}

async function readImages(given: readonly string[]): Promise<ImageSource> {
  const [first = ""] = given;
  if (given.length === 1 && first.startsWith("synthetic=")) {
    return { kind: "synthetic", ...readImageSize(first.slice("synthetic=".length), "--images") };
  }
  const urls: string[] = [];
  for (const path of given) {
    const part = await imageFile(path, { textsBy: null });
    urls.push(imageUrl(part) ?? "");
  }
  return { kind: "files", urls };
}

async function readTools(path: string): Promise<readonly ToolDefinition[]> {
  const bytes = await readAttached(path, { largest: LARGEST_TOOLS });
  const text = decodeText(bytes);
  if (text === null) throw new UserError(textIsBinary(path, { isImage: false }));
  const value = parseJson(text);
  if (value === undefined) throw new UserError(toolsUnusable(path, { kind: "no_json" }));
  const found = toolsFrom(Array.isArray(value) ? value : asObject(value));
  if ("problem" in found) throw new UserError(toolsUnusable(path, found.problem));
  return found.tools;
}

/**
 * The body fields for the tools over this protocol.
 *
 * @throws {UserError} where it has none.
 */
export function toolFields(
  tools: readonly ToolDefinition[] | null,
  api: ProtocolName,
): Record<string, unknown> {
  if (tools === null) return {};
  const given = toolsOver(api, tools);
  if (given !== null) return { tools: given };
  const others = PROTOCOLS.map(({ name }) => name).filter(
    (name) => toolsOver(name, tools) !== null,
  );
  throw new UserError(notInProtocol("tools", { flag: "--tools", api, others }));
}
