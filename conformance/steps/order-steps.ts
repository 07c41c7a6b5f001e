/** Which tasks ran, how often, and in which order. */
import { withText } from './ending-steps.ts';
import { resultOf, type Situation, StepError, type StepRule } from './situation.ts';

export const orderSteps: readonly StepRule[] = [
  {
    form: 'TASK should run first|last',
    pattern: /^(\S+) should run (first|last)$/,
    run: async (situation, _step, [task = '', place]) => {
      const names = await ranTasks(situation);
      const found = place === 'first' ? names[0] : names.at(-1);
      if (found !== task)
        throw new StepError(
          `${task} should run ${place}, but ${found ?? 'nothing'} did: ${names.join(', ')}`,
        );
    },
    falsify: (step, [, place]) => [withText(step, `notThere should run ${place}`)],
  },
  {
    form: 'TASK should run after|before TASK',
    pattern: /^(\S+) should run (after|before) (\S+)$/,
    run: async (situation, _step, [task = '', side, other = '']) => {
      const names = await ranTasks(situation);
      const [from, to] = [names.indexOf(task), names.indexOf(other)];
      if (from === -1 || to === -1)
        throw new StepError(`${from === -1 ? task : other} did not run: ${names.join(', ')}`);
      if (side === 'after' ? from < to : from > to)
        throw new StepError(`${task} did not run ${side} ${other}: ${names.join(', ')}`);
    },
    falsify: (step, [task, side, other]) => [
      withText(step, `${task} should run ${side === 'after' ? 'before' : 'after'} ${other}`),
    ],
  },
  {
    form: 'TASK should not run',
    pattern: /^(\S+) should not run$/,
    run: async (situation, _step, [task = '']) => checkCount(await ranTasks(situation), task, 0),
    falsify: (step, [task]) => [withText(step, `${task} should run 1 time`)],
  },
  {
    form: 'TASK should run N times',
    pattern: /^(\S+) should run (\d+) times?$/,
    run: async (situation, _step, [task = '', count]) =>
      checkCount(await ranTasks(situation), task, Number(count)),
    falsify: (step, [task, count]) => [withText(step, `${task} should run ${Number(count) + 1} times`)],
  },
];

async function ranTasks(situation: Situation): Promise<string[]> {
  return (await resultOf(situation)).tasks.map(({ name }) => name);
}

function checkCount(names: readonly string[], task: string, count: number): void {
  const found = names.filter((name) => name === task).length;
  if (found !== count)
    throw new StepError(`${task} should run ${count} times, but ran ${found} times: ${names.join(', ')}`);
}
