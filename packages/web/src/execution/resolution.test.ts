import { describe, expect, it } from 'vitest';
import { readResolution } from './resolution.ts';

const typed = { output: '{"paid": true}', detail: ' not paid ', reason: ' seen at the bank ' };

describe('what became of an effect in doubt', () => {
  it('done says what it gave, failed what went wrong, again neither', () => {
    const reason = 'seen at the bank';
    const read = (['done', 'failed', 'again'] as const).map((as) => readResolution({ as, ...typed }));
    expect(read).toEqual([
      { ok: true, resolution: { as: 'done', output: { paid: true }, reason } },
      { ok: true, resolution: { as: 'failed', error: { detail: 'not paid' }, reason } },
      { ok: true, resolution: { as: 'again', reason } },
    ]);
  });

  it('empty texts are left out', () => {
    const empty = { output: 'null', detail: ' ', reason: '' };
    expect(readResolution({ as: 'failed', ...empty })).toEqual({ ok: true, resolution: { as: 'failed' } });
  });

  it('an output that is no JSON is not sent', () => {
    expect(readResolution({ as: 'done', ...typed, output: '{' })).toEqual({
      ok: false,
      problem: expect.stringContaining('JSON'),
    });
  });
});
