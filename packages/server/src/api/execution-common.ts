/** What the operations on executions have in common: their path, `?wait`, and how they answer. */
import { isTerminal } from '@millrace/core';
import { Type } from 'typebox';
import { durationForms, parseDurationText } from '../config/quantity.ts';
import type { Engine, ExecutionView, Patience } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import type { OperationReply, OperationRequest } from './operation.ts';
import { executionIdPattern, executionSchema } from './schemas.ts';

export const executionPath = '/api/v1/executions/{id}';
export const executionId = Type.String({
  pattern: executionIdPattern,
  description: 'Id of the execution.',
});
export const executionParams = Type.Object({ id: executionId });

/** Longer waits are cut to this: proxies and clients give up on their own. */
const waitMsMax = 300_000;
export const wait = Type.Optional(
  Type.String({
    maxLength: 64,
    description:
      'Answer when the execution has ended, or after this time: 30s, 500ms, 2m, PT30S; at most 5 minutes.',
  }),
);

export const executionExample = {
  id: '019ab3c2-7d10-7c4e-9a53-6b1f0c2d3e4f',
  workflow: { namespace: 'examples', name: 'greet', version: '1.0.0' },
  definition: 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  status: 'completed',
  input: { name: 'Ada' },
  output: { greeting: 'Hello, Ada!' },
  startedAt: '2026-11-21T10:00:00.000Z',
  updatedAt: '2026-11-21T10:00:00.004Z',
  endedAt: '2026-11-21T10:00:00.004Z',
  version: 4,
};
export const location = { Location: 'Path of the execution.' };
export const one = { 'application/json': executionSchema };

/** What a request asked to wait, from its arrival on. */
export interface Wait {
  /** for a decision that another process makes */
  readonly patience: Patience;
  /** ms that are left for the end of the execution; 0: it was not asked for, or is over */
  left(): number;
}

/** Read before anything is done, so that a bad wait starts nothing. */
export function openWait({ query, signal }: OperationRequest<unknown, { readonly wait?: string }>): Wait {
  const ms = parseWait(query.wait);
  const begun = performance.now();
  return {
    patience: ms === 0 ? { signal } : { ms, signal },
    left: () => Math.max(0, ms - (performance.now() - begun)),
  };
}

function parseWait(text: string | undefined): number {
  if (text === undefined) return 0;
  const ms = parseDurationText(text);
  if (ms === undefined)
    throw new MillraceError('bad-request', `wait: expected ${durationForms} but found "${text}".`);
  return Math.min(ms, waitMsMax);
}

/** The execution when it has ended, or as it stands when the time is over or the server stops. */
export async function waited(
  engine: Engine,
  request: OperationRequest,
  execution: ExecutionView,
  wait: Wait,
): Promise<ExecutionView> {
  const ms = wait.left();
  if (ms === 0 || isEnded(execution)) return execution;
  const signal = request.signal();
  try {
    return await engine.wait(request.tenant, execution.id, ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return engine.execution(request.tenant, execution.id);
  }
}

export function isEnded(execution: ExecutionView): boolean {
  return isTerminal(execution.status);
}

export function toJson(body: unknown): OperationReply {
  return { type: 'json', status: 200, body };
}

/** An execution without events waits for a worker. */
export function toCreated(execution: ExecutionView, created: boolean): OperationReply {
  const status = !created ? 200 : execution.version === 0 ? 202 : 201;
  const headers = { location: `/api/v1/executions/${encodeURIComponent(execution.id)}` };
  return { type: 'json', status, body: execution, headers };
}
