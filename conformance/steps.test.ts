import { describe, expect, it } from 'vitest';
import { openEmbedded } from './embedded.ts';
import { readFeature } from './gherkin.ts';
import { formatResults } from './report.ts';
import { runFeatures } from './runner.ts';
import type { Definition, DefinitionError, Phase, RunResult, Runtime, Value } from './runtime.ts';
import { pause, StepError } from './steps/situation.ts';
import { falsify, runStep, vocabulary } from './steps/vocabulary.ts';

const completed = (output: Value): RunResult['ending'] => ({ status: 'completed', output });

const errors: readonly DefinitionError[] = [{ message: 'no such thing', pointer: '/do', line: 3 }];
const lifecycle: readonly Value[] = [
  { type: 'io.serverlessworkflow.workflow.started.v1', data: { name: 'x' } },
  { type: 'io.serverlessworkflow.task.started.v1', data: { task: '/do/0/a' } },
];

/** A runtime whose only workflow ends as it is told. */
function runtimeOf(
  result: RunResult,
  seen: { definition?: Definition; input?: Value | undefined } = {},
): Runtime {
  return {
    name: 'sample',
    features: new Set(['places']),
    check: async () => errors,
    publish: async () => {},
    start: async (definition, input) => {
      Object.assign(seen, { definition, input });
      return {
        end: async () => result,
        phase: async (): Promise<Phase> => 'waiting',
        cancel: async () => {},
        suspend: async () => {},
        resume: async () => {},
        lifecycle: async () => lifecycle,
      };
    },
    publishEvent: async () => {},
    executionsOf: async () => [],
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
  const [answer] = await runFeatures([feature], runtimeOf(result), { patienceMs: 20 });
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
    [done, 'Then one should run 1 time'],
    [done, 'Then four should not run'],
    [done, 'Then the workflow should be waiting'],
    [done, "Then the workflow output should have a 'text' property containing 'x'"],
    [faulted, "Then the workflow error should have a 'detail' property containing 'or'"],
    [done, 'Then the definition should be invalid'],
    [done, "Then the definition should be invalid at '/do'"],
    [done, 'Then the definition should be invalid in line 3'],
    [done, "Then the definition should be invalid because of 'such'"],
    [done, 'Then the lifecycle events should be:\n"""yaml\n[workflow.started, task.started /do/0/a]\n"""'],
    [done, "Then the lifecycle events should not include 'task.faulted'"],
    [
      done,
      `Then the lifecycle events should include 'task.started' with:\n"""yaml\ndata: { task: /do/0/a }\n"""`,
    ],
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
    [done, 'Then one should run 2 times', /ran 1 times/],
    [done, 'Then one should not run', /ran 1 times/],
    [done, 'Then the workflow should be suspended', /it is waiting/],
    [done, "Then the workflow output should have a 'text' property containing 'y'", /should contain/],
    [faulted, "Then the workflow error should have a 'detail' property containing 'y'", /should contain/],
    [done, 'Then the definition should be valid', /no such thing/],
    [done, "Then the definition should be invalid at '/use'", /line 3 \/do no such/],
    [done, 'Then the definition should be invalid in line 4', /line 3/],
    [done, "Then the definition should be invalid because of 'other'", /no error speaks/],
    [done, 'Then the lifecycle events should be:\n"""yaml\n[workflow.started]\n"""', /but is/],
    [done, "Then the lifecycle events should not include 'task.started'", /there should be no/],
    [
      done,
      `Then the lifecycle events should include 'task.started' with:\n"""yaml\ndata: { task: /do/1/a }\n"""`,
      /but is/,
    ],
    [done, 'Then the workflow should take 60000 milliseconds or more', /it took/],
    [done, `Then 1 execution of 'a/b' should complete with output:\n"""yaml\n1\n"""`, /but there are 0/],
    [done, "Then the service should have received 1 request at '/x'", /nobody knows/],
    [done, 'Then the workflow should sing', /no step is called/],
    [done, 'Then the workflow should complete with output:', /needs a document/],
  ])('a step that is not so fails with a sentence (%#)', async (result, step, message) => {
    expect(await check(result, ...step.split('\n'))).toMatch(message);
  });

  it('a scenario that checks nothing fails', async () => {
    expect(await check(done)).toMatch(/checks nothing/);
  });

  it('what is not claimed is skipped with its reason, and is not counted as passed', async () => {
    const text = [
      given[0],
      '@needs:grpc @needs:places',
      ...given.slice(1),
      'Then the workflow should complete',
    ];
    const results = await runFeatures([readFeature(text.join('\n'), 'sample.feature')], runtimeOf(done));
    expect(results[0]?.skipped).toBe('not claimed: `call: grpc`');
    expect(formatResults(results).split('\n').at(-1)).toBe('0 passed, 0 failed, 1 skipped');
  });

  it('every step that checks can be falsified, and what is false fails', async () => {
    for (const rule of vocabulary.filter(({ falsify }) => falsify === undefined))
      expect(rule.form).not.toMatch(/should/);
    const said = { mediaType: 'yaml', text: '{ a: { b: [1, 2] }, text: x, nothing: null }' };
    const text = 'the workflow should complete with output:';
    const step = { keyword: 'Then', text, line: 1, document: said } as const;
    const others = falsify(step);
    expect(others.length).toBeGreaterThan(4);
    const situation = { runtime: runtimeOf(done), token: 't', patienceMs: 20, published: [], result: done };
    await runStep(situation, step);
    for (const other of others)
      await expect(runStep(situation, other), other.text).rejects.toThrow(StepError);
  });

  it('what a scenario publishes is taken back at its end, though it fails, with its schedule', async () => {
    const runtime = await openEmbedded({ originMap: {}, secrets: {} });
    try {
      const document = "document: { dsl: '1.0.3', namespace: kit, name: often, version: '1.0.0' }";
      const published = [document, 'schedule: { every: { milliseconds: 100 } }', 'do: []'];
      const steps = ['Given a published workflow with definition:', '"""yaml', ...published, '"""'];
      const text = [
        ...given.slice(0, 2),
        ...steps,
        "Then 9 executions of 'kit/often' should complete with output:",
        ...['"""yaml', '5', '"""'],
      ];
      const feature = readFeature(text.join('\n'), 'sample.feature');
      const [answer] = await runFeatures([feature], runtime, { patienceMs: 500 });
      expect(answer?.failure).toBeDefined();
      const after = await runtime.executionsOf('kit', 'often');
      expect(after.length).toBeGreaterThan(0);
      await pause(350);
      expect((await runtime.executionsOf('kit', 'often')).length).toBe(after.length);
      await runtime.check({ text: published.join('\n'), mediaType: 'application/yaml' });
      await pause(350);
      expect((await runtime.executionsOf('kit', 'often')).length).toBe(after.length);
    } finally {
      await runtime.close();
    }
  });

  it('a report names every scenario and ends with the counts', async () => {
    const feature = readFeature([...given, 'Then the workflow should fault'].join('\n'), 'sample.feature');
    const report = formatResults(await runFeatures([feature], runtimeOf(done)));
    expect(report).toMatch(/✗ S \(\d+ ms\)\n {6}sample\.feature:8: the workflow should fault/);
    expect(report.split('\n').at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });
});
