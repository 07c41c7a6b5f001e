import { describe, expect, it } from 'vitest';
import { compareVersions } from './versions.ts';

const ordered = [
  '0.9.0',
  '0.10.0',
  '1.0.0-1',
  '1.0.0-rc.2',
  '1.0.0-rc.10',
  '1.0.0',
  '1.9.0',
  '2.0.0-rc.1',
  '2.0.0',
];

describe('the latest version', () => {
  it('is the highest by semantic versions, a pre-release of a later one included', () => {
    expect(ordered.toReversed().sort(compareVersions)).toEqual(ordered);
    expect(['2.0.0-rc.1', '1.9.0'].sort(compareVersions).at(-1)).toBe('2.0.0-rc.1');
  });

  it('of two that differ in their build only is the same whatever order a store lists them in', () => {
    const builds = ['1.0.0+a-1', '1.0.0+b', '1.0.1'];
    expect(['1.0.1', '1.0.0+b', '1.0.0+a-1'].sort(compareVersions)).toEqual(builds);
    expect(['1.0.0+a-1', '1.0.1', '1.0.0+b'].sort(compareVersions)).toEqual(builds);
  });
});
