import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  createTestDatabase,
  type TestDatabase,
  whyNoPostgres,
} from '../../../../../scripts/test-postgres.ts';
import { createEngine } from '../../embedded.ts';

const missing = whyNoPostgres();
const head = { dsl: '1.0.0', namespace: 'tests', version: '1.0.0' };
const definition = {
  document: { ...head, name: 'shared' },
  do: [{ double: { call: 'double', with: { n: '${ .n }' } } }, { rest: { wait: { milliseconds: 20 } } }],
};

describe.skipIf(missing !== undefined)(`on PostgreSQL${missing === undefined ? '' : `: ${missing}`}`, () => {
  let database: Promise<TestDatabase> | undefined;
  afterAll(async () => (await database)?.drop());

  async function open() {
    database ??= createTestDatabase();
    const engine = await createEngine({
      store: (await database).url,
      connectionsMax: 6,
      functions: { double: (input) => ({ n: Number((input as { n: number }).n) * 2 }) },
    });
    onTestFinished(() => engine.close());
    return engine;
  }

  it('two engines on one database run side by side, and each shows what the other did', async () => {
    const engines = await Promise.all([open(), open()]);
    const runs = Array.from({ length: 40 }, async (_, n) => {
      const [mine, other] = n % 2 === 0 ? engines : engines.toReversed();
      const execution = await mine?.run({ definition, input: { n } });
      expect(execution).toMatchObject({ status: 'completed', output: { n: n * 2 } });
      expect(await other?.execution(execution?.id ?? '')).toMatchObject({ output: { n: n * 2 } });
    });
    await Promise.all(runs);
  });

  it('an engine cancels what another one runs', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const long = { document: { ...head, name: 'long' }, do: [{ rest: { wait: { hours: 1 } } }] };
    const { execution } = await one.start({ definition: long });
    const ended = one.wait(execution.id, 15_000);
    expect((await other.cancel(execution.id)).status).toBe('cancelled');
    expect((await ended).status).toBe('cancelled');
  });

  it('a store of no known form is refused without its password', async () => {
    const refused = createEngine({ store: 'mysql://user:secret@host/name' });
    await expect(refused).rejects.toThrow('but found "mysql://user:***@host/name"');
  });
});
