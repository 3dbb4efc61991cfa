/** Preloaded into every Bun process of a tree: those that send or simulate started an hour before their time. */
const isShifted = ["/worker.ts", "/simulated.ts"].some((script) => Bun.main.endsWith(script));
if (isShifted) {
  Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin - 3_600_000 });
}
