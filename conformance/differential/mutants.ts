/** Definitions changed at random: what a slip, a wrong type or a misplaced part makes of a definition. */
import type { Value } from '../runtime.ts';
import { isRecord } from '../steps/values.ts';

export type Draw = (below: number) => number;

/** The same seed draws the same definitions. */
export function* mutants(corpus: readonly Value[], seed: number): Generator<Value> {
  const draw = drawFrom(seed);
  const parts = corpus.flatMap((definition) => [...partsOf(definition)]);
  for (;;) {
    let definition = corpus[draw(corpus.length)] ?? null;
    for (let changes = 1 + draw(2); changes > 0; changes--) definition = change(definition, draw, parts);
    yield definition;
  }
}

/** mulberry32 */
function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Goes down at random, and changes what it comes to. */
function change(value: Value, draw: Draw, parts: readonly Value[]): Value {
  const keys = isRecord(value) ? Object.keys(value) : Array.isArray(value) ? [...value.keys()] : [];
  if (keys.length === 0 || draw(6) === 0) return another(value, draw, parts);
  const key = keys[draw(keys.length)] ?? 0;
  const kind = draw(14);
  if (isRecord(value)) return changeMember(value, String(key), kind, draw, parts);
  const list = value as readonly Value[];
  if (kind === 0) return list.toSpliced(Number(key), 1);
  if (kind === 1) return [...list, list[Number(key)] ?? null];
  return list.with(Number(key), change(list[Number(key)] ?? null, draw, parts));
}

function changeMember(
  value: { readonly [key: string]: Value },
  key: string,
  kind: number,
  draw: Draw,
  parts: readonly Value[],
): Value {
  const { [key]: member = null, ...rest } = value;
  if (kind === 0) return rest;
  if (kind === 1) return { ...rest, [slip(key, draw)]: member };
  if (kind === 2) return { ...value, [names[draw(names.length)] ?? '']: parts[draw(parts.length)] ?? null };
  return { ...value, [key]: change(member, draw, parts) };
}

const names = [
  ...[
    'if',
    'input',
    'output',
    'export',
    'timeout',
    'then',
    'metadata',
    'set',
    'wait',
    'do',
    'for',
    'while',
    'with',
  ],
  ...[
    'call',
    'emit',
    'raise',
    'catch',
    'retry',
    'when',
    'as',
    'schema',
    'from',
    'unknown',
    'read',
    'use',
    'authentication',
  ],
];

function slip(name: string, draw: Draw): string {
  const at = draw(name.length + 1);
  return draw(2) === 0 ? name.slice(0, at) + name.slice(at + 1) : `${name.slice(0, at)}x${name.slice(at)}`;
}

function another(value: Value, draw: Draw, parts: readonly Value[]): Value {
  switch (draw(5)) {
    case 0:
      return parts[draw(parts.length)] ?? null;
    case 1:
      return typeof value === 'string' ? slip(value, draw) : String(value);
    default:
      return edges[draw(edges.length)] ?? null;
  }
}

const edges: readonly Value[] = [
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    200,
    '',
    ' ',
    'x',
    '1',
    '.x',
    '${ .x }',
    'a ${ .x } b',
    'PT1S',
    'end',
  ],
  ...[
    'https://example.com/x',
    '/relative',
    '{id}',
    [],
    {},
    [1],
    ['x'],
    { x: 1 },
    { seconds: 1 },
    [{ a: { set: { x: 1 } } }],
  ],
];

function* partsOf(value: Value): Iterable<Value> {
  yield value;
  const inner = isRecord(value) ? Object.values(value) : Array.isArray(value) ? value : [];
  for (const each of inner) yield* partsOf(each);
}
