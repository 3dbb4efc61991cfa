// Put together here, so that a hook that looks for keys lets these files pass.

/** 24 letters and digits. */
export const random = ["a7Xk2mQ9", "vL4pRt8z", "Wc3nYh6d"].join("");

/** SiliconFlow's keys are 48 small letters. */
export const siliconFlowKey = `sk-${["qwfpgjluyarstdhneio", "zxcvbkmqwfpgjluyarstdhneiozxc"].join("")}`;

/** Lines, and whether they hold what looks like a key. The library and the hook must agree on them. */
export const keyShapeCases: readonly { readonly line: string; readonly isKey: boolean }[] = [
  { line: `key = "${siliconFlowKey}"`, isKey: true },
  { line: `sk-${random}`, isKey: true },
  { line: `Bearer sk-proj-${random}_${random}`, isKey: true },
  { line: `OPENROUTER_API_KEY=sk-or-v1-${random}`, isKey: true },
  { line: `gsk_${random}`, isKey: true },
  { line: `"AIza${random}${random}"`, isKey: true },
  { line: `密钥：sk-${random}。`, isKey: true },
  { line: `sk-short sk-${random}`, isKey: true },
  { line: `++ b/x sk-${random}`, isKey: true },
  { line: `-- sk-${random}`, isKey: true },
  { line: "sk-", isKey: false },
  { line: "SILICONFLOW_API_KEY=sk-your-key", isKey: false },
  { line: "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", isKey: false },
  { line: `sk-${"x1".repeat(16)}`, isKey: false },
  { line: '<div class="sk-loading-indicator-wrapper">', isKey: false },
  { line: `disk-${random}`, isKey: false },
  { line: `sk-sk-${"x".repeat(30)}`, isKey: false },
  { line: `task_gsk_${random}`, isKey: false },
  { line: `AIza${random}`, isKey: false },
  { line: "plain words, 中文, and numbers 1234567890", isKey: false },
];
