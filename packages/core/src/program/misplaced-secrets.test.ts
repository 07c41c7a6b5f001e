import { expect, it } from 'vitest';
import { parse } from '../language/parse.ts';
import { lower } from './lower.ts';
import { misplacedSecrets } from './misplaced-secrets.ts';

function pointersIn(text: string, use = 'use: { secrets: [key] }'): readonly string[] {
  const parsed = parse(
    `document: { dsl: '1.0.3', namespace: n, name: w, version: '1.0.0' }\n${use}\n${text}`,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return misplacedSecrets(lower(parsed.workflow), parsed.source).map(({ pointer }) => pointer);
}

it.each([
  ['do: [{ a: { if: $secrets.key != null, set: { x: 1 } } }]', ['/do/0/a/if']],
  ["input: { from: '{ k: $secrets.key }' }\ndo: []", ['/input/from']],
  ["do: [{ a: { set: { x: 1 }, output: { as: '{ k: $secrets.key }' } } }]", ['/do/0/a/output/as']],
  ["do: [{ a: { set: { x: 'Bearer ${ $secrets.key }' } } }]", ['/do/0/a/set/x']],
  [
    "do: [{ l: { for: { in: '[1]' }, do: [{ w: { wait: '${ $secrets.key }' } }] } }]",
    ['/do/0/l/do/0/w/wait'],
  ],
  ['do: [{ t: { try: [], catch: { when: $secrets.key == 1, do: [] } } }]', ['/do/0/t/catch/when']],
  [
    "do: [{ e: { emit: { event: { with: { type: t, data: '${ $secrets.key }' } } } } }]",
    ['/do/0/e/emit/event/with/data'],
  ],
])('a secret in %s is where it would be recorded', (text, pointers) => {
  expect(pointersIn(text)).toEqual(pointers);
});

it('a secret in the arguments of a function of the definition is, and in the tasks of an extension, told once', () => {
  const text = `do: [{ c: { call: f, with: { k: '\${ $secrets.key }' } } }, { s: { set: { z: 1 } } }, { t: { set: { z: 2 } } }]`;
  const functions = 'functions: { f: { set: { x: 1 } } }';
  const extensions = `extensions: [{ e: { extend: set, before: [{ b: { set: { y: '\${ $secrets.key }' } } }] } }]`;
  const use = `use: { secrets: [key], ${functions}, ${extensions} }`;
  expect(pointersIn(text, use)).toEqual(['/use/extensions/0/e/before/0/b/set/y', '/do/0/c/with/k']);
});

it('a secret in the arguments of a call to a service, and a text that is none, are as they should be', () => {
  const call =
    "call: http, with: { method: get, endpoint: { uri: 'https://example.com', authentication: { bearer: { token: '${ $secrets.key }' } } }, headers: { k: '${ $secrets.key }' }, body: 'k=${ $secrets.key }' }";
  expect(pointersIn(`do: [{ a: { ${call} } }, { b: { set: { text: $secrets.key } } }]`)).toEqual([]);
});
