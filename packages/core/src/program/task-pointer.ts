/**
 * What a task's pointer says. Names are told from the members between them by where they stand (behind the index of a list,
 * or behind `functions`), never by the word: a task may be called `extended`, `do` or `7`.
 */

/** The names on the way to a task, its own the last: `/do/0/order/try/1/pay` → `order`, `pay`. */
export function taskNames(pointer: string): readonly string[] {
  return stepsOf(pointer).flatMap(({ text, isName }) => (isName ? [text] : []));
}

/** The pointer of the task: what is around an extended one stands in the log under the task's, and `extended`. */
export function taskPointer(pointer: string): string {
  const last = stepsOf(pointer).at(-1);
  const isAround = last !== undefined && !last.isName && last.text === around;
  return isAround ? pointer.slice(0, -(around.length + 1)) : pointer;
}

/** What stands in the log around a task with extensions. No task has a member of this name. */
export function pointerAround(pointer: string): string {
  return `${pointer}/${around}`;
}

const around = 'extended';

interface Step {
  readonly text: string;
  readonly isName: boolean;
}

function stepsOf(pointer: string): readonly Step[] {
  const steps: Step[] = [];
  let isName = false;
  for (const [at, raw] of pointer.split('/').slice(1).entries()) {
    const text = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    steps.push({ text, isName });
    isName = !isName && (/^\d+$/.test(text) || isFunctions(steps, at));
  }
  return steps;
}

/** `/use/functions`, or `/functions` for what was read from elsewhere. */
function isFunctions(steps: readonly Step[], at: number): boolean {
  return steps[at]?.text === 'functions' && (at === 0 || (at === 1 && steps[0]?.text === 'use'));
}
