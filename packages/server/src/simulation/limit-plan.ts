/** Limits on how much is under way at once, over all processes of a simulation. */
import { createChance } from './chance.ts';
import type { RandomWorkflow } from './random-workflow.ts';
import type { Scenario } from './scenario.ts';

/** every deed of a simulation is a call of this type */
export const callLimit = 'task:call:step';

/** Drawn apart from all else, so that the other seeds go on meaning what they meant. */
export function limitPlan(
  seed: number,
  { executions, schedule, bell }: Pick<Scenario, 'executions' | 'schedule' | 'bell'>,
): Pick<Scenario, 'placesMax'> {
  const chance = createChance(Math.imul(seed, 0x85ebca6b) ^ 0x3c6ef372);
  if (!chance.happens(0.4)) return {};
  const workflows = new Set(executions.flatMap(({ workflow }) => namesOf(workflow)));
  if (schedule !== undefined) workflows.add('clock');
  if (bell === true) workflows.add('bell');
  const limits = [callLimit, ...[...workflows].map((name) => `workflow:simulation/${name}`)];
  const drawn = limits.filter(() => chance.happens(0.5));
  const chosen = drawn.length > 0 ? drawn : [chance.pick(limits)];
  return { placesMax: Object.fromEntries(chosen.map((limit) => [limit, chance.between(1, 3)])) };
}

/** A workflow that has a place may wait for one of those that it runs, which never run it: nobody waits in a circle. */
function namesOf({ definition, children = [] }: RandomWorkflow): readonly string[] {
  const { name } = definition.document as { readonly name: string };
  return [name, ...children.flatMap(namesOf)];
}
