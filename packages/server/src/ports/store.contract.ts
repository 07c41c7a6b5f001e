import { describe } from 'vitest';
import { commitContract } from './commit.contract.ts';
import { ledgerContract } from './ledger.contract.ts';
import { limitsContract } from './limits.contract.ts';
import { listenerContract } from './listener.contract.ts';
import { queryContract } from './query.contract.ts';
import type { OpenStore } from './store-fixture.contract.ts';
import { turnsContract } from './turns.contract.ts';

/** What every store driver keeps to. `open` gives an empty store whose clock stands at 1,000,000. */
export function storeContract(name: string, open: OpenStore): void {
  describe(`store: ${name}`, () => {
    commitContract(open);
    ledgerContract(open);
    turnsContract(open);
    limitsContract(open);
    listenerContract(open);
    queryContract(open);
  });
}
