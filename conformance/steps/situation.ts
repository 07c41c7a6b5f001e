/** What the steps of one scenario have built up so far, and what a step is. */
import type { Step, StepDocument } from '../gherkin.ts';
import type { Definition, Execution, RunResult, Runtime, Value } from '../runtime.ts';
import type { RequestLog } from '../world/request-log.ts';
import { readYaml } from './values.ts';

export interface Situation {
  readonly runtime: Runtime;
  /** what the stand-ins were asked; absent: the kit has none of its own */
  readonly requests?: RequestLog;
  /** takes the place of `<run>` in every text: no other run of a scenario has it */
  readonly token: string;
  /** how long a step waits for what it expects */
  readonly patienceMs: number;
  /** the instant on the kit's own clock at which the workflow was started, ms */
  startedAt?: number;
  definition?: Definition;
  /** what was published on the way, to be taken back */
  readonly published: Definition[];
  input?: Value;
  execution?: Execution;
  result?: RunResult;
  elapsedMs?: number;
}

/** Why a scenario failed, in one sentence. */
export class StepError extends Error {
  override name = 'StepError';
}

export interface StepRule {
  /** as the README lists it */
  readonly form: string;
  readonly pattern: RegExp;
  run(situation: Situation, step: Step, parts: readonly string[]): void | Promise<void>;
  /** Steps that say something else; where this one holds, each of them must fail. Those that check have it. */
  falsify?(step: Step, parts: readonly string[]): readonly Step[];
}

export function definitionOf({ definition }: Situation): Definition {
  if (!definition) throw new StepError('no workflow was given');
  return definition;
}

export function executionOf({ execution }: Situation): Execution {
  if (!execution) throw new StepError('the workflow was not started');
  return execution;
}

/** How it ended; waits for the end when nobody has yet. */
export async function resultOf(situation: Situation): Promise<RunResult> {
  if (situation.result) return situation.result;
  const result = await executionOf(situation).end();
  situation.elapsedMs = performance.now() - (situation.startedAt ?? 0);
  situation.result = result;
  return result;
}

export function documentOf(step: Step): StepDocument {
  if (!step.document) throw new StepError(`\`${step.text}\` needs a document`);
  return step.document;
}

export function saidIn(step: Step): Value {
  return readYaml(documentOf(step).text);
}

/** Asks again and again until the answer is accepted; throws what `complaint` says when the patience is over. */
export async function eventually<T>(
  situation: Situation,
  ask: () => Promise<T>,
  isSo: (answer: T) => boolean,
  complaint: (answer: T) => string,
): Promise<T> {
  const until = performance.now() + situation.patienceMs;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (performance.now() > until) throw new StepError(complaint(answer));
    await pause(15);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
