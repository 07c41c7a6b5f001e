/**
 * The API key of a server that asks for one. It is kept for this tab only, and sent to the server of these pages and
 * nobody else.
 */
import { createSignal } from '../app/signal.ts';

const storageKey = 'millrace.api-key';

/** Whether the server refused the key (or the lack of one): the pages ask for it then. */
export const keyRefused = createSignal(false);

/** Changes with every key that is given: what is shown begins anew. */
export const keyGiven = createSignal(0);

export function apiKey(): string | undefined {
  try {
    return sessionStorage.getItem(storageKey) ?? undefined;
  } catch {
    return kept;
  }
}

/** Storage can be forbidden: then the key lives as long as the page. */
let kept: string | undefined;

export function setApiKey(key: string): void {
  kept = key;
  try {
    sessionStorage.setItem(storageKey, key);
  } catch {
    // It is kept in memory.
  }
  keyRefused.set(false);
  keyGiven.set(keyGiven.get() + 1);
}

export function refuseApiKey(): void {
  keyRefused.set(true);
}
