import { expect, it } from 'vitest';
import { noteServerTime, serverNow } from './server-time.ts';

const told = (time: string) => new Headers({ 'millrace-time': time });

it('times are by the clock of the server when it is another', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  noteServerTime(told('2026-03-01T00:00:00Z'), now);
  expect(serverNow(now + 500)).toBe(Date.parse('2026-03-01T00:00:00.500Z'));
  noteServerTime(new Headers(), now);
  expect(serverNow(now)).toBe(Date.parse('2026-03-01T00:00:00Z'));
});

it('what an answer takes on its way changes no time', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  noteServerTime(told('2025-12-31T23:59:59.700Z'), now);
  expect(serverNow(now)).toBe(now);
});
