import type { Language } from "../base/message.ts";
import type { ResultWarning } from "../report/run/result.ts";
import { html, type Markup } from "./markup.ts";

/** What is to be known before the numbers are trusted, each with what to do about it; the client's own fault first. */
export function renderWarningList(
  warnings: readonly ResultWarning[],
  language: Language,
): Markup | false {
  if (warnings.length === 0) return false;
  const prefix = { en: "warning", zh: "注意" }[language];
  return html`<ul class="warnings">
    ${warnings.map(
      ({ code, message, step }) =>
        html`<li data-code="${code}">
          <strong>${prefix}</strong> <bdi>${message}</bdi>${
            step !== undefined && html`<span class="step"><bdi>${step}</bdi></span>`
          }
        </li>`,
    )}
  </ul>`;
}
