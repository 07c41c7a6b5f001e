import { describe, expect, it } from 'vitest';
import { plainRedactor } from './redactor.ts';
import { parseContent } from './response-content.ts';

const parse = (text: string) =>
  parseContent(
    {
      type: 'response',
      status: 200,
      statusText: 'OK',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(text),
    },
    plainRedactor,
  );

describe('a response that says it is JSON', () => {
  it('may hold one string of many megabytes', () => {
    const text = 'tea \\" [{ '.repeat(2_000_000);
    expect((parse(JSON.stringify({ text })) as { text: string }).text).toHaveLength(text.length);
  });

  it('is refused when it is nested too deep, whatever its strings say', () => {
    const nested = (depth: number, core: string) => `${'['.repeat(depth)}${core}${']'.repeat(depth)}`;
    expect(parse(nested(1_000, JSON.stringify('[[\\"[['.repeat(300))))).toBeInstanceOf(Array);
    expect(() => parse(nested(1_001, '"]]]]"'))).toThrow('nested deeper than 1000 levels');
  });
});
