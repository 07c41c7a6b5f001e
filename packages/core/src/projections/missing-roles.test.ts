import { expect, test } from 'vitest';
import type { NodeView } from '../model/views.ts';
import { missingRoles } from './missing-roles.ts';

const node = (roles: readonly string[], state: NodeView['state'] = 'running'): NodeView => ({
  ...{
    id: 'n',
    version: '1.0.0',
    factSchema: 1,
    roles,
    host: 'h',
    pid: 1,
    startedAt: '',
    lastSeen: '',
    state,
  },
  load: { executionsInMemory: 0, effectsRunning: 0, effectsMax: 1, lagMs: 0 },
});

test('a role is missing when no process has it, and the api never is', () => {
  expect(missingRoles([node(['api', 'worker']), node(['executor', 'timer'])])).toEqual(['events']);
  expect(missingRoles([node(['worker']), node(['executor', 'timer', 'events'])])).toEqual([]);
  expect(missingRoles([])).toEqual(['worker', 'executor', 'timer', 'events']);
});

test('a process that ends or is silent does not count, and a role that nobody knows does no harm', () => {
  const all = node(['worker', 'executor', 'timer']);
  expect(missingRoles([all, node(['events'], 'draining')])).toEqual(['events']);
  expect(missingRoles([all, node(['events'], 'silent')])).toEqual(['events']);
  expect(missingRoles([all, node(['events'], 'silent'), node(['events', 'later'])])).toEqual([]);
});
