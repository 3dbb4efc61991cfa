import type { Clock } from "../../base/clock.ts";
import { type ClockSample, measuredOffset } from "../../measure/clock_offset.ts";
import type { FleetConnection } from "./connection.ts";
import type { FleetClock } from "./orders.ts";

/** So often Redis is asked for the time; the shortest way counts. */
const QUESTIONS = 9;

/** How far this process's clock is ahead of that of Redis, the common time of a fleet. */
export async function fleetClock(
  connection: Pick<FleetConnection, "time">,
  clock: Clock,
): Promise<FleetClock> {
  const samples: ClockSample[] = [];
  while (samples.length < QUESTIONS) {
    const asked = clock();
    const theirs = await connection.time();
    samples.push({ asked, theirs, answered: clock() });
  }
  const { offset, uncertainty } = measuredOffset(samples);
  return { offset: -offset, uncertainty };
}
