import { expect, it } from 'vitest';
import { formatDuration, parseBytesText, parseDurationText } from './quantity.ts';

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1_500],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['250', 250],
  ['PT30S', 30_000],
  ['PT0.25S', 250],
  ['P1DT2H', 93_600_000],
  ['P1W', 604_800_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationText(text)).toBe(ms);
});

it.each(['', 's', '30 s', '-5s', '30x', 'P', 'PT', 'P1Y', 'P1M', '1e3s', 'PT1H30', '9'.repeat(400)])(
  '"%s" is no duration',
  (text) => {
    expect(parseDurationText(text)).toBeUndefined();
  },
);

it.each([
  ['65536', 65_536],
  ['64KiB', 65_536],
  ['10mib', 10_485_760],
  ['1.5 GB', 1_500_000_000],
])('%s is %d bytes', (text, bytes) => {
  expect(parseBytesText(text)).toBe(bytes);
});

it.each(['', 'x', '10 miles', '-1', '1e9'])('"%s" is no size', (text) => {
  expect(parseBytesText(text)).toBeUndefined();
});

it.each([
  [86_400_000, '24 h'],
  [172_800_000, '2 d'],
  [2_160_000_000, '25 d'],
])('%d ms are shown as %s: a long time in days', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
