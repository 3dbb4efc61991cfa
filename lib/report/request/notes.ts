import type { ChatResult } from "../../chat/complete_chat.ts";
import type { Reading } from "../../chat/reading.ts";
import type { Bilingual } from "../../base/message.ts";
import { compressionOf } from "../../chat/oddities.ts";
import { oneLine } from "../../wire/one_line.ts";
import { arrivedInOneBurst } from "../../measure/metrics.ts";
import { type FinishMeaning, finishMeaning } from "../../wire/finish_reason.ts";
import { type Note, spoiltNotes } from "./spoilt_notes.ts";
import { makeHarmless } from "../../text/terminal_text.ts";

export type { Note } from "./spoilt_notes.ts";

/** What is worth saying about a result besides its outcome. */
export function notesOf({
  verdict,
  reading,
  head = null,
}: Pick<ChatResult, "verdict" | "reading"> & Partial<Pick<ChatResult, "head">>): Note[] {
  const notes: Note[] = [];
  const add = (code: string, message: Bilingual, count = 1): void => {
    notes.push({ code, count, message });
  };
  const ended = (meaning: FinishMeaning): string[] =>
    reading.choices
      .map(({ finishReason }) => finishReason)
      .filter((reason) => reason !== null)
      .filter((reason) => finishMeaning(reason) === meaning);
  const cut = ended("length");
  if (cut.length > 0) {
    const reason = shown(cut);
    add(
      "length",
      {
        en: `the answer was cut at the token limit (finish_reason: ${reason}); --max-tokens sets it`,
        zh: `回答因达到 token 上限而被截断（finish_reason: ${reason}），可用 --max-tokens 调整`,
      },
      cut.length,
    );
  }
  const full = ended("context");
  if (full.length > 0) {
    const reason = shown(full);
    add(
      "context_window",
      {
        en: `the answer was cut where the model's context window was full (finish_reason: ${reason}); a shorter question leaves it more room`,
        zh: `模型的上下文窗口已满，回答被截断（finish_reason: ${reason}）；缩短提问可留出更多空间`,
      },
      full.length,
    );
  }
  const short = ended("cut");
  if (short.length > 0) {
    const reason = shown(short);
    add(
      "cut_short",
      {
        en: `the endpoint cut the answer short (finish_reason: ${reason})`,
        zh: `服务端提前截断了回答（finish_reason: ${reason}）`,
      },
      short.length,
    );
  }
  const filtered = ended("filter");
  if (filtered.length > 0) {
    const reason = shown(filtered);
    add(
      "content_filter",
      {
        en: `the endpoint's content filter stopped the answer (finish_reason: ${reason})`,
        zh: `回答被服务端的内容过滤器中止（finish_reason: ${reason}）`,
      },
      filtered.length,
    );
  }
  const unknown = ended("unknown");
  if (unknown.length > 0) {
    const reason = shown(unknown);
    add(
      "unknown_finish_reason",
      {
        en: `nobody knows what this end of the answer means (finish_reason: ${reason}); it is taken for a normal one`,
        zh: `不清楚回答为何这样结束（finish_reason: ${reason}），按正常结束处理`,
      },
      unknown.length,
    );
  }
  const refused = reading.choices.filter(({ isRefused }) => isRefused).length;
  if (refused > 0) {
    add(
      "refusal",
      {
        en: "the model refused to answer: the text is its refusal",
        zh: "模型拒绝回答：输出的是拒绝说明",
      },
      refused,
    );
  }
  if (verdict.outcome === "complete" && !reading.choices.some((choice) => choice.isAnswered)) {
    add("empty_answer", { en: "the answer is empty", zh: "回答是空的" });
  }
  for (const kind of ["audio", "image"] as const) {
    const deltas = reading.media[kind];
    if (deltas > 0) add(kind, mediaText(kind, reading), deltas);
  }
  if (verdict.outcome === "complete" && !reading.timeline.streamed) {
    add("not_streamed", {
      en: "the endpoint did not stream: the answer came whole, so there are no stream metrics",
      zh: "服务端没有流式输出：回答一次性返回，因此没有流式指标",
    });
  }
  if (arrivedInOneBurst(reading.timeline)) {
    add("burst", {
      en: "the answer came in one burst: something on the way held it back, so gaps and decode rate say nothing about the model",
      zh: "回答几乎一次性到达：途中有环节缓冲了数据，间隔和解码速率不能反映模型",
    });
  }
  const compression = reading.timeline.streamed ? compressionOf(head) : null;
  if (compression !== null && reading.facts.isCompletion) {
    const encoding = makeHarmless(oneLine(compression));
    add("compressed", {
      en: `the stream was compressed (content-encoding: ${encoding}), though it was asked not to be: the times are those behind a compressor, which may hold text back`,
      zh: `流被压缩（content-encoding: ${encoding}），尽管请求要求不压缩：时间是经过压缩之后的，压缩可能滞留文本`,
    });
  }
  notes.push(...spoiltNotes(reading));
  if (reading.models.length > 1) {
    const names = makeHarmless(reading.models.join(", "));
    add(
      "several_models",
      {
        en: `the chunks name several models: ${names}`,
        zh: `数据块中出现了多个模型名：${names}`,
      },
      reading.models.length,
    );
  }
  return notes;
}

/** The reasons, each once. */
function shown(reasons: readonly string[]): string {
  return makeHarmless([...new Set(reasons)].slice(0, 4).join(", "));
}

const MEDIA = {
  audio: { en: "audio", zh: "音频" },
  image: { en: "images", zh: "图片" },
} as const;

function mediaText(kind: "audio" | "image", { media, chunks }: Reading): Bilingual {
  const count = media[kind];
  const { en, zh } = MEDIA[kind];
  const deltas = `${count} ${count === 1 ? "delta" : "deltas"}`;
  return chunks.withText === 0
    ? {
        en: `the answer is ${en}: ${deltas}, no text`,
        zh: `回答是${zh}：${count} 个增量，没有文本`,
      }
    : {
        en: `beside the text came ${en}: ${deltas}, not shown`,
        zh: `除文本外还有${zh}：${count} 个增量，不予显示`,
      };
}
