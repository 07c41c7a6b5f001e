import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../../ports/store.contract.ts';
import type { Store } from '../../ports/store.ts';
import { openSqliteStore } from './store.ts';

storeContract('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-sqlite-'));
  let now = 1_000_000;
  const open = () => openSqliteStore({ path: join(folder, 'store.db'), now: () => now });
  const opened: Store[] = [await open()];
  return {
    store: opened[0] as Store,
    advance: (ms) => {
      now += ms;
    },
    async reopen() {
      await opened.at(-1)?.close();
      const store = await open();
      opened.push(store);
      return store;
    },
    async clean() {
      await opened.at(-1)?.close();
      rmSync(folder, { recursive: true });
    },
  };
});
