import { dirname, join, isAbsolute } from "node:path";
import { asArray, asObject, type JsonObject, parseJson } from "../base/json.ts";
import { type Bilingual, UserError } from "../base/message.ts";
import { decodeText } from "../command/decode_text.ts";
import { textIsBinary } from "../command/messages/files.ts";
import { readAttached } from "../target/attached_file.ts";
import { mixUnusable } from "./mix_messages.ts";

/** In bytes: it holds no prompts, but names their files. */
const LARGEST_MIX = 4 * 1024 * 1024;

/** One kind of requests, as a file of `--mix` has it. What is absent is as for the run. */
export interface MixEntry {
  readonly name: string;
  readonly share: number;
  readonly model?: string;
  readonly prompt?: string;
  /** A file, by its path from where the mix stands. */
  readonly prompts?: string;
  readonly synthetic?: { readonly in: number; readonly out: number };
  readonly maxTokens?: number;
  readonly images?: readonly string[];
  readonly tools?: string;
  readonly param?: JsonObject;
}

type Check = readonly [holds: (value: unknown) => boolean, expected: Bilingual];

const TEXT: Check = [
  (value) => typeof value === "string" && value.trim() !== "",
  { en: "a text", zh: "非空文本" },
];
const POSITIVE: Check = [
  (value) => typeof value === "number" && Number.isFinite(value) && value > 0,
  { en: "a number above 0", zh: "大于 0 的数字" },
];
const COUNT: Check = [
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
  { en: "a whole number above 0", zh: "正整数" },
];

const FIELDS: Readonly<Record<string, Check>> = {
  name: TEXT,
  share: POSITIVE,
  model: TEXT,
  prompt: TEXT,
  prompts: TEXT,
  synthetic: [
    (value) => {
      const lengths = asObject(value);
      return lengths !== null && [lengths["in"], lengths["out"]].every((one) => COUNT[0](one));
    },
    { en: 'an object such as {"in":512,"out":64}', zh: '形如 {"in":512,"out":64} 的对象' },
  ],
  max_tokens: COUNT,
  images: [
    (value) => TEXT[0](value) || (asArray(value).length > 0 && asArray(value).every(TEXT[0])),
    { en: "a text or a list of texts", zh: "文本或文本列表" },
  ],
  tools: TEXT,
  param: [(value) => asObject(value) !== null, { en: "an object", zh: "对象" }],
};

/**
 * The kinds of requests in a file of `--mix`: a JSON list of objects with `name` and `share`, one of `prompt`, `prompts` and
 * `synthetic`, and what else is to be otherwise: `model`, `max_tokens`, `images`, `tools`, `param`.
 *
 * @throws {UserError} when it cannot be read, or what is wrong in it, and where.
 */
export async function readMix(path: string): Promise<readonly MixEntry[]> {
  const text = decodeText(await readAttached(path, { largest: LARGEST_MIX }));
  if (text === null) throw new UserError(textIsBinary(path, { isImage: false }));
  const value = parseJson(text);
  const refuse = (entry: number | null, problem: Bilingual): never => {
    throw new UserError(mixUnusable(path, { entry, problem }));
  };
  if (value === undefined) refuse(null, { en: "it is not JSON", zh: "不是 JSON" });
  if (!Array.isArray(value) || value.length === 0) {
    refuse(null, { en: "it is no list of kinds", zh: "不是类别的列表" });
  }
  const names = new Set<string>();
  return asArray(value).map((given, index): MixEntry => {
    const place = index + 1;
    const kind = asObject(given);
    if (kind === null) return refuse(place, { en: "is not an object", zh: "不是对象" });
    for (const [field, found] of Object.entries(kind)) {
      const check = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
      if (check === undefined) {
        return refuse(place, {
          en: `has an unknown field "${field}"`,
          zh: `有未知字段 "${field}"`,
        });
      }
      const [holds, expected] = check;
      if (!holds(found)) {
        const zh = `的 "${field}" 应为${expected.zh}`;
        return refuse(place, { en: `has a "${field}" that is not ${expected.en}`, zh });
      }
    }
    const missing = ["name", "share"].find((field) => !Object.hasOwn(kind, field));
    if (missing !== undefined) {
      return refuse(place, { en: `has no "${missing}"`, zh: `缺少 "${missing}"` });
    }
    const asked = ["prompt", "prompts", "synthetic"].filter((field) => Object.hasOwn(kind, field));
    if (asked.length !== 1) {
      return refuse(place, {
        en: 'needs one of "prompt", "prompts" and "synthetic"',
        zh: '需要 "prompt"、"prompts"、"synthetic" 中的一个',
      });
    }
    const entry = entryOf(kind, { folder: dirname(path) });
    if (names.has(entry.name)) {
      const en = `has the name "${entry.name}" once more`;
      return refuse(place, { en, zh: `的名称 "${entry.name}" 重复` });
    }
    names.add(entry.name);
    return entry;
  });
}

/** Files are named from where the mix stands. */
function entryOf(kind: JsonObject, { folder }: { readonly folder: string }): MixEntry {
  const { max_tokens: maxTokens, images, ...rest } = kind;
  const at = (path: unknown): string =>
    isAbsolute(`${path}`) || `${path}`.startsWith("synthetic=")
      ? `${path}`
      : join(folder, `${path}`);
  return {
    ...rest,
    ...(rest["prompts"] === undefined ? undefined : { prompts: at(rest["prompts"]) }),
    ...(rest["tools"] === undefined ? undefined : { tools: at(rest["tools"]) }),
    ...(maxTokens === undefined ? undefined : { maxTokens }),
    ...(images === undefined ? undefined : { images: [images].flat().map(at) }),
  } as unknown as MixEntry;
}
