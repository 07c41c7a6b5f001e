/** Starts the one Chromium that all files of this folder share; without one they are skipped. */
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { findChromium, howToInstall } from '../../scripts/chromium.js';
import { launchOptions } from '../../scripts/pages/browser.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** where the browser is reached, or why there is none */
    readonly browser: { readonly address: string } | { readonly missing: string };
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  if (findChromium() === undefined) {
    provide('browser', { missing: howToInstall() });
    return async () => {};
  }
  const server = await chromium.launchServer(launchOptions());
  provide('browser', { address: server.wsEndpoint() });
  return () => server.close();
}
