import type { Bilingual, Language } from "../../base/message.ts";
import type { ResultServer } from "../../report/run/result.ts";
import { inTime } from "../cards.ts";
import { timeCell } from "../overview.ts";
import type { BarChart } from "../page_data.ts";
import type { Table } from "../tables.ts";

/** What was measured here above what the server says of it: parts that come to more reach past it. */
export function partBars({ ttft_parts: parts }: ResultServer, language: Language): BarChart | null {
  if (parts === null) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const { ttft_ms: ttft, queue_ms: queue, prefill_ms: prefill, rest_ms: rest } = parts;
  return {
    name: "ttft-parts",
    bars: [
      {
        label: t("here", "此处"),
        parts: [{ label: "TTFT", value: ttft, shown: inTime(ttft), tone: "here" }],
      },
      {
        label: t("server", "服务端"),
        parts: [
          ...part(t("queue", "排队"), queue, "queue"),
          ...part(t("prefill", "预填充"), prefill, "prefill"),
          ...part(restName(parts)[language], rest, "outside"),
        ],
      },
    ],
  };
}

/** What the server does not tell is in the rest. */
function restName({
  queue_ms: queue,
  prefill_ms: prefill,
}: NonNullable<ResultServer["ttft_parts"]>): Bilingual {
  const unknown = [
    ...(queue === null ? [{ en: "queue and ", zh: "排队及" }] : []),
    ...(prefill === null ? [{ en: "prefill and ", zh: "预填充及" }] : []),
  ];
  const of = (language: Language): string => unknown.map((one) => one[language]).join("");
  return { en: `${of("en")}outside`, zh: `${of("zh")}服务端之外` };
}

/** What takes no time has no part. */
function part(
  label: string,
  value: number | null,
  tone: "queue" | "prefill" | "outside",
): BarChart["bars"][number]["parts"] {
  return value === null || value <= 0 ? [] : [{ label, value, shown: inTime(value), tone }];
}

/** The same as a table. */
export function partsTable({ ttft_parts: parts }: ResultServer, language: Language): Table {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const {
    ttft_ms: ttft = null,
    queue_ms: queue,
    prefill_ms: prefill,
    rest_ms: rest = 0,
  } = parts ?? {};
  return {
    caption: t("The mean TTFT in its parts", "平均 TTFT 的构成"),
    headings: ["", t("mean", "平均")],
    rows: [
      [t("TTFT here", "此处的 TTFT"), timeCell(ttft)],
      [t("queue", "排队"), timeCell(queue ?? null)],
      [t("prefill", "预填充"), timeCell(prefill ?? null)],
      rest < 0
        ? [t("more than the TTFT: does not add up", "超出 TTFT：两者不符"), timeCell(-rest)]
        : [t("outside of these", "其余"), timeCell(rest)],
    ],
  };
}
