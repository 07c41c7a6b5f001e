/** Kinds of workflow that decide much at once, keep what is large, or are steered from outside while they run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../support/api.ts';
import type { Kind } from './mixed-kinds.ts';

/** Published as those of `mixedKinds` are, and of the same namespace. */
export const steeredKinds: readonly Kind[] = [
  {
    name: 'decides',
    output: { sum: 10, caught: 400, way: 'odd' },
    definition: `${document('decides')}
do:
  - begin: { set: { sum: 0 } }
  - add:
      for: { each: n, in: '[range(5)]' }
      do:
        - one: { set: '\${ .sum += $n }' }
  - fail:
      try:
        - raised: { raise: { error: { type: 'https://example.com/errors/bad', status: 400, title: bad } } }
      catch:
        as: error
        do:
          - caught: { set: '\${ . + { caught: $error.status } }' }
  - which: { switch: [{ odd: { when: '.caught == 400', then: odd } }, { other: { then: end } }] }
  - skipped: { set: { sum: -1 } }
  - odd: { set: '\${ . + { way: "odd" } }' }
`,
  },
  {
    name: 'keeps',
    output: 300_000,
    definition: `${document('keeps')}
do:
  - much: { set: { text: '\${ "abc" * 100000 }' } }
  - pause: { wait: { milliseconds: 100 } }
  - size: { set: '\${ .text | length }' }
`,
  },
  {
    name: 'is-cancelled',
    status: 'cancelled',
    output: undefined,
    definition: `${document('is-cancelled')}
do:
  - pause: { wait: { hours: 1 } }
`,
    steer: (api, id) => change(api, id, 'cancel'),
  },
  {
    name: 'is-suspended',
    output: { n: 1 },
    definition: `${document('is-suspended')}
do:
  - pause: { wait: { milliseconds: 400 } }
  - said: { set: { n: 1 } }
`,
    steer: async (api, id) => {
      await change(api, id, 'suspend');
      await sleep(150);
      await change(api, id, 'resume');
    },
  },
  {
    name: 'is-told',
    output: 'something',
    definition: `${document('is-told')}
do:
  - pause: { wait: { milliseconds: 150 } }
  - hear:
      listen:
        to:
          one: { with: { type: crash.something }, correlate: { of: { from: .data.of, expect: '\${ $workflow.id }' } } }
      output: { as: '.[0].said' }
`,
    steer: async (api, id) => {
      const data = { of: id, said: 'something' };
      const event = {
        specversion: '1.0',
        source: 'urn:crash',
        type: 'crash.something',
        id: `to-${id}`,
        data,
      };
      await expectStatus(api.call('POST', '/api/v1/events', event), [202]);
    },
  },
];

function document(name: string): string {
  return `document: { dsl: '1.0.3', namespace: crash, name: ${name}, version: '1.0.0' }\n`;
}

/** What has ended meanwhile, or was asked for already, is no failure: how it ends is looked at later. */
async function change(api: Api, id: string, verb: 'cancel' | 'suspend' | 'resume'): Promise<void> {
  await expectStatus(api.call('POST', `/api/v1/executions/${id}/${verb}`), [200, 409]);
}

async function expectStatus(
  answer: Promise<{ readonly status: number; readonly body: unknown }>,
  wanted: readonly number[],
): Promise<void> {
  const { status, body } = await answer;
  if (!wanted.includes(status)) throw new Error(`answered with ${status}: ${JSON.stringify(body)}`);
}
