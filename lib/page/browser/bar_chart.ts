import type { BarChart } from "../page_data.ts";
import { element } from "./element.ts";

type Parts = BarChart["bars"][number]["parts"];

/** Bars above each other on one scale, each in its parts; a part that is too narrow for its words has them below, in the legend. */
export function barChart(host: HTMLElement, { bars }: BarChart): void {
  const most = Math.max(1e-9, ...bars.map(({ parts }) => whole(parts)));
  host.classList.add("bars");
  const caption = host.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
  const said = bars.map(
    ({ label, parts }) =>
      `${label}: ${parts.map(({ label: part, shown }) => (part === label ? shown : `${part} ${shown}`)).join(", ")}`,
  );
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", [caption, ...said].join(". "));
  for (const { label, parts } of bars) {
    const track = element("span", { class: "track" });
    for (const { value, tone, shown, label: name } of parts) {
      const part = element("span", { class: `part ${tone}`, title: `${name} ${shown}` });
      // A style that is set by a script needs no leave of the page's policy.
      part.style.width = `${(value / most) * 100}%`;
      track.append(part);
    }
    const words = element("span", { class: "words" });
    for (const { label: name, shown, tone } of parts) {
      words.append(
        element("span", { class: `word ${tone}` }, name === label ? shown : `${name} ${shown}`),
      );
    }
    host.append(
      element("span", { class: "bar" }, element("span", { class: "name" }, label), track, words),
    );
  }
}

function whole(parts: Parts): number {
  return parts.reduce((sum, { value }) => sum + value, 0);
}
