import fc from "fast-check";
import { SecretMask } from "../../../lib/base/secret_mask.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { ResponseMask } from "../../../lib/transcript/masks/response_mask.ts";
import { chunkLine } from "../hostile_chunks.ts";
import { typedLine } from "../hostile_events.ts";
import { eventsOf } from "../protocol_streams.ts";
import { readAndShow } from "../read_and_show.ts";
import { cutAt, cuts, type OpenTarget, same, target } from "./target.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";

/** The parts of a reading that no cut may change. */
function read(texts: readonly string[], options: Parameters<typeof readAndShow>[1]) {
  const { arrivals: _, ...reading } = readAndShow(texts, options);
  return reading;
}

/** The reader of a protocol reads and shows whatever comes, and the same wherever it is cut; and no key gets through. */
export function openReader(api: ProtocolName): OpenTarget {
  const own = eventsOf(api, "Hel", `lo ${KEY}`).map((one) => `data: ${JSON.stringify(one)}\n\n`);
  const [hostile, foreign] =
    api === "chat" || api === "completions" ? [chunkLine, typedLine] : [typedLine, chunkLine];
  const line = fc.oneof(
    { weight: 3, arbitrary: hostile },
    { weight: 2, arbitrary: fc.constantFrom(...own, "data: [DONE]\n\n") },
    { weight: 1, arbitrary: foreign },
  );
  const inputs = fc.tuple(
    fc.array(line, { maxLength: 8 }),
    cuts,
    fc.constantFrom(200, 200, 429, 500),
  );
  return target(inputs, ([lines, places, status]) => {
    const body = lines.join("");
    const parts = cutAt(body, places);
    same(read(parts, { api, status }), read([body], { api, status }), "in pieces and whole");
    const mask = new ResponseMask(new SecretMask([KEY]));
    const shown = [...parts.flatMap((text) => mask.push({ text, at: 1 })), ...mask.end()];
    if (shown.some(({ text }) => text.includes(KEY))) throw new Error("the key got through");
    const kept = shown.map(({ text }) => text).join("");
    same(kept.length, body.length, "how long a masked body is, and how long it was");
  });
}
