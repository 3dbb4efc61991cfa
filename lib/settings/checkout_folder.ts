import { fileURLToPath } from "node:url";

/**
 * The folder of the checkout that runs, whose `.env` counts, too. `null` where the program is an installed package or was
 * compiled into one file: nobody keeps settings there, and what stands beside such a program is not for it.
 *
 * @example
 * ```ts
 * checkoutFolder(); // "/home/me/streamgauge/"
 * ```
 */
export function checkoutFolder(): string | null {
  const isSource = import.meta.url.endsWith("/lib/settings/checkout_folder.ts");
  return isSource ? fileURLToPath(new URL("../../", import.meta.url)) : null;
}
