/** A Chromium without a window, and pages in it as a reader with this or that taste sees them. */
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { findChromium, howToInstall } from '../chromium.js';

export type Theme = 'light' | 'dark';

export interface Taste {
  /** absent: light */
  readonly theme?: Theme;
  /** absent: British English, which counts the hours to 24 */
  readonly locale?: string;
  /** of the window in px, absent: 1280 × 800 */
  readonly size?: { readonly width: number; readonly height: number };
  /** a finger instead of a mouse */
  readonly touch?: boolean;
  /** pixels of the picture for each px of the page, absent: 1 */
  readonly scale?: number;
}

/** It talks to nobody but the pages, and draws without a graphics card. */
const flags = [
  '--disable-gpu',
  // Letters stand where the typeface has them, not on whole pixels.
  '--font-render-hinting=none',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Rejects with one sentence that says how to come by a Chromium when there is none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(howToInstall());
  return chromium.launch({ executablePath, args: flags, chromiumSandbox: false, handleSIGINT: false });
}

export function contextOptions(taste: Taste = {}): BrowserContextOptions {
  const { theme = 'light', locale = 'en-GB', size = { width: 1280, height: 800 }, touch = false } = taste;
  return {
    viewport: size,
    colorScheme: theme,
    locale,
    timezoneId: 'UTC',
    isMobile: touch,
    hasTouch: touch,
    deviceScaleFactor: taste.scale ?? 1,
    reducedMotion: 'reduce',
  };
}
