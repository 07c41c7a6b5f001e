import { describe, expect, it } from 'vitest';
import { seldom } from './seldom.ts';

function harness() {
  let now = 0;
  const asked: { readonly key: string; end(answer: string): void; fail(): void }[] = [];
  const ask = seldom(
    (key: string) =>
      new Promise<string>((resolve, reject) => {
        asked.push({ key, end: resolve, fail: () => reject(new Error('lost')) });
      }),
    { slowMs: 1_000, restFactor: 20, keptMsMax: 60_000, elapsed: () => now },
  );
  return { ask, asked, pass: (ms: number) => (now += ms) };
}

describe('a question that is asked seldom', () => {
  it('is asked each time while answers come soon', async () => {
    const { ask, asked, pass } = harness();
    for (const answer of ['one', 'two']) {
      const told = ask('a');
      pass(999);
      asked.at(-1)?.end(answer);
      expect(await told).toBe(answer);
    }
  });

  it('that took 2 s is answered from before for 40 s, and then asked anew', async () => {
    const { ask, asked, pass } = harness();
    const first = ask('a');
    pass(2_000);
    asked[0]?.end('one');
    await first;
    pass(39_999);
    expect(await ask('a')).toBe('one');
    expect(asked).toHaveLength(1);
    pass(1);
    void ask('a');
    expect(asked).toHaveLength(2);
  });

  it('is never answered from before for longer than its bound', async () => {
    const { ask, asked, pass } = harness();
    const first = ask('a');
    pass(10_000);
    asked[0]?.end('one');
    await first;
    pass(60_000);
    void ask('a');
    expect(asked).toHaveLength(2);
  });

  it('that is under way for long is waited for by whoever asks the same', async () => {
    const { ask, asked, pass } = harness();
    void ask('a');
    void ask('a');
    pass(1_000);
    const third = ask('a');
    asked[1]?.end('two');
    expect(await third).toBe('two');
    expect(asked).toHaveLength(2);
  });

  it('is asked anew after an error, and for another key', async () => {
    const { ask, asked, pass } = harness();
    const first = ask('a');
    pass(5_000);
    asked[0]?.fail();
    await expect(first).rejects.toThrow('lost');
    void ask('a');
    void ask('b');
    expect(asked.map(({ key }) => key)).toEqual(['a', 'a', 'b']);
  });
});
