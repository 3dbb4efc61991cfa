import { expect, test } from "bun:test";
import fc from "fast-check";
import { html, jsonForScript, Markup } from "../../lib/page/markup.ts";
import { runs } from "../support/runs.ts";

test("markup escapes what is put into it, in text and in attributes", () => {
  expect(html`<p title="${`"'>`}">${"<b>&amp;</b>"}</p>`.text).toBe(
    '<p title="&quot;&#39;&gt;">&lt;b&gt;&amp;amp;&lt;/b&gt;</p>',
  );
});

test("markup takes markup as it is, joins lists, and leaves nothing of what is not there", () => {
  const items = ["a", "<"].map((text) => html`<b>${text}</b>`);
  expect(html`<p>${items}${null}${undefined}${false}${0}</p>`.text).toBe(
    "<p><b>a</b><b>&lt;</b>0</p>",
  );
  expect(html`${new Markup("<br>")}`.text).toBe("<br>");
});

test("markup shows what would turn the reading order or steer a terminal", () => {
  expect(html`${"a\u202eb\u2066\u001b[2J\u2028"}`.text).toBe(
    "a&lt;U+202E&gt;b&lt;U+2066&gt;␛[2J&lt;U+2028&gt;",
  );
});

test("data for a script gives back what went in, and never ends its element or begins a comment", () => {
  fc.assert(
    fc.property(
      fc.json().map((json) => JSON.parse(json) as unknown),
      fc.constantFrom("</script>", "<!--", "<script", "\u2028", "]]>"),
      (value, hostile) => {
        const text = jsonForScript({ value, hostile });
        expect(text).not.toMatch(/[<\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual({ value, hostile } as never);
      },
    ),
    { numRuns: runs(100) },
  );
});
