import { expect, test } from "bun:test";
import fc from "fast-check";
import { LiveScreen } from "../../../lib/report/live/live_screen.ts";
import { VirtualTerminal } from "../../support/virtual_terminal.ts";

/** A screen on a virtual terminal, with a clock that is set by hand. */
function open(columns = 20, { rows = 8, reflows = true } = {}) {
  const terminal = new VirtualTerminal(columns, rows, { reflows });
  const time = { now: 0 };
  const screen = new LiveScreen({
    write: (text) => terminal.write(text),
    size: () => terminal.size,
    clock: () => time.now,
  });
  const draw = (...lines: string[]): void => {
    time.now += 100_000;
    screen.draw(lines);
  };
  return { terminal, screen, time, draw };
}

test("live screen redraws its lines in place", () => {
  const { terminal, draw } = open();
  terminal.write("$ bench\r\n");
  draw("one", "a long second");
  expect(terminal.lines).toEqual(["$ bench", "one", "a long second"]);
  draw("uno", "short", "third");
  expect(terminal.lines).toEqual(["$ bench", "uno", "short", "third"]);
  draw("last");
  expect(terminal.lines).toEqual(["$ bench", "last"]);
});

test("live screen redraws ten times a second at most", () => {
  const { terminal, screen, time } = open();
  screen.draw(["a"]);
  time.now = 99_999;
  expect(screen.isDue).toBe(false);
  screen.draw(["b"]);
  expect(terminal.lines).toEqual(["a"]);
  time.now = 100_000;
  expect(screen.isDue).toBe(true);
  screen.draw(["c"]);
  expect(terminal.lines).toEqual(["c"]);
});

test("live screen hides the cursor, and gives it back with an empty place", () => {
  const { terminal, screen, draw } = open();
  terminal.write("$ bench\r\n");
  draw("one", "two");
  expect(terminal.isCursorVisible).toBe(false);
  screen.end();
  screen.end();
  expect(terminal.isCursorVisible).toBe(true);
  terminal.write("done\r\n");
  expect(terminal.lines).toEqual(["$ bench", "done"]);
});

test("live screen that drew nothing writes nothing at its end", () => {
  let written = "";
  const screen = new LiveScreen({
    write: (text) => (written += text),
    size: () => ({ columns: 80, rows: 24 }),
    clock: () => 0,
  });
  screen.print("said");
  screen.end();
  expect(written).toBe("said\n");
});

test("live screen prints above its lines", () => {
  const { terminal, screen, draw } = open();
  draw("one", "two");
  screen.print("first\nsecond");
  expect(terminal.lines).toEqual(["first", "second", "one", "two"]);
  screen.print("third\n");
  draw("uno");
  expect(terminal.lines).toEqual(["first", "second", "third", "uno"]);
});

test("live screen never fills the last column", () => {
  const { terminal, draw } = open(10);
  draw("0123456789abc", "你好你好你好");
  expect(terminal.lines[0]).toBe("01234567…");
  expect(terminal.lines.length).toBe(2);
});

test("live screen leaves nothing behind when the terminal gets narrower", () => {
  for (const reflows of [true, false]) {
    const { terminal, screen, draw } = open(20, { reflows });
    terminal.write("$ bench\r\n");
    draw("0123456789abcdefghi", "0123456789");
    terminal.resize(8);
    if (reflows) expect(terminal.lines).toEqual(["$ bench", "0123456789abcdefghi", "0123456789"]);
    draw("short", "0123456789");
    expect(terminal.lines).toEqual(["$ bench", "short", "012345…"]);
    terminal.resize(30);
    draw("short", "0123456789");
    expect(terminal.lines).toEqual(["$ bench", "short", "0123456789"]);
    screen.end();
    expect(terminal.lines).toEqual(["$ bench"]);
  }
});

test("live screen shows no more lines than the terminal has rows", () => {
  const { terminal, draw } = open(20, { rows: 3 });
  terminal.write("$ bench\r\n");
  draw("1", "2", "3", "4");
  draw("5", "6", "7", "8");
  expect(terminal.lines).toEqual(["$ bench", "5", "6"]);
});

test("live screen takes a terminal of unknown size for 80 columns", () => {
  let written = "";
  const screen = new LiveScreen({
    write: (text) => (written += text),
    size: () => ({ columns: 0, rows: 0 }),
    clock: () => 0,
  });
  screen.draw(["x".repeat(100)]);
  expect(written).toContain(`${"x".repeat(78)}…`);
});

test("live screen leaves what was printed and nothing else, whatever happened", () => {
  const text = fc.string({ unit: fc.constantFrom(..."abc "), minLength: 1, maxLength: 40 });
  const step = fc.oneof(
    fc.record({ draw: fc.array(text, { minLength: 1, maxLength: 4 }) }),
    fc.record({ print: text.map((text) => `${text}.`) }),
    fc.record({ columns: fc.integer({ min: 5, max: 50 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { terminal, screen, draw } = open(30, { rows: 12 });
      const printed: string[] = [];
      for (const step of steps) {
        if ("draw" in step) draw(...step.draw);
        else if ("columns" in step) terminal.resize(step.columns);
        else {
          screen.print(step.print);
          printed.push(step.print);
        }
      }
      screen.end();
      expect(terminal.lines).toEqual(printed);
    }),
  );
});
