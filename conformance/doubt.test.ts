import { expect, it } from 'vitest';
import { doubt } from './doubt.ts';
import { readFeature } from './gherkin.ts';
import type { Runtime } from './runtime.ts';

/** Completes with 1, whatever it is given. */
const deaf: Runtime = {
  name: 'deaf',
  features: new Set(),
  check: async () => [],
  publish: async () => {},
  start: async () => ({
    end: async () => ({ ending: { status: 'completed', output: 1 }, tasks: [] }),
    phase: async () => 'completed',
    cancel: async () => {},
    suspend: async () => {},
    resume: async () => {},
    lifecycle: async () => [],
  }),
  publishEvent: async () => {},
  executionsOf: async () => [],
  close: async () => {},
};

it('a scenario that notices no change of its definition is told, and so is one that fails as it is', async () => {
  const scenario = (output: string) => [
    `Scenario: It yields ${output}`,
    'Given a workflow with definition:',
    '"""yaml',
    "document: { dsl: '1.0.3', namespace: a, name: b, version: '1.0.0' }",
    'do: [{ a: { set: { x: 1 } } }]',
    '"""',
    'When the workflow is executed',
    'Then the workflow should complete with output:',
    '"""yaml',
    output,
    '"""',
  ];
  const text = ['Feature: F', ...scenario('1'), ...scenario('2')].join('\n');
  const { survivors, falsified } = await doubt([readFeature(text, 'sample.feature')], deaf);
  expect(survivors).toEqual([
    'sample.feature:13: It yields 2: it fails as it is: the output of the workflow should be 2, but is 1',
    'sample.feature:2: It yields 1: no change of its definition is noticed',
  ]);
  expect(falsified).toBe(3);
});
