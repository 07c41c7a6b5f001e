/**
 * Expression syntax in data is never evaluated: a text goes through every place that takes data, and comes out as it
 * went in. The definition is the same for all texts, so whatever is evaluated is evaluated of the data.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.ts';
import { type Answer, completed, drive } from '../testing/drive.ts';

/** Texts that an evaluation of any kind would change, and mixtures of them with anything. */
const bait = fc.constantFrom(
  '${ .v }',
  '${ 1 + 1 }',
  '${ "a" | error }',
  '.v',
  '$context',
  '${ $context }',
  '$secrets.key',
  '${ $secrets.key }',
  '"\\(1 + 1)"',
  '{v}',
  '{+v}',
  '{{ v }}',
  '${',
  '}',
  'input',
  '1 + 1',
  'empty',
  '@base64 "x"',
  '#{v}',
  '%{v}',
  'P1D',
  'continue',
  '/do/0/a',
);
const text = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: bait }, { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''));

const definition = (mode: string) => `evaluate: { mode: ${mode} }
use:
  functions:
    same: { input: { from: '{ got: .v }' }, set: { v: '\${ .got }' } }
  extensions:
    - mock: { extend: wait, when: '$task.input.v == .v', before: [{ s: { set: { v: '\${ .v }' }, then: exit } }] }
input: { from: '\${ { v: .v, all: [] } }', schema: { document: { properties: { v: { type: string } } } } }
do:
  - note: { set: { v: '\${ .v }', all: ['\${ .v }'] }, export: { as: '{ kept: .v }' } }
  - context: { set: { v: '\${ $context.kept }', all: '\${ .all + [$context.kept] }' } }
  - wholes: { set: '\${ { v: .v, all: (.all + [$workflow.input.v, $input.v, $task.input.v]) } }' }
  - loop:
      for: { each: x, in: '\${ [.v, { deep: [.v] }] }' }
      do: [{ take: { set: { v: '\${ .v }', all: '\${ .all + [if ($x | type) == "string" then $x else $x.deep[0] end] }' } } }]
  - choice:
      switch: [{ same: { when: '\${ .v == $workflow.input.v }', then: fork } }, { other: { then: lost } }]
  - lost: { set: { v: lost }, then: end }
  - fork:
      fork: { branches: [{ a: { set: '\${ .v }' } }, { b: { set: { v: '\${ .v }' } } }] }
      output: { as: '{ v: $input.v, all: ($input.all + [.[0], .[1].v]) }' }
  - called: { call: same, with: { v: '\${ .v }' }, output: { as: '{ v: .v, all: ($input.all + [.v]) }' } }
  - mocked: { wait: PT0S, output: { as: '{ v: .v, all: ($input.all + [.v]) }' } }
  - raised:
      try:
        - raise: { raise: { error: { type: https://example.com/e, status: 418, title: '\${ .v }', detail: '\${ .v }' } } }
      catch:
        errors: { with: { title: '\${ .v }' } }
        as: e
        do: [{ told: { set: { v: '\${ .v }', all: '\${ .all + [$e.title, $e.detail] }' } } }]
  - said:
      emit: { event: { with: { source: https://example.com/x, type: t, subject: '\${ .v }', data: { v: '\${ .v }' } } } }
      output: { as: '{ v: $input.v, all: ($input.all + [.subject, .data.v]) }' }
  - fetched:
      call: http
      with:
        method: post
        endpoint: 'https://example.com/{v}'
        headers: { x-v: '\${ .v }' }
        query: { v: '\${ .v }' }
        body: { v: '\${ .v }', list: ['\${ .v }'] }
      output: { as: '{ v: $input.v, all: ($input.all + [.v, .deep[0].v]) }' }
  - asked: { call: ask, with: { v: '\${ .v }' }, output: { as: '{ v: $input.v, all: ($input.all + [.v]) }' } }
  - failed:
      try: [{ fail: { call: fail } }]
      catch:
        as: e
        retry: { when: '$e.detail == null', limit: { attempt: { count: 3 } } }
        do: [{ heard: { set: { v: '\${ .v }', all: '\${ .all + [$e.detail] }' } } }]
output: { as: .all }
`;

function through(v: string, mode: string) {
  const answer: Answer = ({ request }) => {
    if (request.type === 'http') return completed({ v, deep: [{ v }] });
    if (request.type === 'function' && request.name === 'ask') return completed({ v });
    const error = { type: 'https://example.com/f', status: 500, title: v, detail: v };
    return { type: 'failed', error };
  };
  return drive(definition(mode), { input: { v } as Json, functions: ['ask', 'fail'], answer });
}

/** What comes in by events and from children, and goes out with credentials and parameters. */
const further = (mode: string) => `evaluate: { mode: ${mode} }
do:
  - heard:
      listen:
        to:
          one: { with: { type: heard, subject: '\${ . }' }, correlate: { v: { from: .data.v, expect: '\${ .v }' } } }
        read: envelope
      foreach: { item: e, do: [{ k: { set: { all: ['\${ $e.data.v }', '\${ $e.subject }'] } } }], export: { as: '{ kept: $e.data.v }' } }
      output: { as: '{ v: $input.v, all: (.[0].all + [$context.kept]) }' }
  - child:
      run: { workflow: { namespace: n, name: '\${ .v }', input: { v: '\${ .v }' } } }
      output: { as: '{ v: $input.v, all: ($input.all + [.v]) }' }
  - timed:
      try: [{ w: { wait: '\${ .v }' } }]
      catch: { do: [{ s: { set: { v: '\${ .v }', all: '\${ .all }' } } }] }
  - asked:
      call: openapi
      with:
        document: { endpoint: https://example.com/d.json }
        operationId: '\${ .v }'
        parameters: { v: '\${ .v }', list: ['\${ .v }'] }
        authentication: { basic: { username: '\${ .v }', password: '\${ .v }' } }
      output: { as: '{ v: $input.v, all: ($input.all + [.v]) }' }
output: { as: .all }
`;

function throughOthers(v: string, mode: string) {
  const driven = drive(further(mode), { input: { v } as Json, answer: () => completed({ v }) });
  driven.publish({ type: 'heard', subject: v, data: { v } });
  const child = driven.facts.findIndex(({ type }) => type === 'child.requested') + 1;
  const definition = { namespace: 'n', name: 'c', version: '1.0.0', digest: 'sha256:1' };
  driven.command({ type: 'child.resolve', child, resolution: { type: 'found', definition } });
  driven.command({ type: 'child.complete', child, outcome: { type: 'completed', output: { v } } });
  return driven.run();
}

describe.each(['strict', 'loose'])('expression syntax in data, in mode %s,', (mode) => {
  it('goes through every place that takes data as it is', () => {
    fc.assert(
      fc.property(text, (v) => {
        const driven = through(v, mode);
        expect(driven.state.error).toBeUndefined();
        expect(driven.state.output).toEqual(new Array(19).fill(v));
        const requests = driven.of('effect.requested').map(({ request }) => request);
        const [http, ask] = requests;
        if (http?.type !== 'http' || ask?.type !== 'function') throw new Error('the calls are recorded');
        expect(http).toMatchObject({ headers: { 'x-v': v }, query: { v }, body: { v, list: [v] } });
        expect(decodeURIComponent(http.uri.slice('https://example.com/'.length))).toBe(v);
        expect(ask.input).toEqual({ v });
        expect(driven.of('effect.requested').every(({ secrets }) => secrets === undefined)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('comes from events and children, and goes to them and with credentials, as it is', () => {
    fc.assert(
      fc.property(text, (v) => {
        const driven = throughOthers(v, mode);
        expect(driven.state.error).toBeUndefined();
        expect(driven.state.output).toEqual(new Array(5).fill(v));
        expect(driven.of('event.consumed')).toMatchObject([{ event: { subject: v, data: { v } } }]);
        expect(driven.of('child.requested')).toMatchObject([{ workflow: { name: v }, input: { v } }]);
        const [asked] = driven.of('effect.requested');
        expect(asked?.request).toMatchObject({
          operationId: v,
          parameters: { v, list: [v] },
          authentication: { scheme: 'basic', username: v, password: v },
        });
        expect(asked?.secrets).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});
