/** What the commands about children do to the parent that waits for them, and to the child that is taken back. */
import type { CompleteChild, ResolveChild, WithdrawChild } from '../model/commands.ts';
import type { WorkflowError } from '../model/errors.ts';
import type { Fact } from '../model/facts.ts';
import { unreachable } from '../model/unreachable.ts';
import { readyAll } from './advance.ts';
import type { Decision } from './decision.ts';
import { standardError } from './fault.ts';
import { withJsonNumbers } from './recordable.ts';

/** The first answer counts: another may come of a second look at what is published. */
export function resolveChild(decision: Decision, { child, resolution }: ResolveChild): void {
  const known = decision.state.children?.[child];
  if (known === undefined || known.resolved !== undefined) return;
  record(
    decision,
    child,
    resolution.type === 'found'
      ? { type: 'child.resolved', child, definition: resolution.definition }
      : { type: 'child.faulted', child, error: resolution.error },
  );
}

/** A child that nobody waits for any more has its end in its own log. */
export function completeChild(decision: Decision, { child, outcome }: CompleteChild): void {
  if (decision.state.children?.[child] === undefined) return;
  record(decision, child, endOf(child, outcome, decision));
}

function endOf(child: number, outcome: CompleteChild['outcome'], decision: Decision): Fact {
  switch (outcome.type) {
    case 'completed': {
      const output = isSilent(decision, child) ? null : withJsonNumbers(outcome.output);
      decision.weigh(output);
      return { type: 'child.completed', child, output };
    }
    case 'faulted':
      return { type: 'child.faulted', child, error: outcome.error };
    case 'cancelled':
      return {
        type: 'child.cancelled',
        child,
        ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
        error: cancelledError(outcome.reason),
      };
    default:
      return unreachable(outcome);
  }
}

/** Whether the task returns nothing of the child. */
function isSilent(decision: Decision, child: number): boolean {
  const task = decision.state.tasks[decision.state.children?.[child]?.task ?? ''];
  const node = task === undefined ? undefined : decision.nodeOf(task).node;
  return node?.kind === 'run' && node.silent === true;
}

function cancelledError(reason: string | undefined): WorkflowError {
  const why = reason === undefined ? '' : `: ${reason}`;
  return standardError('runtime', `the execution that the task runs was cancelled${why}`);
}

function record(decision: Decision, child: number, fact: Fact): void {
  const { yielded } = decision.state;
  const key = decision.state.children?.[child]?.task ?? '';
  decision.emit(fact);
  if (!decision.running) return;
  if (yielded) readyAll(decision);
  decision.ready.push(key);
}

/** Whether a command that takes a child back concerns this execution: its id may belong to another's. */
export function isChildOf(decision: Decision, { start }: WithdrawChild): boolean {
  const { parent } = decision.state;
  return parent?.execution === start.parent.execution && parent.version === start.parent.version;
}
