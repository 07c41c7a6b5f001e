/** The types of `chromium.js`, which is JavaScript since it runs on Node 20. */

/** Path of a Chromium, `CHROMIUM` before all others; `undefined` when there is none. */
export function findChromium(): string | undefined;
/** One sentence that says how to come by one. */
export function howToInstall(): string;
/** As `findChromium`, after Debian's was installed if none was there and this is root on Debian. */
export function ensureChromium(): string | undefined;
