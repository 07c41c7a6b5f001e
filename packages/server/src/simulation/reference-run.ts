/**
 * What an execution comes to when nothing fails: the rules alone, without store, roles or faults. Deeds are answered
 * at once and in order, time goes to wherever something is due.
 */
import {
  type ChildOutcome,
  type ChildRequested,
  type Command,
  childId,
  decide,
  type EffectRequested,
  type Executable,
  type ExecutionState,
  emptyState,
  isTerminal,
  type Json,
  type WorkflowError,
} from '@millrace/core';
import { callOf, outcomeAt } from './sim-performer.ts';

const turnsMax = 10_000;

/** The state at the end; `children` are the programs of the workflows that tasks may run, by name. */
export function referenceRun(
  executable: Executable,
  execution: string,
  input: Json,
  children: ReadonlyMap<string, Executable> = new Map(),
): ExecutionState {
  const state = emptyState();
  const { namespace, name, version } = executable.program;
  const open: { version: number; fact: EffectRequested }[] = [];
  const asked: { version: number; fact: ChildRequested }[] = [];
  const seen = new Map<string, Set<number>>();
  let now = 1_767_225_600_000;

  function run(command: Command): void {
    const first = state.version + 1;
    const decided = decide(state, command, { execution, executable, moment: { now, random: () => 0.5 } });
    if (decided.type === 'refused')
      throw new Error(`the reference run was refused: ${decided.refusal.message}`);
    for (const [index, fact] of decided.facts.entries()) {
      if (fact.type === 'effect.requested') open.push({ version: first + index, fact });
      if (fact.type === 'child.requested') asked.push({ version: first + index, fact });
    }
  }
  function answer({ version: effect, fact }: { version: number; fact: EffectRequested }): void {
    const call = callOf(fact.request);
    const keys = seen.get(call.place) ?? new Set();
    seen.set(call.place, keys);
    const outcome = outcomeAt(call, keys.size);
    keys.add(fact.keyOf ?? effect);
    run({ type: 'effect.complete', effect, outcome });
  }

  function runChild({ version: child, fact }: { version: number; fact: ChildRequested }): void {
    const program = children.get(fact.workflow.name);
    if (program === undefined) throw new Error(`the reference run knows no ${fact.workflow.name}`);
    const { namespace, name, version } = program.program;
    const found = { namespace, name, version, digest: 'sha256:reference' };
    run({ type: 'child.resolve', child, resolution: { type: 'found', definition: found } });
    if (state.children?.[child] === undefined) return;
    const ended = referenceRun(program, childId(execution, child), fact.input, children);
    const outcome: ChildOutcome =
      ended.phase === 'completed'
        ? { type: 'completed', output: ended.output ?? null }
        : { type: 'faulted', error: ended.error as WorkflowError };
    run({ type: 'child.complete', child, outcome });
  }

  const definition = { namespace, name, version, digest: 'sha256:reference' };
  run({ type: 'execution.start', execution, definition, input });
  for (let turn = 0; !isTerminal(state.phase); turn++) {
    if (turn >= turnsMax) throw new Error('the reference run does not end');
    const child = asked.shift();
    const next = child === undefined ? open.shift() : undefined;
    if (child !== undefined) runChild(child);
    else if (next !== undefined) answer(next);
    else if (state.yielded) run({ type: 'execution.continue' });
    else {
      if (state.due === null) throw new Error('the reference run waits for nothing');
      now = Math.max(now, state.due);
      run({ type: 'timers.fire' });
    }
  }
  return state;
}
