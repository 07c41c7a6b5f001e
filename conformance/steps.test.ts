import { describe, expect, it } from 'vitest';
import { readFeature } from './gherkin.ts';
import { formatResults, runFeatures } from './runner.ts';
import type { Definition, RunResult, Runtime, Value } from './runtime.ts';

const completed = (output: Value): RunResult['ending'] => ({ status: 'completed', output });

/** A runtime whose only workflow ends as it is told. */
function runtimeOf(
  result: RunResult,
  seen: { definition?: Definition; input?: Value | undefined } = {},
): Runtime {
  return {
    name: 'sample',
    run: async (definition, input) => {
      Object.assign(seen, { definition, input });
      return result;
    },
    close: async () => {},
  };
}

const given = [
  'Feature: F',
  'Scenario: S',
  'Given a workflow with definition:',
  '"""yaml',
  'do: []',
  '"""',
  'When the workflow is executed',
];

/** Failures of one scenario with these steps. */
async function check(result: RunResult, ...steps: readonly string[]): Promise<string | undefined> {
  const feature = readFeature([...given, ...steps].join('\n'), 'sample.feature');
  const [answer] = await runFeatures([feature], runtimeOf(result));
  return answer?.failure;
}

const output: Value = { a: { b: [1, 2] }, text: 'x', nothing: null };
const done: RunResult = {
  ending: completed(output),
  tasks: [
    { name: 'one', ending: completed(1) },
    { name: 'two', ending: { status: 'faulted', error: { status: 404, title: 'Not found' } } },
    { name: 'three', ending: { status: 'cancelled' } },
  ],
};
const faulted: RunResult = {
  ending: { status: 'faulted', error: { type: 'urn:t', status: 500, detail: 'more' } },
  tasks: [],
};
const cancelled: RunResult = { ending: { status: 'cancelled' }, tasks: [] };

describe('the vocabulary', () => {
  it('the workflow and its input reach the runtime as they were written', async () => {
    const seen: { definition?: Definition; input?: Value | undefined } = {};
    const steps = [
      'And given the workflow input is:',
      '"""yaml',
      'pet: 1',
      '"""',
      'When the workflow is executed',
      'Then the workflow should complete',
    ];
    const feature = readFeature([...given.slice(0, -1), ...steps].join('\n'), 'sample.feature');
    await runFeatures([feature], runtimeOf(done, seen));
    expect(seen).toEqual({
      definition: { text: 'do: []\n', mediaType: 'application/yaml' },
      input: { pet: 1 },
    });
  });

  it.each([
    [done, 'Then the workflow should complete'],
    [
      done,
      'Then the workflow should complete with output:\n"""yaml\n{ text: x, nothing: null, a: { b: [1, 2] } }\n"""',
    ],
    [done, "Then the workflow output should have properties 'a', 'a.b', 'a.b.0', 'nothing'"],
    [done, 'Then the workflow output should have a \'text\' property with value:\n"""yaml\nx\n"""'],
    [done, "Then the workflow output should have an 'a.b' property containing 2 items"],
    [done, 'Then one should run first'],
    [done, 'Then three should run last'],
    [done, 'Then two should run after one'],
    [done, 'Then two should run before three'],
    [done, 'Then one should complete'],
    [done, 'Then one should complete with output:\n"""json\n1\n"""'],
    [done, 'Then two should fault'],
    [done, 'Then two should fault with error:\n"""yaml\nstatus: 404\n"""'],
    [done, 'Then three should cancel'],
    [faulted, 'Then the workflow should fault'],
    [faulted, 'Then the workflow should fault with error:\n"""yaml\nstatus: 500\ntype: urn:t\n"""'],
    [cancelled, 'Then the workflow should cancel'],
  ])('a step that is so passes (%#)', async (result, step) => {
    expect(await check(result, ...step.split('\n'))).toBeUndefined();
  });

  it.each([
    [done, 'Then the workflow should fault', /should fault, but it is completed/],
    [done, 'Then the workflow should complete with output:\n"""yaml\ntext: x\n"""', /should be .*, but is/],
    [done, "Then the workflow output should have properties 'a.c', 'a.b'", /has no a\.c/],
    [done, "Then the workflow output should have properties 'constructor'", /has no constructor/],
    [
      done,
      'Then the workflow output should have a \'text\' property with value:\n"""yaml\ny\n"""',
      /should be "y"/,
    ],
    [done, "Then the workflow output should have a 'a.b' property containing 3 items", /has 2 items/],
    [done, "Then the workflow output should have a 'text' property containing 1 items", /no array/],
    [done, 'Then two should run first', /one did/],
    [done, 'Then two should run last', /three did/],
    [done, 'Then one should run after two', /did not run after/],
    [done, 'Then three should run before two', /did not run before/],
    [done, 'Then four should run after one', /four did not run/],
    [done, 'Then four should complete', /four did not run/],
    [done, 'Then one should complete with output:\n"""json\n2\n"""', /should be 2/],
    [done, 'Then two should fault with error:\n"""yaml\nstatus: 500\n"""', /should be 500/],
    [done, 'Then three should complete', /is cancelled/],
    [faulted, 'Then the workflow should complete', /is faulted/],
    [faulted, 'Then the workflow should fault with error:\n"""yaml\ninstance: /do\n"""', /instance/],
    [faulted, "Then the workflow output should have properties 'a'", /no output/],
    [done, 'Then the workflow should sing', /no step is called/],
    [done, 'Then the workflow should complete with output:', /needs a document/],
  ])('a step that is not so fails with a sentence (%#)', async (result, step, message) => {
    expect(await check(result, ...step.split('\n'))).toMatch(message);
  });

  it('a scenario that checks nothing fails', async () => {
    expect(await check(done)).toMatch(/checks nothing/);
  });

  it('a report names every scenario and ends with the counts', async () => {
    const feature = readFeature([...given, 'Then the workflow should fault'].join('\n'), 'sample.feature');
    const report = formatResults(await runFeatures([feature], runtimeOf(done)));
    expect(report).toMatch(/✗ S \(\d+ ms\)\n {6}sample\.feature:8: the workflow should fault/);
    expect(report.split('\n').at(-1)).toBe('0 passed, 1 failed');
  });
});
