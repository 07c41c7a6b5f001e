import { describe, expect, it } from 'vitest';
import { createFrameReader } from '../api/frames.ts';
import { addScrape, rates } from '../system/history.ts';
import { compareVersions } from '../workflow/groups.ts';
import { formatBytes, formatDuration } from './duration.ts';
import { printJson } from './json-text.ts';
import { byLabel, parseMetrics, quantileOf, sampleOf } from './metrics.ts';
import { tokensOf } from './tokens.ts';

describe('durations and sizes', () => {
  it('are told in two units at most', () => {
    const told = [0, 999, 1_000, 1_240, 59_900, 60_000, 200_000, 7_500_000, 273_600_000].map(formatDuration);
    expect(told).toEqual([
      '0 ms',
      '999 ms',
      '1 s',
      '1.2 s',
      '60 s',
      '1 min',
      '3 min 20 s',
      '2 h 5 min',
      '3 d 4 h',
    ]);
    expect([0, 1_536, 5 * 1024 ** 3].map(formatBytes)).toEqual(['0 B', '1.5 KiB', '5 GiB']);
  });
});

describe('JSON as text', () => {
  it('of a short value is what JSON.stringify prints', () => {
    for (const value of [null, 1, 'a"b', [], {}, [1, [2, { a: [] }]], { a: { b: [true, null] }, c: 'x' }])
      expect(printJson(value, 10_000)).toEqual({ text: JSON.stringify(value, null, 2), cut: false });
  });

  it('of a long value stops where it is told to, and says so', () => {
    const endless = Array.from({ length: 1_000_000 }, (_, n) => n);
    const { text, cut } = printJson(endless, 100);
    expect([text.length, cut]).toEqual([100, true]);
    expect(JSON.stringify(endless, null, 2).startsWith(text)).toBe(true);
    expect(printJson('x'.repeat(10_000_000), 50).text).toHaveLength(50);
  });

  it('of a value that is nested without end does not exhaust the stack', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
    expect(printJson(deep as [], 1_000).cut).toBe(true);
  });
});

describe('colours of a line', () => {
  it('put together the tokens are the line, whatever it is', () => {
    for (const line of [
      '  - a: "b: c" # d',
      'x: ${ .a | {b: "c"} }',
      '{"a": [1, -2.5e3, true]}',
      ':::',
      "'",
      '  ',
      '- - é: \u{1F600}',
      '${',
    ])
      expect(
        tokensOf(line)
          .map(({ text }) => text)
          .join(''),
      ).toBe(line);
  });

  it('keys, strings, numbers and expressions differ', () => {
    const kinds = (line: string) =>
      tokensOf(line)
        .filter(({ text }) => text.trim() !== '')
        .map(({ kind }) => kind);
    expect(kinds('  count: 12')).toEqual(['key', 'mark', 'number']);
    expect(kinds("- name: 'Ada'")).toEqual(['mark', 'key', 'mark', 'string']);
    expect(kinds('a: ${ .x }')).toEqual(['key', 'mark', 'expression']);
    expect(kinds('"a": "b",')).toEqual(['key', 'mark', 'string', 'mark']);
  });
});

const scraped = `# HELP a b
millrace_orphans 0
millrace_executions{status="completed"} 5
millrace_executions{status="faulted"} 2
odd{name="a \\"b\\", c"} 1
time_bucket{le="0.1",operation="x"} 90
time_bucket{le="1",operation="x"} 95
time_bucket{le="+Inf",operation="x"} 100
`;

describe('figures of the server', () => {
  it('are read with their labels', () => {
    const samples = parseMetrics(scraped);
    expect(sampleOf(samples, 'millrace_orphans')).toBe(0);
    expect(sampleOf(samples, 'nothing')).toBeUndefined();
    expect(byLabel(samples, 'millrace_executions', 'status')).toEqual({ completed: 5, faulted: 2 });
    expect(byLabel(samples, 'odd', 'name')).toEqual({ 'a "b", c': 1 });
  });

  it('a quantile is the bound of the bucket that reaches it', () => {
    const samples = parseMetrics(scraped);
    expect(quantileOf(samples, 'time', 0.5)).toBe(0.1);
    expect(quantileOf(samples, 'time', 0.95)).toBe(1);
    expect(quantileOf(samples, 'time', 0.99)).toBe(Number.POSITIVE_INFINITY);
    expect(quantileOf(samples, 'other', 0.5)).toBeUndefined();
  });

  it('rates begin anew when the server was restarted', () => {
    const gauges = { memory: 1, loopDelay: 0, effects: 0, inMemory: 0 };
    const scrape = (at: number, commits: number) => ({ at, totals: { commits, requests: 0 }, gauges });
    const history = [scrape(1_000, 10), scrape(3_000, 30)].reduce(
      addScrape,
      [] as ReturnType<typeof addScrape>,
    );
    expect(rates(history, 'commits')).toEqual([10]);
    expect(addScrape(history, scrape(5_000, 2))).toEqual([scrape(5_000, 2)]);
  });
});

describe('server-sent events', () => {
  it('are the same however the stream is cut', () => {
    const text =
      'retry: 1000\n\n: alive\n\nid: 1\nevent: a\ndata: {"x":1}\n\nid: 2\r\ndata: y\r\ndata: z\r\n\r\nid: 3\ndata: cut';
    const whole = createFrameReader()(text);
    expect(whole).toEqual([
      { id: '1', event: 'a', data: '{"x":1}' },
      { id: '2', data: 'y\nz' },
    ]);
    const read = createFrameReader();
    expect([...text].flatMap((char) => read(char))).toEqual(whole);
  });
});

describe('versions', () => {
  it('are ordered as semantic versioning has it', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.2.0',
      '1.10.0',
      '2.0.0',
    ];
    expect(ordered.toReversed().sort(compareVersions)).toEqual(ordered);
  });
});
