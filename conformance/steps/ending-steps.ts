/** How workflows and tasks end, and what they yield. */
import type { Step } from '../gherkin.ts';
import type { Ending, Execution, Value } from '../runtime.ts';
import { untilPhase } from './given-steps.ts';
import {
  eventually,
  executionOf,
  resultOf,
  type Situation,
  StepError,
  type StepRule,
  saidIn,
} from './situation.ts';
import { changed, isEqual, lacking, memberAt, show } from './values.ts';

export const endingSteps: readonly StepRule[] = [
  {
    form: 'the workflow should complete|fault|cancel [with output:|with error:]',
    pattern: /^the workflow should (complete|fault|cancel)( with output:| with error:)?$/,
    run: async (situation, step, [how = '', what]) =>
      checkEnding('the workflow', (await resultOf(situation)).ending, how, what, step),
    falsify: (step, [how = '']) => otherEndings(step, 'the workflow', how),
  },
  {
    form: 'the workflow should be waiting|suspended|running',
    pattern: /^the workflow should be (waiting|suspended|running)$/,
    run: (situation, _step, [phase]) =>
      untilPhase(situation, executionOf(situation), phase as 'waiting' | 'suspended' | 'running'),
    falsify: (step, [phase]) => [
      withText(step, `the workflow should be ${phase === 'waiting' ? 'suspended' : 'waiting'}`),
    ],
  },
  {
    form: 'the workflow should take N milliseconds or more',
    pattern: /^the workflow should take (\d{1,5}) milliseconds or more$/,
    run: async (situation, _step, [ms]) => {
      await resultOf(situation);
      const elapsed = situation.elapsedMs ?? 0;
      // Two clocks are compared, each rounded to milliseconds.
      if (elapsed + 2 < Number(ms)) throw new StepError(`it took ${Math.round(elapsed)} ms, less than ${ms}`);
    },
    falsify: (step) => [withText(step, 'the workflow should take 99999 milliseconds or more')],
  },
  {
    form: "N executions of 'NAMESPACE/NAME' should complete with output:",
    pattern: /^(\d+) executions? of '([^'/]+)\/([^'/]+)' should complete with output:$/,
    run: (situation, step, [count = '', namespace = '', name = '']) =>
      checkExecutions(situation, Number(count), namespace, name, saidIn(step)),
    falsify: (step) => changed(saidIn(step)).map((value) => withValue(step, value)),
  },
  {
    form: "the workflow output|error should have properties 'A', 'B'",
    pattern: /^the workflow (output|error) should have properties (.+)$/,
    run: async (situation, _step, [which = '', list = '']) => {
      const value = await yieldOf(situation, which);
      const missing = quoted(list).filter((path) => memberAt(value, path) === undefined);
      if (missing.length > 0)
        throw new StepError(`the ${which} has no ${missing.join(', ')}: ${show(value)}`);
    },
    falsify: (step) => [withText(step, `${step.text}, 'notThere'`)],
  },
  {
    form: "the workflow output|error should have a 'PATH' property with value:",
    pattern: /^the workflow (output|error) should have an? '([^']+)' property with value:$/,
    run: async (situation, step, [which = '', path = '']) => {
      const found = memberAt(await yieldOf(situation, which), path);
      const expected = saidIn(step);
      if (!isEqual(found, expected))
        throw new StepError(`'${path}' of the ${which} should be ${show(expected)}, but is ${show(found)}`);
    },
    falsify: (step) => changed(saidIn(step)).map((value) => withValue(step, value)),
  },
  {
    form: "the workflow output|error should have a 'PATH' property containing 'TEXT'",
    pattern: /^the workflow (output|error) should have an? '([^']+)' property containing '([^']+)'$/,
    run: async (situation, _step, [which = '', path = '', text = '']) => {
      const found = memberAt(await yieldOf(situation, which), path);
      if (typeof found !== 'string' || !found.includes(text))
        throw new StepError(`'${path}' of the ${which} should contain '${text}', but is ${show(found)}`);
    },
    falsify: (step) => [withText(step, step.text.replace(/'$/, " not'"))],
  },
  {
    form: "the workflow output should have a 'PATH' property containing N items",
    pattern: /^the workflow output should have an? '([^']+)' property containing (\d+) items?$/,
    run: async (situation, _step, [path = '', count = '']) => {
      const value = memberAt(await yieldOf(situation, 'output'), path);
      if (!Array.isArray(value)) throw new StepError(`'${path}' of the output is no array: ${show(value)}`);
      if (value.length !== Number(count))
        throw new StepError(`'${path}' has ${value.length} items, not ${count}: ${show(value)}`);
    },
    falsify: (step, [, count]) => [
      withText(step, step.text.replace(/\d+ items?$/, `${Number(count) + 1} items`)),
    ],
  },
  {
    form: 'TASK should complete|fault|cancel [with output:|with error:]',
    pattern: /^(\S+) should (complete|fault|cancel)( with output:| with error:)?$/,
    run: async (situation, step, [task = '', how = '', what]) => {
      const { tasks } = await resultOf(situation);
      const run = tasks.findLast(({ name }) => name === task);
      if (!run) throw new StepError(`${task} did not run: ${tasks.map(({ name }) => name).join(', ')}`);
      checkEnding(task, run.ending, how, what, step);
    },
    falsify: (step, [task = '', how = '']) => otherEndings(step, task, how),
  },
];

const endings: Readonly<Record<string, Ending['status']>> = {
  complete: 'completed',
  fault: 'faulted',
  cancel: 'cancelled',
};

function checkEnding(who: string, ending: Ending, how: string, what: string | undefined, step: Step): void {
  if (ending.status !== endings[how])
    throw new StepError(`${who} should ${how}, but it is ${ending.status}: ${show(detailOf(ending))}`);
  if (what === undefined) return;
  const expected = saidIn(step);
  if (ending.status === 'completed' && what === ' with output:') {
    if (!isEqual(ending.output, expected))
      throw new StepError(`the output of ${who} should be ${show(expected)}, but is ${show(ending.output)}`);
  } else if (ending.status === 'faulted' && what === ' with error:') {
    const complaint = lacking(`the error of ${who}`, ending.error, expected);
    if (complaint !== undefined) throw new StepError(complaint);
  } else throw new StepError(`\`${step.text}\` makes no sense`);
}

function otherEndings(step: Step, who: string, how: string): Step[] {
  const others = Object.keys(endings).filter((other) => other !== how);
  const { document: _, ...bare } = step;
  return [
    ...others.map((other) => withText(bare, `${who} should ${other}`)),
    ...(step.document === undefined ? [] : changed(saidIn(step)).map((value) => withValue(step, value))),
  ];
}

/** Of executions that something else started: as many as are said, all completed with this output. */
async function checkExecutions(
  situation: Situation,
  count: number,
  namespace: string,
  name: string,
  expected: Value,
): Promise<void> {
  const executions = await eventually(
    situation,
    () => situation.runtime.executionsOf(namespace, name),
    (found) => found.length >= count,
    (found) => `there should be ${count} executions of ${name}, but there are ${found.length}`,
  );
  for (const execution of executions.slice(0, count) as readonly Execution[]) {
    const { ending } = await execution.end();
    const complaint =
      ending.status === 'completed'
        ? lacking(`the output of ${name}`, ending.output, expected)
        : `${name} should complete, but it is ${ending.status}: ${show(detailOf(ending))}`;
    if (complaint !== undefined) throw new StepError(complaint);
  }
}

function detailOf(ending: Ending): Value {
  if (ending.status === 'completed') return ending.output;
  if (ending.status === 'faulted') return ending.error;
  return ending.status === 'unfinished' ? ending.detail : null;
}

async function yieldOf(situation: Situation, which: string): Promise<Value> {
  const { ending } = await resultOf(situation);
  if (which === 'output' && ending.status === 'completed') return ending.output;
  if (which === 'error' && ending.status === 'faulted') return ending.error;
  throw new StepError(`there is no ${which}, the workflow is ${ending.status}: ${show(detailOf(ending))}`);
}

function quoted(list: string): string[] {
  return [...list.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
}

export function withText(step: Step, text: string): Step {
  return { ...step, text };
}

export function withValue(step: Step, value: Value): Step {
  return { ...step, document: { mediaType: 'json', text: JSON.stringify(value) } };
}
