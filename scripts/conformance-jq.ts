/**
 * Runs test files in jq's own format against our jq.
 * Usage: node --conditions=millrace-source scripts/conformance-jq.ts FILE...
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  compare,
  compile,
  type Host,
  JqBudgetError,
  JqError,
  JqSyntaxError,
  type Json,
  stringify,
} from '@millrace/jq';

interface Case {
  readonly file: string;
  readonly line: number;
  readonly program: string;
  readonly input: string;
  readonly outputs: readonly string[];
  /** The first line of the message that jq gives, for a program that must not compile. */
  readonly compileError: string | undefined;
}

export interface Failure {
  readonly place: string;
  readonly program: string;
  readonly reason: string;
}

export interface ConformanceResult {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skipped: readonly Failure[];
  /** Programs that are refused as they must be, but in other words than jq's. */
  readonly otherWords: readonly Failure[];
}

export function runConformance(files: readonly string[]): ConformanceResult {
  let passed = 0;
  const failures: Failure[] = [];
  const skipped: Failure[] = [];
  const otherWords: Failure[] = [];
  for (const test of files.flatMap((file) => parseCases(file, readFileSync(file, 'utf8')))) {
    const note = (reason: string): Failure => ({
      place: `${test.file}:${test.line}`,
      program: test.program,
      reason,
    });
    const skip = skipReason(test);
    if (skip !== undefined) {
      skipped.push(note(skip));
      continue;
    }
    const result =
      test.compileError === undefined
        ? runCase(test)
        : runFailCase(test, (words) => otherWords.push(note(words)));
    if (result === undefined) passed++;
    else failures.push(note(result));
  }
  return { passed, failures, skipped, otherWords };
}

/** Cases are groups of lines with empty lines between them; a line that begins with # is a comment. */
function parseCases(file: string, text: string): Case[] {
  const cases: Case[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; ) {
    if (isBlank(lines[i])) {
      i++;
      continue;
    }
    const start = i;
    const group: string[] = [];
    while (i < lines.length && lines[i]?.trim() !== '') {
      if (!lines[i]?.startsWith('#')) group.push(lines[i] ?? '');
      i++;
    }
    const test = toCase(file, start + 1, group);
    if (test !== undefined) cases.push(test);
  }
  return cases;
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === '' || line.startsWith('#');
}

function toCase(file: string, line: number, group: readonly string[]): Case | undefined {
  const [first = '', second = '', third = ''] = group;
  if (!first.startsWith('%%FAIL')) {
    return { file, line, program: first, input: second, outputs: group.slice(2), compileError: undefined };
  }
  const ignoresMessage = first.includes('IGNORE MSG');
  return {
    file,
    line,
    program: second,
    input: 'null',
    outputs: [],
    compileError: ignoresMessage ? '' : third,
  };
}

function skipReason({ program, compileError }: Case): string | undefined {
  const importsModule = /^\s*(import|include)\s+"[^"\\]*"(\s+as\s+\S+)?\s*;/.test(program);
  if (importsModule) return 'needs the module files of jq’s own test suite';
  if (compileError === undefined && /\b(modulemeta|get_search_list)\b/.test(program))
    return 'needs the module files of jq’s own test suite';
  return undefined;
}

const HOST: Host = { env: { PAGER: 'less' }, now: () => 1_700_000_000 };

/** undefined when the case passes. */
function runCase({ program, input, outputs }: Case): string | undefined {
  let actual: Json[];
  let error: unknown;
  try {
    actual = [];
    compile(program).each(readJson(input), (value) => void actual.push(value), [], HOST);
  } catch (thrown) {
    error = thrown;
  }
  actual ??= [];
  if (error instanceof JqSyntaxError || error instanceof JqBudgetError)
    return `${error.name}: ${error.message}`;
  if (error !== undefined && !(error instanceof JqError)) return `crashed: ${String(error)}`;
  const wanted = outputs.map(readJson);
  const isSame =
    wanted.length === actual.length && wanted.every((value, i) => compare(value, actual[i] as Json) === 0);
  if (isSame) return undefined;
  const raised = error instanceof JqError ? `, then error ${error.message}` : '';
  return `wanted ${outputs.join(' ')} but got ${actual.map(stringify).join(' ')}${raised}`;
}

function readJson(text: string): Json {
  return compile('fromjson').first(text) ?? null;
}

function runFailCase({ program, compileError }: Case, note: (words: string) => void): string | undefined {
  try {
    compile(program);
  } catch (error) {
    if (!(error instanceof JqSyntaxError)) return `crashed: ${String(error)}`;
    const wanted = (compileError ?? '').replace(/^jq: error: /, '').replace(/ at <top-level>, line.*/, '');
    if (wanted !== '' && !error.message.startsWith(wanted))
      note(`jq says “${wanted}”, we say “${error.message}”`);
    return undefined;
  }
  return 'compiles, but must not';
}

function report({ passed, failures, skipped, otherWords }: ConformanceResult): string {
  const list = (title: string, items: readonly Failure[]): string[] =>
    items.flatMap(({ place, program, reason }) => [
      `${title} ${place}`,
      `  program: ${program}`,
      `  ${reason}`,
    ]);
  return [
    ...list('FAILED', failures),
    ...list('OTHER WORDS', otherWords),
    ...list('SKIPPED', skipped),
    `${skipped.length} skipped, because they need module files that are not part of the test files`,
    `${passed} passed, ${failures.length} failed`,
  ].join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const result = runConformance(process.argv.slice(2));
  console.log(report(result));
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}
