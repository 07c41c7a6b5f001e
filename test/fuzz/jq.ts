/** jq: programs and data at random, against the jq program of the same version where there is one. */
import { compile, JqBudgetError, JqError, JqHalt, JqSyntaxError, type Json, stringify } from '@millrace/jq';
import fc from 'fast-check';
import { holdsThread } from './cpu-time.ts';
import { damaged } from './damage.ts';
import type { JqAnswer, JqOracle } from './jq-oracle.ts';
import { type JqInput, jqInputs } from './jq-programs.ts';
import { asTarget, type Target } from './target.ts';

/** Small enough that jq, which has no such limits, ends soon as well. */
const budget = { stepsMax: 20_000, depthMax: 200, sizeMax: 1_000_000 };
const outputsMax = 1_000;

export function jqTarget(oracle: JqOracle | undefined): Target {
  const broken = jqInputs().chain(({ program, data }) =>
    damaged(program).map((text) => ({ program: text, data })),
  );
  return asTarget<JqInput>({
    name: 'jq',
    inputs: fc.oneof({ arbitrary: jqInputs(), weight: 5 }, { arbitrary: broken, weight: 1 }),
    check({ program, data }) {
      const slow = holdsThread(0, () => run(program, data as Json));
      if (slow !== undefined) return slow;
      const ours = run(program, data as Json);
      // The program is a C string there: it ends with the first NUL.
      if (ours === undefined || oracle === undefined || program.includes('\0')) return undefined;
      const theirs = oracle.run(program, JSON.stringify(data));
      if (isOfHiddenErrors(program)) return undefined;
      return isBeyondJq(theirs) ? undefined : difference(ours, theirs);
    },
  });
}

/** What ours answers; undefined when it stopped at its limits. Throws what it must never throw. */
function run(program: string, data: Json): JqAnswer | undefined {
  const outputs: string[] = [];
  const take = (value: Json) => {
    outputs.push(stringify(value));
    return outputs.length < outputsMax;
  };
  try {
    compile(program).each(data, take, [], { budget });
  } catch (error) {
    if (error instanceof JqBudgetError) return undefined;
    if (error instanceof JqSyntaxError) return { outputs, error: error.message, refused: true };
    if (error instanceof JqError || error instanceof JqHalt)
      return { outputs, error: error.message, refused: false };
    throw error;
  }
  return outputs.length < outputsMax ? { outputs, error: undefined, refused: false } : undefined;
}

/**
 * Ours keeps functions that jq has dropped or that not every build of it has; and it takes more for a path: jq tells
 * the 0 that it read from the 0 that it made, and an update from its input.
 */
function isBeyondJq({ error }: JqAnswer): boolean {
  const known = /is not defined|not found at build time|is not a valid format|^Invalid path expression/;
  return error !== undefined && known.test(error);
}

/**
 * There a break is an error that `?//` catches, and `|=`, `first` and their like break as well. What is refused as a path, as
 * by `isBeyondJq`, may be caught in the program.
 */
function isOfHiddenErrors(program: string): boolean {
  const breaks = /break|\|=|\b(first|limit|skip|nth|isempty|any|all|until)\b/;
  if (program.includes('?//') && breaks.test(program)) return true;
  return program.includes('|=') && /\?|\btry\b/.test(program) && /\b(del|path|paths|pick)\b/.test(program);
}

function difference(ours: JqAnswer, theirs: JqAnswer): string | undefined {
  // Ours takes a little more: an empty program, `.a.[1:]`.
  if (theirs.refused && !ours.refused) return undefined;
  // A format that is not there is refused before it runs.
  if (ours.refused && ours.error?.includes('is not a valid format')) return undefined;
  if (ours.refused !== theirs.refused) return `jq ${show(theirs)}, ours ${show(ours)}`;
  if (ours.refused) return undefined;
  const same =
    (ours.error === undefined) === (theirs.error === undefined) &&
    ours.outputs.length === theirs.outputs.length &&
    ours.outputs.every((output, index) => normal(output) === normal(theirs.outputs[index] ?? ''));
  return same ? undefined : `jq ${show(theirs)}, ours ${show(ours)}`;
}

/**
 * Two libraries of mathematics differ in the last digits, jq keeps numbers that it only passes on as they were written, and
 * the zero that it negates has a sign or not by where it came from.
 */
function normal(output: string): string {
  const value: unknown = JSON.parse(output);
  const text = JSON.stringify(value, (_key, part) =>
    typeof part === 'number' ? Number(clamped(part).toPrecision(12)) : part,
  );
  return text.replace(/(?<![\d.-])-0(?![\d.])/g, '0');
}

/** The largest number stands for those beyond it, as jq prints what it has calculated. */
function clamped(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function show({ outputs, error, refused }: JqAnswer): string {
  const given = `gives [${outputs.join(', ').slice(0, 300)}]`;
  return refused ? `refuses it (${error})` : error === undefined ? given : `${given} and the error ${error}`;
}
