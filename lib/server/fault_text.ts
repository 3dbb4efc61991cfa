import type { Fault, FaultKind, FaultPlace } from "./reply/fault.ts";

/**
 * A fault in the words that `readFault` reads. What is the default is written out, so that a reader need not know it.
 *
 * @example
 * ```ts
 * faultText({ kind: "cut", after: { share: 0.5 } }); // "cut:after=50%"
 * ```
 */
export function faultText(fault: Fault): string {
  const { share, seed } = fault;
  const often = [
    ...(share === undefined ? [] : [`share=${percent(share)}`]),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
  ];
  return [fault.kind, ...partsOf(fault), ...often].join(":");
}

function partsOf(fault: FaultKind): string[] {
  switch (fault.kind) {
    case "status": {
      const headers = Object.entries(fault.headers).map(([name, value]) => `${name}=${value}`);
      return [String(fault.status), ...headers];
    }
    case "reset":
      return fault.after === null ? [] : [placeText(fault.after)];
    case "stall":
      return [placeText(fault.after), `for=${duration(fault.for)}`];
    case "slow-head":
      return [duration(fault.for)];
    case "cut":
    case "early-end":
    case "error-event":
    case "malformed":
      return [placeText(fault.after)];
    case "no-done":
      return [];
  }
}

function placeText(place: FaultPlace): string {
  if ("in" in place) return `after=${place.in}`;
  return "share" in place ? `after=${percent(place.share)}` : `after=${place.events}`;
}

/** Without the digits that a share has only because it is binary: 0.07 is 7%. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}

function duration(micros: number): string {
  const ms = micros / 1000;
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
