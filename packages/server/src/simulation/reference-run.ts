/**
 * What an execution comes to when nothing fails: the rules alone, without store, roles or faults. Deeds are answered
 * at once and in order, time goes to wherever something is due.
 */
import {
  type Command,
  decide,
  type EffectRequested,
  type Executable,
  type ExecutionState,
  emptyState,
  isTerminal,
  type Json,
} from '@millrace/core';
import { callOf, outcomeAt } from './sim-performer.ts';

const turnsMax = 10_000;

/** The state at the end. */
export function referenceRun(executable: Executable, execution: string, input: Json): ExecutionState {
  const state = emptyState();
  const { namespace, name, version } = executable.program;
  const open: { version: number; fact: EffectRequested }[] = [];
  const seen = new Map<string, Set<number>>();
  let now = 1_767_225_600_000;

  function run(command: Command): void {
    const first = state.version + 1;
    const decided = decide(state, command, { execution, executable, moment: { now, random: () => 0.5 } });
    if (decided.type === 'refused')
      throw new Error(`the reference run was refused: ${decided.refusal.message}`);
    for (const [index, fact] of decided.facts.entries())
      if (fact.type === 'effect.requested') open.push({ version: first + index, fact });
  }
  function answer({ version: effect, fact }: { version: number; fact: EffectRequested }): void {
    const call = callOf(fact.request);
    const keys = seen.get(call.place) ?? new Set();
    seen.set(call.place, keys);
    const outcome = outcomeAt(call, keys.size);
    keys.add(fact.keyOf ?? effect);
    run({ type: 'effect.complete', effect, outcome });
  }

  const definition = { namespace, name, version, digest: 'sha256:reference' };
  run({ type: 'execution.start', execution, definition, input });
  for (let turn = 0; !isTerminal(state.phase); turn++) {
    if (turn >= turnsMax) throw new Error('the reference run does not end');
    const next = open.shift();
    if (next !== undefined) answer(next);
    else if (state.yielded) run({ type: 'execution.continue' });
    else {
      if (state.due === null) throw new Error('the reference run waits for nothing');
      now = Math.max(now, state.due);
      run({ type: 'timers.fire' });
    }
  }
  return state;
}
