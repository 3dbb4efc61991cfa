import { asObject, type JsonObject } from "../base/json.ts";
import type { Bilingual } from "../base/message.ts";
import { formatCount } from "../text/amounts.ts";
import { inTime } from "./cards.ts";

/**
 * What was put on the endpoint, in a few words; how deep in a context, too.
 *
 * @example
 * ```ts
 * loadOf({ concurrency: 4 }).en; // "4 at a time"
 * ```
 */
export function loadOf(config: JsonObject): Bilingual {
  const { depth } = config;
  const load = arrivalsOf(config);
  if (typeof depth !== "number") return load;
  const tokens = formatCount(depth);
  return { en: `${load.en}, at depth ${tokens}`, zh: `${load.zh}，深度 ${tokens}` };
}

function arrivalsOf(config: JsonObject): Bilingual {
  const { rate, concurrency, arrival } = config;
  const cap = typeof concurrency === "number" ? concurrency : null;
  const most = {
    en: cap === null ? "" : `, at most ${cap} at a time`,
    zh: cap === null ? "" : `，最多同时 ${cap} 个`,
  };
  const ramp = rampOf(config);
  if (typeof rate === "number") {
    const process = textOf(arrival) ?? "constant";
    return {
      en: `${ramp?.values.en ?? rate} requests/s${ramp?.over.en ?? ""}, ${process}${most.en}`,
      zh: `每秒 ${ramp?.values.zh ?? rate} 个请求${ramp?.over.zh ?? ""}，${process}${most.zh}`,
    };
  }
  if (arrival === "recorded") {
    const { speed } = asObject(config["replay"]) ?? {};
    const isFaster = typeof speed === "number" && speed !== 1;
    return {
      en: `as recorded${isFaster ? `, ${speed}× as fast` : ""}${most.en}`,
      zh: `按录制的时间${isFaster ? `，${speed} 倍速` : ""}${most.zh}`,
    };
  }
  const shown = textOf(concurrency) ?? "–";
  return {
    en: `${ramp?.values.en ?? shown} at a time${ramp?.over.en ?? ""}`,
    zh: `同时 ${ramp?.values.zh ?? shown} 个${ramp?.over.zh ?? ""}`,
  };
}

/** A load that grows, or shrinks, evenly over a time. */
function rampOf({
  ramp,
}: JsonObject): { readonly values: Bilingual; readonly over: Bilingual } | null {
  const { from, to, duration_ms: duration } = asObject(ramp) ?? {};
  if (typeof from !== "number" || typeof to !== "number" || typeof duration !== "number")
    return null;
  const time = inTime(duration);
  return {
    values: { en: `${from} to ${to}`, zh: `${from} 至 ${to}` },
    over: { en: ` over ${time}`, zh: `（历时 ${time}）` },
  };
}

/** Whatever a result holds here, as text. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
