/**
 * The vocabulary: the official steps, and those that README.md adds. A step that no pattern takes fails its scenario.
 */
import type { Step } from '../gherkin.ts';
import { definitionSteps } from './definition-steps.ts';
import { endingSteps } from './ending-steps.ts';
import { givenSteps } from './given-steps.ts';
import { lifecycleSteps } from './lifecycle-steps.ts';
import { orderSteps } from './order-steps.ts';
import { serviceSteps } from './service-steps.ts';
import { type Situation, StepError, type StepRule } from './situation.ts';

export const vocabulary: readonly StepRule[] = [
  ...givenSteps,
  ...definitionSteps,
  ...endingSteps,
  ...orderSteps,
  ...lifecycleSteps,
  ...serviceSteps,
];

/** Does one step; throws a `StepError` when what it says is not so. */
export async function runStep(situation: Situation, step: Step): Promise<void> {
  const { rule, parts } = ruleOf(step);
  await rule.run(situation, step, parts);
}

/** Steps that say something else than this one; none: it checks nothing. */
export function falsify(step: Step): readonly Step[] {
  const { rule, parts } = ruleOf(step);
  return rule.falsify?.(step, parts) ?? [];
}

function ruleOf(step: Step): { rule: StepRule; parts: readonly string[] } {
  for (const rule of vocabulary) {
    const match = rule.pattern.exec(step.text);
    if (match) return { rule, parts: match.slice(1) };
  }
  throw new StepError(`no step is called \`${step.text}\``);
}
