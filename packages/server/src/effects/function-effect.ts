import type { EffectRequest, Json, WorkflowError } from '@millrace/core';
import type { EffectContext } from '../ports/performer.ts';
import { EffectFault, fault } from './fault.ts';
import { toJson } from './host-json.ts';

/** A function of the program that runs Millrace, called by workflows under the name it is registered with. */
export interface HostFunction {
  /**
   * Does the work. An error that is thrown faults the task; one with the members `type` and `status` of a problem
   * faults it with these. `signal` aborts when nobody waits for the result any more.
   */
  run(input: Json, context: FunctionContext): Json | Promise<Json>;
}

export interface FunctionContext {
  readonly execution: string;
  /** id of the deed, `execution/version` */
  readonly effect: string;
  /** stays the same when the deed is repeated since its outcome is unknown */
  readonly idempotencyKey: string;
  /** aborts when nobody waits for the result any more; made when it is asked for, so a copy by `{...context}` has none */
  readonly signal: AbortSignal;
}

type FunctionEffect = Extract<EffectRequest, { type: 'function' }>;

/**
 * Does a call of a host function; it ends with the signal or after `msLeft`, even if the function does not. What a
 * function returns without a promise comes back at once.
 */
export function performFunction(
  request: FunctionEffect,
  functions: ReadonlyMap<string, HostFunction>,
  context: EffectContext,
  msLeft: number,
): Json | Promise<Json> {
  const called = functions.get(request.name);
  if (called === undefined) throw fault('configuration', unknownFunction(request.name, functions));
  if (context.aborted) throw fault('runtime', `The function "${request.name}" was given up before it began.`);
  if (msLeft <= 0)
    throw fault('timeout', `The time of the function "${request.name}" was over before it began.`);
  const call = new FunctionCall(context);
  const result = begin(request, called, call);
  if (!isThenable(result)) return outputOf(request.name, result);
  return untilGivenUp(request.name, result, call, context.signal, msLeft).then((output) =>
    outputOf(request.name, output),
  );
}

/**
 * A call under way: what its function is told, and how it is told that nobody waits any more. Most functions never look
 * at the signal, and it costs more than all the rest: it is made when they do.
 */
class FunctionCall implements FunctionContext {
  readonly execution: string;
  readonly effect: string;
  readonly idempotencyKey: string;
  #controller: AbortController | undefined;

  constructor({ execution, effect, idempotencyKey }: EffectContext) {
    this.execution = execution;
    this.effect = effect;
    this.idempotencyKey = idempotencyKey;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  giveUp(reason: Error): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

function begin(request: FunctionEffect, called: HostFunction, call: FunctionCall): unknown {
  try {
    return called.run(request.input, call);
  } catch (error) {
    throw thrownFault(request.name, error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

function outputOf(name: string, result: unknown): Json {
  try {
    return toJson(result);
  } catch (error) {
    throw fault(
      'runtime',
      `The result of the function "${name}" cannot be used: ${(error as Error).message}.`,
    );
  }
}

function unknownFunction(name: string, functions: ReadonlyMap<string, HostFunction>): string {
  const known = [...functions.keys()]
    .sort()
    .slice(0, 10)
    .map((other) => `"${other}"`);
  return `There is no function named "${name}". ${known.length === 0 ? 'None is registered.' : `Registered are ${known.join(', ')}${functions.size > 10 ? ' and others' : ''}.`}`;
}

/** A longer delay would overflow the timer and fire at once; such a wait has no timer. */
const timerMsMax = 2 ** 31 - 1;

function untilGivenUp(
  name: string,
  result: PromiseLike<unknown>,
  call: FunctionCall,
  signal: AbortSignal,
  msLeft: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onTime = (): void => giveUp(fault('timeout', `The function "${name}" did not end in time.`));
    const onAbort = (): void => giveUp(fault('runtime', `The function "${name}" was given up while it ran.`));
    const timer = msLeft > timerMsMax ? undefined : setTimeout(onTime, msLeft);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    result.then(
      (output) => {
        release();
        resolve(output);
      },
      (error: unknown) => {
        release();
        reject(thrownFault(name, error));
      },
    );

    function giveUp(reason: EffectFault): void {
      release();
      reject(new EffectFault(reason.error, true));
      call.giveUp(new Error(reason.message));
    }

    function release(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  });
}

function thrownFault(name: string, thrown: unknown): EffectFault {
  const problem = thrown as
    | {
        readonly type?: unknown;
        readonly status?: unknown;
        readonly title?: unknown;
        readonly detail?: unknown;
        readonly message?: unknown;
      }
    | null
    | undefined;
  const message =
    typeof problem?.message === 'string' && problem.message !== '' ? problem.message : undefined;
  if (typeof problem?.type === 'string' && typeof problem.status === 'number') {
    const detail = typeof problem.detail === 'string' ? problem.detail : message;
    const error: WorkflowError = {
      type: problem.type,
      status: problem.status,
      ...(typeof problem.title === 'string' && { title: problem.title }),
      ...(detail !== undefined && { detail }),
    };
    return new EffectFault(error);
  }
  return fault(
    'runtime',
    message ?? (typeof thrown === 'string' ? thrown : `The function "${name}" failed without a message.`),
  );
}
