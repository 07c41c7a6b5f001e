/** What is said of a definition before it runs. */
import type { DefinitionError } from '../runtime.ts';
import { withText } from './ending-steps.ts';
import { definitionOf, type Situation, StepError, type StepRule } from './situation.ts';

export const definitionSteps: readonly StepRule[] = [
  {
    form: 'the definition should be valid',
    pattern: /^the definition should be valid$/,
    run: async (situation) => {
      const [error] = await errorsOf(situation);
      if (error) throw new StepError(`the definition should be valid, but: ${print(error)}`);
    },
    falsify: (step) => [withText(step, 'the definition should be invalid')],
  },
  {
    form: 'the definition should be invalid',
    pattern: /^the definition should be invalid$/,
    run: async (situation) => {
      await invalid(situation);
    },
    falsify: (step) => [withText(step, 'the definition should be valid')],
  },
  {
    form: "the definition should be invalid at 'POINTER'",
    pattern: /^the definition should be invalid at '([^']*)'$/,
    run: (situation, _step, [pointer = '']) =>
      somewhere(situation, (error) => error.pointer === pointer, `at '${pointer}'`),
    falsify: (step) => [withText(step, step.text.replace(/'$/, "/notThere'"))],
  },
  {
    form: 'the definition should be invalid in line N',
    pattern: /^the definition should be invalid in line (\d+)$/,
    run: (situation, _step, [line]) =>
      somewhere(situation, (error) => error.line === Number(line), `in line ${line}`),
    falsify: (step, [line]) => [
      withText(step, `the definition should be invalid in line ${Number(line) + 1000}`),
    ],
  },
  {
    form: "the definition should be invalid because of 'TEXT'",
    pattern: /^the definition should be invalid because of '([^']+)'$/,
    run: async (situation, _step, [text = '']) => {
      const errors = await invalid(situation);
      if (!errors.some(({ message }) => message.includes(text)))
        throw new StepError(`no error speaks of '${text}': ${errors.map(print).join('; ')}`);
    },
    falsify: (step) => [withText(step, step.text.replace(/'$/, " not'"))],
  },
];

function errorsOf(situation: Situation): Promise<readonly DefinitionError[]> {
  return situation.runtime.check(definitionOf(situation));
}

async function invalid(situation: Situation): Promise<readonly DefinitionError[]> {
  const errors = await errorsOf(situation);
  if (errors.length === 0) throw new StepError('the definition should be invalid, but is taken');
  return errors;
}

/** A runtime that knows no places is asked for the verdict only. */
async function somewhere(
  situation: Situation,
  isThere: (error: DefinitionError) => boolean,
  where: string,
): Promise<void> {
  const errors = await invalid(situation);
  if (!situation.runtime.features.has('places') || errors.some(isThere)) return;
  throw new StepError(`the definition should be invalid ${where}, but: ${errors.map(print).join('; ')}`);
}

function print({ message, pointer, line }: DefinitionError): string {
  return `${line === undefined ? '' : `line ${line} `}${pointer ?? ''} ${message}`.trim();
}
