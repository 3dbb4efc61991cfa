import type { OverTime } from "../../measure/over_time.ts";
import type { ResultRun } from "../../report/run/result.ts";
import type { Part, PartOptions } from "../part.ts";
import { timeFrame, type TimeFrame } from "../time_frame.ts";
import { cachePart } from "./cache.ts";
import { kindsPart } from "./kinds.ts";
import { replayedPart } from "./replayed.ts";
import { serverPart } from "./server.ts";
import { turnsPart } from "./turns.ts";

/** The parts of a run's section that are about its work: those before its course over time, and those behind. */
export interface WorkParts {
  readonly before: readonly Part[];
  readonly behind: readonly Part[];
  /** `null` where nothing took any time. */
  readonly frame: TimeFrame | null;
}

/** What a run says of its work by turns, kinds, cache, recorded traffic, and of its server; empty of one that has none of it. */
export function workParts(
  run: ResultRun,
  { overTime, ...options }: PartOptions & { readonly overTime: OverTime | null },
): WorkParts {
  const frame = overTime === null ? null : timeFrame(run, overTime);
  const time = overTime === null || frame === null ? null : { frame, overTime };
  const before = [
    turnsPart(run, options),
    kindsPart(run, options),
    cachePart(run, { ...options, frame }),
    replayedPart(run, { ...options, frame }),
  ];
  return {
    before: before.filter((part) => part !== null),
    behind: [serverPart(run, { ...options, time })].filter((part) => part !== null),
    frame,
  };
}
