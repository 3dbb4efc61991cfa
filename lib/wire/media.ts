import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";

/** What an answer may hold beside text. */
export type MediaKind = "audio" | "image";

const PARTS: readonly (readonly [MediaKind, RegExp])[] = [
  ["image", /^(output_|input_)?image(_url)?$/],
  ["audio", /^(output_|input_)?audio(_url)?$/],
];

/** The fields that hold the sound. */
const SOUND = ["data", "audio", "input_audio", "audio_url"];

/**
 * The media that a delta of a chat completion, or a whole message, holds; `undefined` where it holds none: OpenAI's
 * `audio.data`, OpenRouter's `images`, and parts of a `content` that is a list.
 *
 * @example
 * ```ts
 * mediaIn({ audio: { data: "UklGRg==" } }); // ["audio"]
 * ```
 */
export function mediaIn(delta: JsonObject): readonly MediaKind[] | undefined {
  // Nearly every delta is done here.
  const { content, audio, images } = delta;
  const isPlain = content === null || typeof content !== "object";
  if (isPlain && audio === undefined && images === undefined) return undefined;
  const found = new Set<MediaKind>();
  if (asText(asObject(audio)?.["data"]) !== null) found.add("audio");
  if (asArray(images).length > 0) found.add("image");
  for (const part of Array.isArray(content) ? content : [content]) {
    const kind = mediaOfPart(asObject(part));
    if (kind !== null) found.add(kind);
  }
  return found.size === 0 ? undefined : [...found];
}

/** What kind of media a part of a content, or a block of a message, is; `null`: none. */
export function mediaOfPart(part: JsonObject | null): MediaKind | null {
  const type = asText(part?.["type"]);
  if (type === null || type.length > 32) return null;
  const kind = PARTS.find(([, name]) => name.test(type))?.[0] ?? null;
  // A part with a transcript alone is the text of the sound, and not the sound.
  return kind === "audio" && !SOUND.some((name) => part?.[name]) ? null : kind;
}

/** What OpenAI's audio says, in words; `""` where it tells none. */
export function transcriptOf(delta: JsonObject): string {
  const { audio } = delta;
  return audio === undefined ? "" : (asText(asObject(audio)?.["transcript"]) ?? "");
}
