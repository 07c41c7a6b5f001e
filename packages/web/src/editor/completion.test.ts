import { parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { keywordsAt, valuesOf } from './keywords.ts';
import { newText } from './new-text.ts';
import { indentAfter, pathAt } from './yaml-path.ts';

/** The path at the mark `|` in a text. */
function pathAtMark(text: string): readonly string[] {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes('|'));
  return pathAt(lines, line, lines[line]?.indexOf('|') ?? 0);
}

const names = (text: string) => keywordsAt(pathAtMark(text)).map(({ name }) => name);

describe('where one types', () => {
  it('is told by the indentation', () => {
    expect(pathAtMark('document:\n  dsl: x\n  |')).toEqual(['document']);
    expect(pathAtMark('do:\n  - greet:\n      |')).toEqual(['do', '-', 'greet']);
    expect(pathAtMark('do:\n  - greet:\n      set:\n        a: 1\n  - |')).toEqual(['do', '-']);
    expect(pathAtMark('do:\n- greet:\n    |')).toEqual(['do', '-', 'greet']);
    expect(pathAtMark('do:\n  - a:\n      set:\n        x: 1\n|')).toEqual([]);
  });

  it('is not confused by comments, blank lines and colons in values', () => {
    expect(pathAtMark('do:\n  # note: here\n\n  - call:\n      uri: https://e.com\n      |')).toEqual([
      'do',
      '-',
      'call',
    ]);
  });
});

describe('a new line', () => {
  it('is indented below a key that has no value, counted from the key and not from its dash', () => {
    expect(['do:', '  - greet:', 'code: |', '  a: 1', '  - set: x', '', '# note:'].map(indentAfter)).toEqual([
      2, 6, 2, 2, 4, 0, 0,
    ]);
  });
});

describe('what is offered', () => {
  it('at the top are the parts of a workflow', () => {
    expect(names('|')).toEqual(expect.arrayContaining(['document', 'do', 'use', 'input']));
  });

  it('in a task are the kinds of tasks and what all tasks have', () => {
    const offered = names('do:\n  - greet:\n      |');
    for (const name of [
      'call',
      'do',
      'emit',
      'for',
      'fork',
      'listen',
      'raise',
      'run',
      'set',
      'switch',
      'try',
      'wait',
      'if',
      'then',
    ])
      expect(offered).toContain(name);
  });

  it('the name of a task is the author’s own', () => {
    expect(names('do:\n  - |')).toEqual([]);
  });

  it('depends on what `with` belongs to', () => {
    expect(names('do:\n  - a:\n      call: http\n      with:\n        |')).toContain('endpoint');
    expect(
      names('do:\n  - a:\n      try: []\n      catch:\n        errors:\n          with:\n            |'),
    ).toContain('status');
  });

  it('values are those that the language names', () => {
    expect(valuesOf('call')).toContain('http');
    expect(valuesOf('then')).toEqual(['continue', 'exit', 'end']);
    expect(valuesOf('greeting')).toEqual([]);
  });
});

describe('what an editor begins with', () => {
  it('is a workflow without errors', () => {
    expect(parse(newText)).toMatchObject({ ok: true });
  });
});
