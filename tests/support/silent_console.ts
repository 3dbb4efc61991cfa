import { spyOn } from "bun:test";

/** Until it is disposed of, nothing is warned of on the console: `parse` of a `.env` does so as the original does. */
export function silentConsole(): Disposable {
  const spy = spyOn(console, "warn").mockImplementation(() => {});
  return { [Symbol.dispose]: () => spy.mockRestore() };
}
