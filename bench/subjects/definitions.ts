/** The workflows that are measured. */
import { forkWidth } from './subject.ts';

export const workflows = {
  sets: { namespace: 'bench', name: 'sets' },
  effects: { namespace: 'bench', name: 'effects' },
  calls: { namespace: 'bench', name: 'calls' },
  fork: { namespace: 'bench', name: 'fork' },
  forSets: { namespace: 'bench', name: 'for-sets' },
  forEffects: { namespace: 'bench', name: 'for-effects' },
  busy: { namespace: 'bench', name: 'busy' },
} as const;

/** Five `set` tasks: nothing to wait for, so one decision and one commit. */
export const sets = define('sets', [
  { one: { set: { n: 1 } } },
  ...['two', 'three', 'four', 'five'].map((name) => ({ [name]: { set: { n: '${ .n + 1 }' } } })),
]);

/** Five calls of a function of the host, each durable before the next begins. */
export const effects = define(
  'effects',
  ['one', 'two', 'three', 'four', 'five'].map((name) => ({ [name]: { call: 'echo', with: { step: name } } })),
);

export function calls(serviceUrl: string): string {
  const call = { call: 'http', with: { method: 'get', endpoint: serviceUrl } };
  return define('calls', [{ one: call }, { two: call }, { three: call }]);
}

export const fork = define('fork', [
  {
    all: {
      fork: {
        branches: Array.from({ length: forkWidth }, (_, n) => ({
          [`branch${n}`]: { call: 'echo', with: { n } },
        })),
      },
    },
  },
]);

/** A loop over as many numbers as the input says. */
export const forSets = define('for-sets', [loop({ set: { n: '${ $item }' } })]);
export const forEffects = define('for-effects', [loop({ call: 'echo', with: { n: '${ $item }' } })]);

/** Calls a service again and again, until it is cancelled. */
export function busy(serviceUrl: string): string {
  return define('busy', [
    { ask: { call: 'http', with: { method: 'get', endpoint: serviceUrl } } },
    { again: { set: { asked: true }, then: 'ask' } },
  ]);
}

/** Sleeps for a fixed time; durations are part of the definition. */
export function sleeper(ms: number): string {
  return define(sleeperName(ms), [{ sleep: { wait: { milliseconds: ms } } }]);
}

export function sleeperName(ms: number): string {
  return `sleeper-${ms}`;
}

function loop(body: Readonly<Record<string, unknown>>) {
  return { each: { for: { in: '${ [range(.count)] }' }, do: [{ body }] } };
}

function define(name: string, tasks: readonly Readonly<Record<string, unknown>>[]): string {
  return JSON.stringify({
    document: { dsl: '1.0.3', namespace: 'bench', name, version: '1.0.0' },
    do: tasks,
  });
}
