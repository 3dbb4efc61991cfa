import type { Message } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import type { FleetWorker } from "../../measure/finished_run.ts";
import type { ProcessDeath } from "../../measure/process_death.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { RunProgress, type WorkerProgress } from "../../measure/run_progress.ts";
import { ExactCounts } from "../../measure/distribution.ts";
import { type RunObserver, type RunSpec, shareOf } from "../run_share.ts";
import type { Part } from "../workers/workers.ts";
import type { Loss, Member } from "./member.ts";
import type { FleetClock, SeatNews, WorkerLook } from "./orders.ts";

/** What became of a worker's share. */
export type MemberEnd =
  | { readonly kind: "done"; readonly news: Extract<SeatNews, { kind: "done" }> }
  | { readonly kind: "lost"; readonly loss: Loss };

/** What is known of a worker's share of a run. */
export class MemberRun {
  readonly member: Member;
  readonly part: Part;
  readonly records: RequestRecord[] = [];
  /** Resolves with what keeps it from taking part, or `null` when it is ready or lost. */
  readonly ready: Promise<Message | null>;
  readonly end: Promise<MemberEnd>;
  readonly #spec: RunSpec | null;
  readonly #observer: RunObserver | undefined;
  readonly #underWay = new Set<number>();
  readonly #progress: RunProgress;
  #begun = 0;
  #isEnded = false;
  #clock: FleetClock | null = null;
  #look: WorkerLook = { inFlight: 0, lag: 0 };

  constructor(
    member: Member,
    {
      run,
      part,
      spec,
      observer,
    }: {
      readonly run: number;
      readonly part: Part;
      /** `null`: it is not known any more, and so not what is left of it. */
      readonly spec: RunSpec | null;
      readonly observer?: RunObserver | undefined;
    },
  ) {
    this.member = member;
    this.part = part;
    this.#spec = spec;
    this.#observer = observer;
    this.#progress = new RunProgress(spec?.plan.until ?? { requests: 0 });
    const ready = Promise.withResolvers<Message | null>();
    const done = Promise.withResolvers<MemberEnd>();
    this.ready = Promise.race([ready.promise, member.lost.then(() => null)]);
    const lost = member.lost.then((loss): MemberEnd => ({ kind: "lost", loss }));
    this.end = Promise.race([done.promise, lost]).finally(() => (this.#isEnded = true));
    member.onNews = (news) => {
      if (!("run" in news) || news.run !== run) return;
      if (news.kind === "refused") ready.resolve(news.message);
      else if (news.kind === "progress") this.#take(news);
      else if (news.kind === "ready") {
        this.#clock = news.clock;
        ready.resolve(null);
      } else if (news.kind === "done") done.resolve({ kind: "done", news });
    };
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get clock(): FleetClock | null {
    return this.#clock;
  }

  /** How it stands, for the live screen. */
  look(elapsed: Micros): WorkerProgress {
    const { recentDeltaRate, tokensPerDelta } = this.#progress.look(elapsed);
    return {
      name: this.member.card.name,
      inFlight: this.#look.inFlight,
      tokenRate: recentDeltaRate === null ? null : recentDeltaRate * (tokensPerDelta ?? 1),
      lag: this.#look.lag,
      isLost: this.member.loss !== null,
    };
  }

  /** What is missing because of how it ended; `null` where nothing is. */
  death(end: MemberEnd, { isStopped }: { readonly isStopped: boolean }): ProcessDeath | null {
    const isCut = end.kind === "lost" || (end.news.isCut && !isStopped);
    if (!isCut) return null;
    const loss = end.kind === "lost" ? end.loss : "left";
    const unknown = [...this.#underWay].toSorted((a, b) => a - b);
    this.#observer?.lost?.(unknown.length);
    const { name } = this.member.card;
    return {
      role: "worker",
      phase: "run",
      end: { kind: "lost", worker: name, how: loss },
      unknown,
      left: isStopped ? null : this.#left(),
    };
  }

  /** What the result says of this worker. */
  facts(end: MemberEnd): FleetWorker {
    const { card, processes } = this.member;
    const counts = new ExactCounts();
    const done = end.kind === "done" ? end.news : null;
    for (const [sample, times] of done?.result.lag ?? []) counts.add(sample, times);
    return {
      name: card.name,
      cores: card.cores,
      processes: Math.min(processes, this.part.slots.length),
      requests: this.records.length,
      loopLagP99: counts.distribution().p99,
      clockOffset: this.#clock?.offset ?? null,
      clockUncertainty: this.#clock?.uncertainty ?? null,
      late: done?.late ?? null,
      lost: end.kind === "lost",
    };
  }

  #take(news: Extract<SeatNews, { kind: "progress" }>): void {
    this.#look = news.look;
    this.#begun += news.begun.length;
    for (const index of news.begun) {
      this.#underWay.add(index);
      this.#progress.sent();
      this.#observer?.sent(index);
    }
    this.#progress.deltas(news.deltas);
    this.#observer?.deltas(news.deltas);
    for (const told of news.ended) {
      const record = { ...told, worker: this.member.card.name };
      this.#underWay.delete(record.index);
      this.records.push(record);
      this.#progress.ended(record);
      this.#observer?.ended(record);
    }
  }

  /** How many of its share were never begun; `null` where the plan has no last one. */
  #left(): number | null {
    if (this.#spec === null) return null;
    const { plan } = this.#spec;
    if (plan.arrivals.kind === "closed" && "duration" in plan.until) return null;
    let planned = 0;
    for (const worker of this.part.slots) {
      const share = { worker, workers: this.part.of };
      for (const { requests } of shareOf(this.#spec, share)) planned += requests.length;
    }
    return planned - this.#begun;
  }
}
