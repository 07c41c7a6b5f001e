import { afterAll, describe } from 'vitest';
import { whyNoPostgres } from '../../../../../scripts/test-postgres.ts';
import { blobContract } from '../../ports/blob.contract.ts';
import { openPostgresBlobs } from './blobs.ts';
import { dropTestDatabase, freshAddress, openTestStore } from './test-store.fixture.ts';

const missing = whyNoPostgres();

describe.skipIf(missing !== undefined)(`on a server${missing === undefined ? '' : `: ${missing}`}`, () => {
  afterAll(dropTestDatabase);

  blobContract('postgres', async () => {
    const address = await freshAddress();
    let opened = await openTestStore(address);
    return {
      blobs: openPostgresBlobs(opened.database),
      async reopen() {
        await opened.store.close();
        opened = await openTestStore(address);
        return openPostgresBlobs(opened.database);
      },
      clean: () => opened.store.close(),
    };
  });
});
