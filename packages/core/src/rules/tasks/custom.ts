import type { CallState } from '../../model/state.ts';
import type { CallSource } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluate } from '../evaluate.ts';
import { standardFault } from '../fault.ts';
import { bound, finish, placeOf } from '../finish.ts';
import { advanceList } from '../list.ts';

/** Functions within functions. Each level is a few tasks of state, and none of them can end before the innermost. */
const functionDepthMax = 32;

/**
 * Runs a function in the scope of its call. It is given `with`, or the call's input when there is none, and sees
 * nothing else of where it was called: no loop variables, no `.` of the caller.
 */
export function advanceCustom(
  decision: Decision,
  key: string,
  task: CallState,
  call: Extract<CallSource, { type: 'custom' }>,
): void {
  if (task.called === undefined) {
    checkDepth(decision, task);
    const given =
      call.with === undefined ? {} : { value: evaluate(call.with, task.input, placeOf(decision, task)) };
    bound(decision, given, 'the arguments of the function take');
    decision.emit({ type: 'function.called', ...of(task), function: call.function, ...given });
  }
  advanceList(decision, key, task, decision.executable.functionList(call.function), (then) =>
    finish(decision, key, { then }),
  );
}

/** A call that tasks run in is one of a function of the definition. */
function checkDepth(decision: Decision, task: CallState): void {
  let depth = 1;
  for (let key = task.parent; key !== ''; key = decision.task(key).parent) {
    if (decision.task(key).kind === 'call') depth += 1;
  }
  if (depth <= functionDepthMax) return;
  throw standardFault('runtime', `functions call each other more than ${functionDepthMax} deep`);
}
