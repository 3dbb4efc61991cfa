/** How a report sets words apart; picocolors' `createColors(…)` fits. */
export interface Styles {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}
