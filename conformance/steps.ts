/**
 * The official vocabulary: each step's pattern and what it checks. A step that no pattern takes fails its scenario.
 */
import { isDeepStrictEqual } from 'node:util';
import { parse as parseYaml } from 'yaml';
import type { Step, StepDocument } from './gherkin.ts';
import type { Definition, Ending, RunResult, Runtime, Value } from './runtime.ts';

/** What the steps of one scenario have built up so far. */
export interface Situation {
  readonly runtime: Runtime;
  definition?: Definition;
  input?: Value;
  result?: RunResult;
}

/** Why a scenario failed, in one sentence. */
export class StepError extends Error {
  override name = 'StepError';
}

interface StepRule {
  readonly pattern: RegExp;
  run(situation: Situation, step: Step, parts: readonly string[]): void | Promise<void>;
}

const rules: readonly StepRule[] = [
  {
    pattern: /^(?:given )?a workflow with definition:$/,
    run: (situation, step) => {
      situation.definition = readDefinition(documentOf(step));
    },
  },
  {
    pattern: /^(?:given )?the workflow input is:$/,
    run: (situation, step) => {
      situation.input = readValue(documentOf(step));
    },
  },
  {
    pattern: /^the workflow is executed$/,
    run: async (situation) => {
      if (!situation.definition) throw new StepError('no workflow was given');
      situation.result = await situation.runtime.run(situation.definition, situation.input);
    },
  },
  {
    pattern: /^the workflow should (complete|fault|cancel)( with output:| with error:)?$/,
    run: (situation, step, [how = '', what]) =>
      checkEnding('the workflow', resultOf(situation).ending, how, what, step),
  },
  {
    pattern: /^the workflow output should have properties (.+)$/,
    run: (situation, _step, [list = '']) => {
      const output = outputOf(situation);
      const missing = quoted(list).filter((path) => memberAt(output, path) === undefined);
      if (missing.length > 0) throw new StepError(`the output has no ${missing.join(', ')}: ${show(output)}`);
    },
  },
  {
    pattern: /^the workflow output should have an? '([^']+)' property with value:$/,
    run: (situation, step, [path = '']) => {
      expectEqual(
        `'${path}' of the output`,
        memberAt(outputOf(situation), path),
        readValue(documentOf(step)),
      );
    },
  },
  {
    pattern: /^the workflow output should have an? '([^']+)' property containing (\d+) items?$/,
    run: (situation, _step, [path = '', count = '']) => {
      const value = memberAt(outputOf(situation), path);
      if (!Array.isArray(value)) throw new StepError(`'${path}' of the output is no array: ${show(value)}`);
      if (value.length !== Number(count))
        throw new StepError(`'${path}' has ${value.length} items, not ${count}: ${show(value)}`);
    },
  },
  {
    pattern: /^(\S+) should run (first|last)$/,
    run: (situation, _step, [task = '', place]) => {
      const names = ranTasks(situation);
      const found = place === 'first' ? names[0] : names.at(-1);
      if (found !== task)
        throw new StepError(
          `${task} should run ${place}, but ${found ?? 'nothing'} did: ${names.join(', ')}`,
        );
    },
  },
  {
    pattern: /^(\S+) should run (after|before) (\S+)$/,
    run: (situation, _step, [task = '', side, other = '']) => {
      const names = ranTasks(situation);
      const [from, to] = [names.indexOf(task), names.indexOf(other)];
      if (from === -1 || to === -1)
        throw new StepError(`${from === -1 ? task : other} did not run: ${names.join(', ')}`);
      if (side === 'after' ? from < to : from > to)
        throw new StepError(`${task} did not run ${side} ${other}: ${names.join(', ')}`);
    },
  },
  {
    pattern: /^(\S+) should (complete|fault|cancel)( with output:| with error:)?$/,
    run: (situation, step, [task = '', how = '', what]) => {
      const run = resultOf(situation).tasks.findLast(({ name }) => name === task);
      if (!run) throw new StepError(`${task} did not run: ${ranTasks(situation).join(', ')}`);
      checkEnding(task, run.ending, how, what, step);
    },
  },
];

/** Does one step; throws a `StepError` when what it says is not so. */
export async function runStep(situation: Situation, step: Step): Promise<void> {
  for (const rule of rules) {
    const match = rule.pattern.exec(step.text);
    if (match) return rule.run(situation, step, match.slice(1));
  }
  throw new StepError(`no step is called \`${step.text}\``);
}

const endings: Readonly<Record<string, Ending['status']>> = {
  complete: 'completed',
  fault: 'faulted',
  cancel: 'cancelled',
};

function checkEnding(who: string, ending: Ending, how: string, what: string | undefined, step: Step): void {
  if (ending.status !== endings[how])
    throw new StepError(`${who} should ${how}, but it is ${ending.status}: ${show(detailOf(ending))}`);
  if (what === undefined) return;
  const expected = readValue(documentOf(step));
  if (ending.status === 'completed' && what === ' with output:')
    expectEqual(`the output of ${who}`, ending.output, expected);
  else if (ending.status === 'faulted' && what === ' with error:')
    expectMembers(`the error of ${who}`, ending.error, expected);
  else throw new StepError(`\`${step.text}\` makes no sense`);
}

function detailOf(ending: Ending): Value {
  if (ending.status === 'completed') return ending.output;
  if (ending.status === 'faulted') return ending.error;
  return ending.status === 'unfinished' ? ending.detail : null;
}

function expectEqual(what: string, found: Value | undefined, expected: Value): void {
  if (!isDeepStrictEqual(plain(found), plain(expected)))
    throw new StepError(`${what} should be ${show(expected)}, but is ${show(found)}`);
}

/** An error must have the members that are given; it may have more. */
function expectMembers(what: string, found: Value, expected: Value): void {
  if (!isRecord(expected)) return expectEqual(what, found, expected);
  for (const [name, value] of Object.entries(expected)) {
    expectEqual(`'${name}' of ${what}`, isRecord(found) ? found[name] : undefined, value);
  }
}

/** Follows dots through objects, and numbers through arrays. */
function memberAt(value: Value, path: string): Value | undefined {
  let found: Value | undefined = value;
  for (const name of path.split('.')) {
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isRecord(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}

function resultOf(situation: Situation): RunResult {
  if (!situation.result) throw new StepError('the workflow was not executed');
  return situation.result;
}

function outputOf(situation: Situation): Value {
  const { ending } = resultOf(situation);
  if (ending.status !== 'completed')
    throw new StepError(`there is no output, the workflow is ${ending.status}: ${show(detailOf(ending))}`);
  return ending.output;
}

function ranTasks(situation: Situation): string[] {
  return resultOf(situation).tasks.map(({ name }) => name);
}

function documentOf(step: Step): StepDocument {
  if (!step.document) throw new StepError(`\`${step.text}\` needs a document`);
  return step.document;
}

function readDefinition({ mediaType, text }: StepDocument): Definition {
  return { text, mediaType: mediaType === 'json' ? 'application/json' : 'application/yaml' };
}

/** A document is YAML unless it says otherwise; JSON is YAML, too. */
function readValue({ text }: StepDocument): Value {
  return parseYaml(text) as Value;
}

function quoted(list: string): string[] {
  return [...list.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
}

function isRecord(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without prototypes, so that only the data counts. */
function plain(value: Value | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function show(value: Value | undefined): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
