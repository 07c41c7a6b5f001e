import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.ts';
import { completed, Driven } from '../testing/drive.ts';
import { restoredState } from './restore.ts';

const race = (slow: string, quick: string) =>
  `do:\n  - race: { fork: { compete: true, branches: [{ slow: ${slow} }, { quick: ${quick} }] } }`;
const waits = (ms: number, won: string) =>
  `{ do: [{ w: { wait: { milliseconds: ${ms} } } }, { s: { set: { won: ${won} } } }] }`;

function answerInSuspension(driven: Driven, order: readonly [task: string, value: Json][]): Driven {
  const effects = Object.entries(driven.state.effects);
  driven.command({ type: 'execution.suspend' });
  for (const [task, value] of order) {
    const effect = Number(effects.find(([, key]) => key?.includes(task))?.[0]);
    driven.now += 10;
    driven.command({ type: 'effect.complete', effect, outcome: completed(value) });
  }
  driven.now += 10_000;
  driven.command({ type: 'execution.resume' });
  return driven;
}

describe('what could go on in a suspension, or while no server was there,', () => {
  it('goes on in the order of its instants: the wait that was over first wins a race', () => {
    for (const held of [true, false]) {
      const driven = new Driven(race(waits(900, 'slow'), waits(500, 'quick'))).start();
      if (held) driven.command({ type: 'execution.suspend' });
      driven.now += 10_000;
      driven.command({ type: held ? 'execution.resume' : 'timers.fire' });
      expect(driven.state).toMatchObject({ phase: 'completed', output: { won: 'quick' } });
    }
  });

  it('goes on in the order of the answers to calls, for a race and for what is exported', () => {
    const calls = new Driven(race('{ call: ask }', '{ call: ask }'), { functions: ['ask'] }).start();
    answerInSuspension(calls, [
      ['quick', 'quick'],
      ['slow', 'slow'],
    ]);
    expect(calls.state).toMatchObject({ phase: 'completed', output: 'quick' });
    const call = (name: string) =>
      `{ ${name}: { call: ask, export: { as: '\${ ($context // []) + ["${name}"] }' } } }`;
    const exporting = new Driven(
      `do: [{ f: { fork: { branches: [${call('one')}, ${call('two')}] } } }, { s: { set: '\${ $context }' } }]`,
      { functions: ['ask'] },
    ).start();
    answerInSuspension(exporting, [
      ['two', 2],
      ['one', 1],
    ]);
    expect(exporting.state.output).toEqual(['two', 'one']);
  });

  it('goes on with the listener first whose last event came first', () => {
    const to = (type: string) =>
      `{ listen: { to: { all: [{ with: { type: ${type}1 } }, { with: { type: ${type}2 } }] } } }`;
    const driven = new Driven(race(to('slow'), to('quick'))).start();
    driven.command({ type: 'execution.suspend' });
    for (const type of ['slow1', 'quick1', 'quick2', 'slow2']) {
      driven.now += 10;
      driven.publish({ type, data: type });
    }
    driven.command({ type: 'execution.resume' });
    expect(driven.state.output).toEqual(['quick1', 'quick2']);
  });

  it('goes on with the tasks for events first whose first event came first', () => {
    const each = (type: string) =>
      `{ listen: { to: { any: [{ with: { type: ${type} } }], until: 'length > 0' } }, foreach: { do: [{ s: { set: { won: ${type} } } }] } }`;
    const driven = new Driven(race(each('slow'), each('quick'))).start();
    driven.command({ type: 'execution.suspend' });
    for (const type of ['quick', 'slow', 'quick']) {
      driven.now += 10;
      driven.publish({ type });
    }
    driven.command({ type: 'execution.resume' });
    expect(driven.state.output).toEqual([{ won: 'quick' }]);
  });

  it('goes on with a wait before a child that ended after it was over', () => {
    const child = '{ run: { workflow: { namespace: a, name: b, version: 1.0.0 } } }';
    const driven = new Driven(race(child, waits(500, 'quick'))).start();
    const asked = Number(Object.keys(driven.state.children ?? {})[0]);
    driven.command({ type: 'execution.suspend' });
    driven.now += 1_000;
    const definition = { namespace: 'a', name: 'b', version: '1.0.0', digest: 'sha256:1' };
    driven.command({ type: 'child.resolve', child: asked, resolution: { type: 'found', definition } });
    driven.command({ type: 'child.complete', child: asked, outcome: { type: 'completed', output: 'slow' } });
    driven.now += 10_000;
    driven.command({ type: 'execution.resume' });
    expect(driven.state.output).toEqual({ won: 'quick' });
  });

  it('counts from the last suspension on, and not in the state that a retry begins with', () => {
    const each = '{ listen: { to: { any: [] } }, foreach: { do: [{ w: { wait: { hours: 1 } } }] } }';
    const driven = new Driven(race(each, '{ call: ask }'), { functions: ['ask'] }).start();
    driven.command({ type: 'execution.suspend' });
    driven.publish({ type: 'x' });
    const came = () => Object.values(driven.state.tasks).map((task) => task.came !== undefined);
    expect(came()).toContain(true);
    const again = restoredState(driven.state, '', driven.now);
    expect(Object.values(again.tasks).map((task) => 'came' in task)).not.toContain(true);
    driven.command({ type: 'execution.resume' });
    driven.command({ type: 'execution.suspend' });
    expect(came()).not.toContain(true);
  });
});
