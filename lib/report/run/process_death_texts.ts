import { type ProcessDeath, isIncomplete, unknownRequests } from "../../measure/process_death.ts";
import type { Micros } from "../../base/time.ts";
import { formatCount } from "../../text/amounts.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import { indexWords, processEndWords } from "./process_end_words.ts";
import { formatTime } from "../../text/units.ts";

/** What the death of worker processes took from a run; `null` when none died. */
export function workersDied(deaths: readonly ProcessDeath[]): Message | null {
  const workers = deaths.filter(({ role }) => role === "worker");
  if (workers.length === 0) return null;
  const ends = endsOf(workers);
  const count = workers.length;
  const lost = isIncomplete(workers) ? lostOf(workers) : NOTHING_LOST;
  if (workers.some(({ end }) => end.kind === "lost")) {
    const what =
      count === 1 ? "a worker of the fleet was" : `${formatCount(count)} workers of the fleet were`;
    return {
      cause: {
        en: `${what} lost (${ends.en}): ${lost.en}`,
        zh: `集群中 ${formatCount(count)} 台工作机失联（${ends.zh}）：${lost.zh}`,
      },
      step: FLEET_STEP,
    };
  }
  return {
    cause: {
      en: `${count === 1 ? "a worker process" : `${formatCount(count)} worker processes`} died (${ends.en}): ${lost.en}`,
      zh: `${formatCount(count)} 个工作进程意外终止（${ends.zh}）：${lost.zh}`,
    },
    step: wasKilled(workers)
      ? {
          en: "Free memory, or lower --workers or --concurrency, and run it again",
          zh: "请释放内存，或降低 --workers、--concurrency，然后重新运行",
        }
      : { en: "Run it again", zh: "请重新运行" },
  };
}

const FLEET_STEP: Bilingual = {
  en: "Nobody sends their share again, since it may have been sent: run it again",
  zh: "它们的部分可能已经发送，因此不会重发：请重新运行",
};

/** The simulated model that was measured died; `null` when it did not. */
export function simulatedDied(deaths: readonly ProcessDeath[]): Message | null {
  const simulated = deaths.filter(({ role }) => role === "simulated");
  if (simulated.length === 0) return null;
  const ends = endsOf(simulated);
  return {
    cause: {
      en: `the simulated model died (${ends.en}): no more was sent, and what failed then says nothing about an endpoint`,
      zh: `模拟模型意外终止（${ends.zh}）：此后不再发送，由此产生的失败与任何接口无关`,
    },
    step: { en: "Run it again", zh: "请重新运行" },
  };
}

/** The line of a table; `null` for a run that lacks nothing. */
export function runIncomplete(deaths: readonly ProcessDeath[]): Bilingual | null {
  if (!isIncomplete(deaths)) return null;
  return {
    en: "the run is incomplete, since a process died: percentiles are lower bounds",
    zh: "有进程意外终止，运行不完整：百分位数只是下界",
  };
}

/** Another process's clock was apart from ours. */
export function clockCorrected(offset: Micros): Message {
  const by = formatTime(Math.abs(offset));
  return {
    cause: {
      en: `the clock of another process was ${by} ${offset > 0 ? "ahead" : "behind"}, because the system's clock was set meanwhile: its times are corrected`,
      zh: `另一进程的时钟${offset > 0 ? "快" : "慢"}了 ${by}，因为系统时间在此期间被调整：其时间已校正`,
    },
  };
}

const NOTHING_LOST: Bilingual = {
  en: "that was in the warm-up, so a fresh one took its place, over connections that were not warm",
  zh: "发生在预热阶段，已由新进程接替，但其连接未经预热",
};

function lostOf(workers: readonly ProcessDeath[]): Bilingual {
  const unknown = unknownRequests(workers);
  const left = workers.reduce((sum, death) => sum + (death.left ?? 0), 0);
  const indexes = indexWords(unknown);
  const count = formatCount(unknown.length);
  const rest = formatCount(left);
  const was = left === 1 ? "was" : "were";
  const unknownWords =
    unknown.length === 0
      ? { en: "nothing was under way in it", zh: "当时没有进行中的请求" }
      : {
          en: `what became of ${count} ${unknown.length === 1 ? "request" : "requests"} is unknown (${indexes.en})`,
          zh: `${count} 个请求的结果未知（编号 ${indexes.zh}）`,
        };
  return left === 0
    ? unknownWords
    : {
        en: `${unknownWords.en}, and ${rest} planned ${was} not sent`,
        zh: `${unknownWords.zh}，另有 ${rest} 个计划中的请求没有发送`,
      };
}

function endsOf(deaths: readonly ProcessDeath[]): Bilingual {
  const words = deaths.map(({ end }) => processEndWords(end));
  return {
    en: [...new Set(words.map(({ en }) => en))].join("; "),
    zh: [...new Set(words.map(({ zh }) => zh))].join("；"),
  };
}

function wasKilled(deaths: readonly ProcessDeath[]): boolean {
  return deaths.some(({ end }) => end.kind === "signal" && end.signal === "SIGKILL");
}
