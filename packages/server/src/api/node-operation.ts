import { missingRoles } from '@millrace/core';
import { Type } from 'typebox';
import { defineOperation } from './operation.ts';
import { nodeSchema } from './schemas.ts';

export const nodeOperation = defineOperation({
  name: 'listNodes',
  summary: 'The processes on the store',
  description:
    'Each process writes itself down every 5 s, and leaves when it ends; one that was not heard of is silent, and forgotten after a minute. `missingRoles` are those that no running process has: what is theirs to do waits.',
  tag: 'server',
  permission: 'metrics:read',
  method: 'GET',
  path: '/api/v1/nodes',
  responses: [
    {
      status: 200,
      description: 'Those that started first first.',
      content: {
        'application/json': Type.Object({
          items: Type.Array(nodeSchema),
          missingRoles: Type.Array(Type.String()),
        }),
      },
      example: {
        items: [
          {
            id: '019ab3c2-7d10-7c4e-9a53-6b1f0c2d3e4f',
            version: '0.1.0',
            factSchema: 2,
            roles: ['worker', 'executor'],
            host: 'host-1',
            pid: 4711,
            startedAt: '2026-11-21T10:00:00.000Z',
            lastSeen: '2026-11-21T10:01:30.000Z',
            state: 'running',
            load: { executionsInMemory: 12, effectsRunning: 3, effectsMax: 256, lagMs: 0 },
            limits: { 'task:call:http': 20 },
          },
        ],
        missingRoles: ['timer', 'events'],
      },
    },
  ],
  problems: [],
  handler: async ({ engine }, { tenant }) => {
    const items = await engine.nodes(tenant);
    return { type: 'json', status: 200, body: { items, missingRoles: missingRoles(items) } };
  },
});
