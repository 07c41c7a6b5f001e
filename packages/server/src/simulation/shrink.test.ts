import { describe, expect, it } from 'vitest';
import { checkScenario, type Scenario, scenarioOf } from './scenario.ts';
import { smallerScenarios } from './shrink.ts';

/** Whom each event is for, however the executions are numbered. */
function published({ acts, executions }: Scenario): readonly (readonly [seed: number, key: string])[] {
  return acts.flatMap((act) =>
    act.type === 'publish' ? [[act.seed, executions[act.execution]?.input.key ?? ''] as const] : [],
  );
}

describe('a scenario that is made smaller', () => {
  it('has all executions that its acts name, and its events are for those that they were for', () => {
    let withFewer = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const drawn = scenarioOf(seed);
      // The first execution is not started: it is left out, and the others are numbered anew.
      const given = {
        ...drawn,
        acts: drawn.acts.filter((act) => !('execution' in act) || act.execution !== 0),
      };
      for (const smaller of smallerScenarios(given)) {
        expect(() => checkScenario(smaller)).not.toThrow();
        expect(published(smaller)).toEqual(published(given));
        if (smaller.executions.length < given.executions.length) withFewer += 1;
      }
    }
    expect(withFewer).toBeGreaterThan(20);
  });

  it('listens by the definition that was drawn, against which its events are checked', () => {
    const listening = ({ executions }: Scenario) =>
      executions.filter(({ input }) => input.key !== undefined).map(({ workflow }) => workflow);
    let checked = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const given = scenarioOf(seed);
      for (const smaller of smallerScenarios(given)) {
        expect(listening(smaller)).toEqual(listening(given));
        checked += listening(given).length;
      }
    }
    expect(checked).toBeGreaterThan(100);
  });
});
