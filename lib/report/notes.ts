import type { ChatResult } from "../chat/complete_chat.ts";
import type { Bilingual } from "./message.ts";
import { arrivedInOneBurst } from "../measure/metrics.ts";
import { makeHarmless } from "./terminal_text.ts";

/** Something a reader of the answer or the numbers should know. */
export interface Note {
  readonly code: string;
  /** How many times it happened. */
  readonly count: number;
  readonly message: Bilingual;
}

/** What is worth saying about a result besides its outcome. */
export function notesOf({ verdict, reading }: Pick<ChatResult, "verdict" | "reading">): Note[] {
  const notes: Note[] = [];
  const add = (code: string, message: Bilingual, count = 1): void => {
    notes.push({ code, count, message });
  };
  const ended = (reason: string): number =>
    reading.choices.filter(({ finishReason }) => finishReason === reason).length;
  if (ended("length") > 0) {
    add(
      "length",
      {
        en: "the answer was cut at the token limit (finish_reason: length); --max-tokens sets it",
        zh: "回答因达到 token 上限而被截断（finish_reason: length），可用 --max-tokens 调整",
      },
      ended("length"),
    );
  }
  if (ended("content_filter") > 0) {
    add(
      "content_filter",
      {
        en: "the endpoint's content filter stopped the answer (finish_reason: content_filter)",
        zh: "回答被服务端的内容过滤器中止（finish_reason: content_filter）",
      },
      ended("content_filter"),
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
  const malformed = reading.malformedEvents;
  if (malformed > 0) {
    add(
      "malformed_event",
      {
        en: `${malformed} ${malformed === 1 ? "event was" : "events were"} not JSON and ${malformed === 1 ? "was" : "were"} passed over`,
        zh: `有 ${malformed} 个事件不是 JSON，已跳过`,
      },
      malformed,
    );
  }
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
