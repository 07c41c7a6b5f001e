import { expect, test } from 'vitest';
import type { NodeView } from '../model/views.ts';
import { differingLimits } from './differing-limits.ts';

const node = (limits: NodeView['limits'], parts: Partial<NodeView> = {}): NodeView => ({
  ...{ id: 'n', version: '1.0.0', factSchema: 1, roles: ['worker', 'executor'], host: 'h', pid: 1 },
  ...{ startedAt: '', lastSeen: '', state: 'running' },
  load: { executionsInMemory: 0, effectsRunning: 0, effectsMax: 1, lagMs: 0 },
  ...(limits === undefined ? {} : { limits }),
  ...parts,
});

const differing = (...nodes: readonly NodeView[]) => differingLimits(nodes).map(({ limit }) => limit);

test('a limit that one process was told and another was not, or with another number, differs', () => {
  const one = node({ 'task:call:http': 2, 'workflow:a/b': 1, 'task:call:mail': 3 });
  const two = node({ 'task:call:http': 2, 'workflow:a/b': 4 });
  expect(differing(one, two)).toEqual(['task:call:mail', 'workflow:a/b']);
  expect(differingLimits([one, two])[0]?.told.map(({ places }) => places)).toEqual([3, undefined]);
  expect(differing(one, node({}))).toHaveLength(3);
});

test('alone, alike, and beside a process that claims nothing, ends, or does not say, none does', () => {
  const one = node({ 'task:call:http': 2 });
  expect(differing(one)).toEqual([]);
  expect(differing(one, one)).toEqual([]);
  expect(differing(one, node({}, { roles: ['api', 'timer'] }))).toEqual([]);
  expect(differing(node({ 'workflow:a/b': 1 }), node({}, { roles: ['executor'] }))).toEqual([]);
  expect(differing(one, node({}, { state: 'draining' }))).toEqual([]);
  expect(differing(one, node(undefined))).toEqual([]);
});
