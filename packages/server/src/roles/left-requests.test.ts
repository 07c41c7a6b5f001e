import type { EffectRequested } from '@millrace/core';
import { expect, it } from 'vitest';
import { LeftRequests } from './left-requests.ts';

const mebibyte = 1024 * 1024;

function asking(text: string): EffectRequested {
  return {
    type: 'effect.requested',
    task: '/do/0/a',
    request: { type: 'function', name: 'step', input: text },
  };
}

it('a request is given once, to the tenant whose it is', () => {
  const left = new LeftRequests();
  left.keep({ tenant: 'a', row: 'x/3', fact: asking('one') });
  expect(left.take('b', 'x/3')).toBeUndefined();
  expect(left.take('a', 'x/3')).toEqual(asking('one'));
  expect(left.take('a', 'x/3')).toBeUndefined();
});

it('of more than 20,000 requests those left longest are forgotten', () => {
  const left = new LeftRequests();
  for (let n = 0; n < 20_010; n++) left.keep({ tenant: 'a', row: `x/${n}`, fact: asking('') });
  expect(left.size).toBe(20_000);
  expect(left.take('a', 'x/9')).toBeUndefined();
  expect(left.take('a', 'x/10')).toBeDefined();
});

it('no more than 32 MiB of them are kept, also when one comes again', () => {
  const left = new LeftRequests();
  const large = asking('x'.repeat(5 * mebibyte));
  for (let n = 0; n < 10; n++) left.keep({ tenant: 'a', row: 'x/1', fact: large });
  expect(left.size).toBe(1);
  for (let n = 0; n < 10; n++) left.keep({ tenant: 'a', row: `y/${n}`, fact: large });
  expect(left.size).toBe(6);
  expect(left.take('a', 'y/9')).toBe(large);
  left.keep({ tenant: 'a', row: 'z/1', fact: large });
  expect(left.size).toBe(6);
});
