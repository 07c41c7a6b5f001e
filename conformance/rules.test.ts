import { readFileSync } from 'node:fs';
import { parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { millraceFeatures, missingNeeds, optionalFeatures } from './features.ts';
import { readFeature } from './gherkin.ts';
import { ownFeatures } from './kit.ts';
import { coverageOf, readRules } from './rules.ts';
import { readFeatures } from './runner.ts';
import { vocabulary } from './steps/vocabulary.ts';

const rules = readRules();
const features = readFeatures([ownFeatures]);
const scenarios = features.flatMap(({ scenarios: of }) => of);

describe('the rules of the language', () => {
  it('each is shown by a scenario, or has a reason for having none, and no tag names another', () => {
    expect(coverageOf(rules, features)).toEqual({ unshown: [], unknown: [], excused: [] });
  });

  it('a rule without a scenario, a tag without a rule, and a reason too many are told', () => {
    const text = ['Feature: F', '@a.one @b.none @needs:listen', 'Scenario: S', 'Given x'].join('\n');
    const sample = [
      { id: 'a.one', chapter: 'a', says: 'x', without: 'y' },
      { id: 'a.two', chapter: 'a', says: 'x' },
    ];
    expect(coverageOf(sample, [readFeature(text, 'sample.feature')])).toEqual({
      unshown: ['a.two'],
      unknown: ['b.none (S)'],
      excused: ['a.one'],
    });
  });

  it('are sentences, and an id is given once', () => {
    expect(rules.filter(({ says }) => !/^.+\.$/.test(says))).toEqual([]);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });
});

it('the README lists every step', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8').replaceAll('\\|', '|');
  expect(vocabulary.map(({ form }) => form).filter((form) => !readme.includes(`\`${form}\``))).toEqual([]);
});

describe('the scenarios', () => {
  it('are 250 at least, and each shows a rule', () => {
    expect(scenarios.length).toBeGreaterThan(250);
    const ids = new Set(rules.map(({ id }) => id));
    expect(scenarios.filter(({ tags }) => !tags.some((tag) => ids.has(tag))).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it('have names of their own within a feature', () => {
    const twice = features.flatMap(({ file, scenarios: of }) =>
      [...Map.groupBy(of, ({ name }) => name)]
        .filter(([, all]) => all.length > 1)
        .map(([name]) => `${file} ${name}`),
    );
    expect(twice).toEqual([]);
  });

  it('need only what the list of features knows', () => {
    const needs = scenarios.flatMap(({ tags }) => tags).filter((tag) => tag.startsWith('needs:'));
    expect(needs.filter((need) => !(need.slice(6) in optionalFeatures))).toEqual([]);
  });

  it('that are skipped have definitions that can be read', () => {
    const errors = scenarios
      .filter(({ tags }) => missingNeeds(tags, millraceFeatures).length > 0)
      .flatMap(({ name, steps }) => steps.map((step) => ({ name, ...step })))
      .filter(({ text }) => text.endsWith(' workflow with definition:'))
      .flatMap(({ name, document }) => {
        const parsed = parse((document?.text ?? '').replaceAll('<run>', 'run'));
        return parsed.ok ? [] : parsed.errors.map(({ message }) => `${name}: ${message}`);
      });
    expect(errors).toEqual([]);
  });

  it('use every step that checks something', () => {
    const steps = scenarios.flatMap(({ steps: of }) => of.map(({ text }) => text));
    const unused = vocabulary.filter(({ pattern }) => !steps.some((text) => pattern.test(text)));
    // The official scenarios use it.
    expect(unused.map(({ form }) => form)).toEqual([
      "the workflow output should have a 'PATH' property containing N items",
    ]);
  });
});
