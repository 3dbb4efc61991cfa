import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { padColumns, truncateColumns } from "../../lib/text/columns.ts";

test("columns are padded by what a terminal shows", () => {
  expect(padColumns("你好", 6)).toBe("你好  ");
  expect(padColumns("7", 3, { align: "end" })).toBe("  7");
  expect(padColumns("\u001b[31mred\u001b[39m", 5)).toBe("\u001b[31mred\u001b[39m  ");
  expect(padColumns("long", 2)).toBe("long");
});

test("columns are cut between characters", () => {
  expect(truncateColumns("unicorn", 4)).toBe("uni…");
  expect(truncateColumns("unicorn", 7)).toBe("unicorn");
  expect(truncateColumns("你好世界", 4)).toBe("你…");
  expect(truncateColumns("你好世界", 5)).toBe("你好…");
  expect(truncateColumns("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 4)).toBe("👩‍👩‍👧‍👦…");
  expect(truncateColumns("\u001b[31mred\u001b[39m!", 3)).toBe("\u001b[31mre…\u001b[39m");
  expect(truncateColumns("你", 1)).toBe("…");
  expect(truncateColumns("你", 0)).toBe("");
});

test("columns of a cut text never exceed the width", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "你", "😀", "👩‍👩‍👧‍👦", "e\u0301", " ") });
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 12 }), (text, width) => {
      const cut = truncateColumns(text, width);
      expect(Bun.stringWidth(cut)).toBeLessThanOrEqual(width);
      if (Bun.stringWidth(text) <= width) expect(cut).toBe(text);
      else expect(text).toStartWith(cut.replace(/…$/, ""));
    }),
  );
});
