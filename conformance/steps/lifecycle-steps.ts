/** The lifecycle events that the specification defines for workflows and tasks. */
import type { Value } from '../runtime.ts';
import { withText, withValue } from './ending-steps.ts';
import { eventually, executionOf, type Situation, StepError, type StepRule, saidIn } from './situation.ts';
import { changed, isRecord, lacking, show } from './values.ts';

export const lifecycleSteps: readonly StepRule[] = [
  {
    form: 'the lifecycle events should be:',
    pattern: /^the lifecycle events should be:$/,
    run: async (situation, step) => {
      const expected = saidIn(step) as readonly string[];
      await eventually(
        situation,
        async () => (await lifecycle(situation)).map(brief),
        (found) => found.join() === expected.join(),
        (found) => `the lifecycle should be ${expected.join(', ')}, but is ${found.join(', ')}`,
      );
    },
    falsify: (step) => changed(saidIn(step)).map((value) => withValue(step, value)),
  },
  {
    form: "the lifecycle events should include 'TYPE' with:",
    pattern: /^the lifecycle events should include '([a-z.-]+)' with:$/,
    run: (situation, step, [type = '']) => checkIncluded(situation, type, saidIn(step)),
    falsify: (step) => changed(saidIn(step)).map((value) => withValue(step, value)),
  },
  {
    form: "the lifecycle events should not include 'TYPE'",
    pattern: /^the lifecycle events should not include '([a-z.-]+)'$/,
    run: async (situation, _step, [type = '']) => {
      const found = (await lifecycle(situation)).map(brief);
      if (found.some((each) => each.split(' ')[0] === type))
        throw new StepError(`there should be no ${type}, but there are ${found.join(', ')}`);
    },
    falsify: (step) => [withText(step, "the lifecycle events should not include 'workflow.started'")],
  },
];

async function lifecycle(situation: Situation): Promise<readonly Value[]> {
  return executionOf(situation).lifecycle();
}

async function checkIncluded(situation: Situation, type: string, expected: Value): Promise<void> {
  const complaintOf = (events: readonly Value[]): string | undefined => {
    const candidates = events.filter((event) => brief(event).split(' ')[0] === type);
    if (candidates.length === 0) return `there is no ${type}: ${events.map(brief).join(', ')}`;
    const complaints = candidates.map((event) => lacking(type, event, expected));
    return complaints.includes(undefined) ? undefined : complaints[0];
  };
  await eventually(
    situation,
    () => lifecycle(situation),
    (events) => complaintOf(events) === undefined,
    (events) => complaintOf(events) ?? '',
  );
}

/** `io.serverlessworkflow.task.started.v1` of `/do/0/a` → `task.started /do/0/a`. */
function brief(event: Value): string {
  if (!isRecord(event) || typeof event.type !== 'string') return `no event: ${show(event)}`;
  const name = /^io\.serverlessworkflow\.(.+)\.v1$/.exec(event.type)?.[1] ?? event.type;
  const task = isRecord(event.data) ? event.data.task : undefined;
  return typeof task === 'string' ? `${name} ${task}` : name;
}
