/** What depends on nothing but its deeds comes to the same as without faults. */
import { isDeepStrictEqual } from 'node:util';
import type { ExecutionState } from '@millrace/core';
import type { Mirror } from './mirror.ts';
import { referenceRun } from './reference-run.ts';
import type { ExecutionPlan } from './scenario.ts';
import { definitionOf, executableOf, family } from './sim-definitions.ts';
import type { Violations } from './violations.ts';

/** Whether there was something to check. */
export function checkForetold(
  mirror: Mirror,
  violations: Violations,
  { tenant, id, workflow, input }: ExecutionPlan,
): boolean {
  const state = mirror.get(tenant, id)?.state;
  if (
    state === undefined ||
    !workflow.foretold ||
    state.phase === 'cancelled' ||
    state.phase === 'suspended' ||
    lostAChild(mirror, tenant, id)
  )
    return false;
  const children = new Map(
    family(workflow).map((child) => {
      const { executable } = definitionOf(child);
      return [executable.program.name, executable];
    }),
  );
  const wanted = shown(referenceRun(executableOf(workflow), id, { ...input }, children));
  violations.expect(
    isDeepStrictEqual(shown(state), wanted),
    'faults do not change what comes out',
    () => `${id}: ${JSON.stringify(shown(state))} ≠ ${JSON.stringify(wanted)}`,
  );
  return true;
}

function shown({ phase, output, error, context }: ExecutionState): object {
  return { phase, output, error, context };
}

/** Whether somebody cancelled a child, which its parent cannot foretell. */
function lostAChild(mirror: Mirror, tenant: string, id: string): boolean {
  for (const stream of mirror.streams)
    if (
      stream.tenant === tenant &&
      stream.id.startsWith(`${id}~`) &&
      (stream.state.phase === 'cancelled' || stream.state.phase === 'suspended')
    )
      return true;
  return false;
}
