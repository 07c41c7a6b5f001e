/** Whether a process can take work: its store answers and takes entries, and each of its roles is at work. */
import type { Check, Readiness } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import { within } from './within.ts';

/** How long a store may take to answer and still be called ready. */
const readyMsMax = 2_000;

/** The store is ready when it answers a read, and its writer takes an entry that changes nothing. */
export async function readinessOf(store: Store, roles: Readonly<Record<string, Check>>): Promise<Readiness> {
  const checks = { store: await checkStore(store), ...roles };
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

async function checkStore(store: Store): Promise<Check> {
  try {
    await within(
      readyMsMax,
      Promise.all([
        store.nextDue(['command']),
        store.commit([{ tenant: 'default', stream: 'readiness', wakeUps: [] }]),
      ]),
    );
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
