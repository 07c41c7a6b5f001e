import { expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from './logger.ts';

function capture(options: LoggerOptions = {}) {
  const lines: string[] = [];
  return { log: createLogger({ write: (line) => lines.push(line), now: () => 0, ...options }), lines };
}

it('writes one JSON object a line', () => {
  const { log, lines } = capture();
  log.info('started', { port: 1 });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"started","port":1}\n',
  ]);
});

it('leaves out what is less important than its level', () => {
  const { log, lines } = capture({ level: 'warn' });
  log.info('no');
  log.warn('yes');
  expect(lines).toHaveLength(1);
  expect(log.isEnabled('debug')).toBe(false);
});

it.each(['json', 'text'] as const)('never writes what stands under the name of a secret (%s)', (format) => {
  const { log, lines } = capture({ format });
  log.info('call', {
    headers: { Authorization: 'Bearer hush', 'X-API-Key': 'hush' },
    apiKeys: ['hush'],
    nested: { password: 'hush' },
  });
  expect(lines.join()).not.toContain('hush');
});

it('writes an error with its code and its cause', () => {
  const { log, lines } = capture();
  log.error('broken', {
    error: Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E1' }),
  });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    error: { message: 'outer', code: 'E1', cause: { message: 'inner' } },
  });
});

it('keeps a forged line break within its line', () => {
  const { log, lines } = capture({ format: 'text' });
  log.info('path\nERROR forged', { path: 'a\nb' });
  expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
});

it('survives a value that goes round in a circle', () => {
  const { log, lines } = capture();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  log.info('round', { circle, big: 10n });
  expect(lines).toHaveLength(1);
});

it('gives the fields of a child logger with each of its entries', () => {
  const { log, lines } = capture({ format: 'text' });
  log.child({ execution: 'e1' }).warn('late', { ms: 5 });
  expect(lines[0]).toBe('00:00:00.000 WARN  late execution=e1 ms=5\n');
});
