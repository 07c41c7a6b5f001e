import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { factSchema, upcastFacts } from '../model/fact-schema.ts';
import type { FactType } from '../model/facts.ts';
import { fold } from '../rules/evolve.ts';
import type { GoldenExecution } from '../testing/golden.ts';

const schemas = readdirSync(new URL('.', import.meta.url))
  .map((name) => /^schema-(\d+)\.json$/.exec(name)?.[1])
  .filter((number) => number !== undefined)
  .map(Number);

/** A type that is added here has to stand in the golden log of its schema. */
const types: Readonly<Record<FactType, true>> = {
  'execution.started': true,
  'execution.restored': true,
  'execution.completed': true,
  'execution.faulted': true,
  'execution.cancelled': true,
  'execution.suspended': true,
  'execution.resumed': true,
  'execution.yielded': true,
  'place.requested': true,
  'place.granted': true,
  'task.started': true,
  'task.skipped': true,
  'task.completed': true,
  'task.faulted': true,
  'task.cancelled': true,
  'function.called': true,
  'wait.started': true,
  'fork.started': true,
  'loop.started': true,
  'iteration.started': true,
  'error.caught': true,
  'retry.scheduled': true,
  'retry.started': true,
  'effect.requested': true,
  'effect.completed': true,
  'effect.failed': true,
  'effect.resolved': true,
  'effect.abandoned': true,
  'event.emitted': true,
  'child.requested': true,
  'child.resolved': true,
  'child.completed': true,
  'child.faulted': true,
  'child.cancelled': true,
  'child.revoked': true,
  'listen.started': true,
  'event.consumed': true,
  'iteration.completed': true,
  'listen.ended': true,
};

/** The log of a schema, and what was added to it since: types of facts that change none of the others. */
function read(schema: number): readonly GoldenExecution[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter((name) => name === `schema-${schema}.json` || name.startsWith(`schema-${schema}-`))
    .flatMap(
      (name) =>
        JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as readonly GoldenExecution[],
    );
}

describe('logs of every schema that was ever written', () => {
  it('are kept, up to the one of today', () => {
    expect(schemas.sort((a, b) => a - b)).toEqual(
      Array.from({ length: factSchema }, (_, index) => index + 1),
    );
  });

  it.each(schemas.flatMap((schema) => read(schema).map((each) => ({ schema, ...each }))))(
    'fold to the state that they folded to when they were written: schema $schema, $title',
    ({ schema, commits, state }) => {
      const upcast = commits.map(({ time, facts }) => ({ time, facts: upcastFacts(schema, facts) }));
      expect(JSON.parse(JSON.stringify(fold(upcast)))).toEqual(state);
    },
  );

  it('hold every type of fact', () => {
    const found = new Set(
      read(factSchema).flatMap(({ commits }) =>
        commits.flatMap(({ facts }) => facts.map(({ type }) => type)),
      ),
    );
    expect([...found].sort()).toEqual(Object.keys(types).sort());
  });

  it('of a newer version are refused, not guessed at', () => {
    expect(() => upcastFacts(factSchema + 1, [])).toThrow(/knows schemas up to/);
  });
});
