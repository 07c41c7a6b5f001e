import type { Json } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Secrets } from './secrets.ts';

export interface SecretsHarness {
  readonly secrets: Secrets;
  clean(): Promise<void>;
}

/** What every secrets driver keeps to. `open` gives one that holds these for the tenant `default`, and no more. */
export function secretsContract(
  name: string,
  open: (held: Readonly<Record<string, Json>>) => Promise<SecretsHarness>,
): void {
  describe(`secrets: ${name}`, () => {
    const harnesses: SecretsHarness[] = [];
    const start = async (held: Readonly<Record<string, Json>>) => {
      const harness = await open(held);
      harnesses.push(harness);
      return harness.secrets;
    };
    afterEach(async () => {
      for (const harness of harnesses.splice(0)) await harness.clean();
    });

    test.each<[string, Json]>([
      ['a string', 's3cret'],
      ['a string that looks like a number', '0123'],
      ['an object of credentials', { username: 'u', password: 'p"\\' }],
      ['a list', ['a', 'b']],
    ])('%s is answered as it is held', async (_, value) => {
      const secrets = await start({ petstore: value });
      expect(await secrets.get('default', 'petstore')).toEqual(value);
    });

    test('a name that is not held is absent, members of objects included', async () => {
      const secrets = await start({ petstore: 'x' });
      for (const absent of ['other', 'toString', '__proto__', 'constructor', '']) {
        expect(await secrets.get('default', absent)).toBeUndefined();
      }
    });

    test('a name with dots and dashes is found', async () => {
      const secrets = await start({ 'petstore.login-v2': 'x' });
      expect(await secrets.get('default', 'petstore.login-v2')).toBe('x');
    });

    test('the secrets of one tenant are absent for another', async () => {
      const secrets = await start({ petstore: 'x' });
      expect(await secrets.get('other', 'petstore')).toBeUndefined();
    });

    test('the description shows no value', async () => {
      const secrets = await start({ petstore: 'hidden-value' });
      expect(secrets.description).not.toContain('hidden-value');
    });
  });
}
