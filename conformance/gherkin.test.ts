import { describe, expect, it } from 'vitest';
import { readFeature } from './gherkin.ts';
import { readFeatures } from './runner.ts';

const feature = (...lines: readonly string[]) => readFeature(lines.join('\n'), 'sample.feature');

describe('feature files', () => {
  it('that are not there are told by their path, in a sentence', () => {
    expect(() => readFeatures(['nope.feature'])).toThrow(
      /^nope\.feature: there is no such file, or folder of scenarios$/,
    );
  });

  it('a feature has a name, an introduction in free words, and scenarios with steps', () => {
    const read = feature(
      '# a comment',
      'Feature: Waiting',
      '  As an author',
      '  Given that I am patient',
      '',
      '  Scenario: A short wait',
      '    Given a workflow with definition:',
      '    """yaml',
      '    do:',
      '      - pause: { wait: PT1S }',
      '    """',
      '    When the workflow is executed',
      '    Then the workflow should complete',
      '    And pause should run first',
      '    But pause should run last',
    );
    expect(read).toMatchObject({ name: 'Waiting', scenarios: [{ name: 'A short wait', line: 6 }] });
    expect(read.scenarios[0]?.steps).toEqual([
      {
        keyword: 'Given',
        text: 'a workflow with definition:',
        line: 7,
        document: { mediaType: 'yaml', text: 'do:\n  - pause: { wait: PT1S }\n' },
      },
      { keyword: 'When', text: 'the workflow is executed', line: 12 },
      { keyword: 'Then', text: 'the workflow should complete', line: 13 },
      { keyword: 'Then', text: 'pause should run first', line: 14 },
      { keyword: 'Then', text: 'pause should run last', line: 15 },
    ]);
  });

  it('what stands behind closing quotes is the next line', () => {
    const read = feature(
      'Feature: F',
      'Scenario: S',
      'Given a thing:',
      '"""',
      'a: 1',
      '"""   And another thing',
      'When done',
    );
    expect(read.scenarios[0]?.steps.map(({ text }) => text)).toEqual(['a thing:', 'another thing', 'done']);
  });

  it('a document loses the indentation of its quotes, and keeps what goes beyond it', () => {
    const read = feature(
      'Feature: F',
      'Scenario: S',
      '  Given a thing:',
      '    """json',
      '    {',
      '      "a": 1',
      ' }',
      '    """',
    );
    expect(read.scenarios[0]?.steps[0]?.document).toEqual({ mediaType: 'json', text: '{\n  "a": 1\n}\n' });
  });

  it('tags of the feature and of the scenario are its tags', () => {
    const read = feature(
      '@a',
      'Feature: F',
      '@b.c @d',
      '@e',
      'Scenario: S',
      'Given x',
      'Scenario: T',
      'Given y',
    );
    expect(read.scenarios.map(({ tags }) => tags)).toEqual([['a', 'b.c', 'd', 'e'], ['a']]);
  });

  it('an outline is a scenario for each row of its examples', () => {
    const read = feature(
      'Feature: F',
      '@t',
      'Scenario Outline: It is <a>',
      'Given <a> and <other>:',
      '"""',
      'b: <b>',
      '"""',
      'Examples:',
      '| a | b |',
      '| 1 | x\\|y |',
      '| 2 | z |',
    );
    expect(read.scenarios.map(({ name, line, tags }) => [name, line, tags])).toEqual([
      ['It is 1', 10, ['t']],
      ['It is 2', 11, ['t']],
    ]);
    expect(read.scenarios[0]?.steps[0]).toMatchObject({
      text: '1 and <other>:',
      document: { text: 'b: x|y\n' },
    });
  });

  it.each([
    ['a file without a feature', ['Scenario: S']],
    ['a document that is not closed', ['Feature: F', 'Scenario: S', 'Given a thing:', '"""', 'a: 1']],
    ['a document without its step', ['Feature: F', 'Scenario: S', '"""', '"""']],
    ['And as the first step', ['Feature: F', 'Scenario: S', 'And a thing']],
    ['a tag of no scenario', ['Feature: F', 'Scenario: S', 'Given a thing', '@slow']],
    ['a tag without @', ['Feature: F', '@slow fast', 'Scenario: S']],
    ['a background', ['Feature: F', 'Background:', 'Given a thing']],
    ['an outline without examples', ['Feature: F', 'Scenario Outline: T', 'Given a']],
    ['examples of a scenario', ['Feature: F', 'Scenario: S', 'Given a', 'Examples:', '| a |', '| 1 |']],
    [
      'a row of another length',
      ['Feature: F', 'Scenario Outline: S', 'Given <a>', 'Examples:', '| a |', '| 1 | 2 |'],
    ],
    ['a table', ['Feature: F', 'Scenario: S', 'Given a thing', '| a | b |']],
    ['free words between steps', ['Feature: F', 'Scenario: S', 'Given a thing', 'and so on']],
  ])('%s is refused with its line', (_what, lines) => {
    expect(() => feature(...lines)).toThrow(/^sample\.feature:\d+: /);
  });
});
