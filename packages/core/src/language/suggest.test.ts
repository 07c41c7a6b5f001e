import { describe, expect, it } from 'vitest';
import { didYouMean, suggest } from './suggest.ts';

describe('suggest', () => {
  it.each([
    ['cal', ['call', 'do', 'set'], 'call'],
    ['endpont', ['method', 'endpoint'], 'endpoint'],
    ['swtich', ['set', 'switch'], 'switch'],
    ['Export', ['export'], 'export'],
    ['operation_id', ['operationId'], 'operationId'],
    ['wiht', ['with', 'while'], 'with'],
  ])('%s among %j means %s', (word, candidates, meant) => {
    expect(suggest(word, candidates)).toBe(meant);
  });

  it.each([
    ['b', ['a', 't']],
    ['body', ['raw', 'content']],
    ['description', ['dsl', 'summary', 'title']],
    ['x'.repeat(100_000), ['x'.repeat(99_999)]],
  ])('%.20s among %j means nothing', (word, candidates) => {
    expect(suggest(word, candidates)).toBeUndefined();
  });

  it('ends a sentence, or leaves it as it is', () => {
    expect(didYouMean('contxt', ['context'], '$')).toBe("; did you mean '$context'?");
    expect(didYouMean('nothing', ['context'])).toBe('');
  });
});
