/** The programs that the READMEs of the packages show. */
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
});

async function printedBy(load: () => Promise<unknown>): Promise<unknown[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await load();
  return log.mock.calls.flat();
}

describe('a program that uses a package by itself', () => {
  it('computes with jq', async () => {
    expect(await printedBy(() => import('./total.ts'))).toEqual([11]);
  });

  it('decides with the core', async () => {
    expect(await printedBy(() => import('./decide.ts'))).toEqual([
      'execution.started, task.started, wait.started',
    ]);
  });
});
