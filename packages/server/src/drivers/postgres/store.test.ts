import { afterAll, describe } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { storeContract } from '../../ports/store.contract.ts';
import type { Store } from '../../ports/store.ts';
import { dropTestDatabase, freshAddress, openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();

describe.skipIf(missing !== undefined)(`on a server${missing === undefined ? '' : `: ${missing}`}`, () => {
  afterAll(dropTestDatabase);

  storeContract('postgres', async () => {
    const address = await freshAddress();
    let now = 1_000_000;
    const open = async () => (await openTestStore(address, () => now)).store;
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
      },
    };
  });
});
