import { expect, it } from 'vitest';
import { MillraceError } from '../errors.ts';
import { type Entry, neverDue, type Store } from '../ports/store.ts';
import { openHarness, step, workflow } from './test-support/harness.ts';

const definition = workflow([step]);

function grants(entries: readonly Entry[]): boolean {
  return entries.some(({ wakeUps }) =>
    wakeUps.some(
      (change) => change.type === 'put' && change.row.kind === 'place' && change.row.due === neverDue,
    ),
  );
}

it('an execution of which nobody knows whether its place was granted keeps it: no other is given that place', async () => {
  const late: (() => Promise<unknown>)[] = [];
  const around = (store: Store): Store => ({
    ...store,
    async commit(entries) {
      if (late.length > 0 || !grants(entries)) return store.commit(entries);
      // The way to the store is lost, and what was sent arrives after all.
      late.push(() => store.commit(entries));
      throw new MillraceError('unavailable', 'the answer was lost', { reason: 'outcome-unknown' });
    },
  });
  const { runtime, advance } = openHarness({
    around,
    placesMax: { 'workflow:tests/counted': 1 },
    leaseMs: 5_000,
    sweepMs: 100,
    perform: () => new Promise(() => {}),
  });
  runtime.start();
  const statuses = async () => [
    (await runtime.engine.execution('default', 'a'))?.status,
    (await runtime.engine.execution('default', 'b'))?.status,
  ];
  for (const id of ['a', 'b']) {
    const started = runtime.engine.start('default', { definition, input: { n: 1 }, id });
    await advance(10);
    await started;
  }
  await advance(2_000);
  expect(late).toHaveLength(1);
  expect(await statuses()).toEqual(['pending', 'pending']);
  await late[0]?.();
  await advance(10_000);
  expect(await statuses()).toEqual(['running', 'pending']);
});
