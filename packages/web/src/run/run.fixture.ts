import type { Fact } from '@millrace/core';
import type { ExecutionEvent } from '@millrace/sdk';

/** Facts as the events of one execution, a millisecond apart from instant 1001 on. */
export function eventsOf(facts: readonly Fact[]): readonly ExecutionEvent[] {
  return facts.map((fact, index) => ({
    id: `x/${index + 1}`,
    version: index + 1,
    time: new Date(1_001 + index).toISOString(),
    commit: 'c',
    fact,
  }));
}
