/** The colours that the page has at this moment, by the names of its style. */
export interface Theme {
  readonly text: string;
  readonly soft: string;
  readonly grid: string;
  readonly raised: string;
  readonly accent: string;
  readonly waiting: string;
  readonly reasoning: string;
  readonly answer: string;
  readonly tool: string;
  readonly unknown: string;
  readonly stall: string;
  readonly cut: string;
  readonly second: string;
}

const NAMES = [
  "text",
  "soft",
  "grid",
  "raised",
  "accent",
  "waiting",
  "reasoning",
  "answer",
  "tool",
  "unknown",
  "stall",
  "cut",
  "second",
] as const satisfies readonly (keyof Theme)[];

/** The theme as the style has it now: light, dark or print. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const entries = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as unknown as Theme;
}

/** Calls back when the colours are others. */
export function onThemeChange(action: () => void): void {
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", action);
  }
}

/** The page's font, for what is drawn. */
export const FONT =
  '12px system-ui, "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif';
