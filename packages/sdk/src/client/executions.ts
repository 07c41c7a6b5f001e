import type { Json, LifecycleEvent } from '@millrace/core';
import type {
  CallOptions,
  Executions,
  LargeValues,
  Reason,
  StartRequest,
  ValueReference,
} from '../interface.ts';
import { checkId, idPrefixOf, limitOf, sinceOf, waitMsOf } from '../query.ts';
import { copyResolution } from '../resolution.ts';
import { checkStart } from '../start-request.ts';
import { checkEffect, checkReference } from '../value-reference.ts';
import type { ExecutionEvent, ExecutionSummary, ExecutionView, WakeUpView } from '../views.ts';
import type { FollowSettings } from './keep-following.ts';
import { history, pages } from './pages.ts';
import { routes } from './routes.ts';
import type { Transport } from './transport.ts';
import { watch } from './watch.ts';
import { watchList } from './watch-list.ts';

export interface ExecutionsSettings {
  /** how long one request of `run` asks the server to wait */
  readonly waitMs: number;
  readonly watch: FollowSettings;
}

export function clientExecutions(transport: Transport, settings: ExecutionsSettings): Executions {
  const get = async (id: string, waitMs: number, signal: AbortSignal | undefined) =>
    execution(transport, { route: routes.getExecution, id: checkId(id), ...waiting(waitMs), signal });
  const change =
    (route: (typeof routes)['cancelExecution' | 'suspendExecution' | 'resumeExecution' | 'retryExecution']) =>
    async (id: string, { signal, reason }: CallOptions & Reason = {}) =>
      execution(transport, {
        route,
        id: checkId(id),
        ...(reason === undefined ? {} : { body: json({ reason }) }),
        signal,
      });
  return {
    start: (request, options = {}) => start(transport, request, 0, options.signal),
    async run(request, options = {}) {
      const { signal } = options;
      let { execution } = await start(transport, request, settings.waitMs, signal);
      while (execution.endedAt === undefined) execution = await get(execution.id, settings.waitMs, signal);
      return whole(transport, execution, options);
    },
    get: async (id, options = {}) =>
      whole(transport, await get(id, waitMsOf(options), options.signal), options),
    value: (id, reference, { signal } = {}) => value(transport, id, reference, signal),
    list: (query = {}, options = {}) =>
      pages<ExecutionSummary>(transport, routes.listExecutions, options, () => ({
        ...limitOf(query),
        ...sinceOf(query),
        ...idPrefixOf(query),
        status: query.status?.join(','),
        workflow: query.workflow,
      })),
    events: (id, query = {}, options = {}) =>
      history<ExecutionEvent>(transport, 'getExecutionEvents', id, query, options),
    lifecycle: (id, query = {}, options = {}) =>
      history<LifecycleEvent>(transport, 'getExecutionLifecycle', id, query, options),
    watch: (id, options = {}) => watch(transport, id, options, settings.watch),
    watchList: (options = {}) => watchList(transport, options, settings.watch),
    cancel: change(routes.cancelExecution),
    suspend: change(routes.suspendExecution),
    resume: change(routes.resumeExecution),
    retry: change(routes.retryExecution),
    resolve: async (id, effect, resolution, { signal, reason } = {}) =>
      execution(transport, {
        route: routes.resolveEffect,
        id: checkId(id),
        params: { effect: checkEffect(effect) },
        body: json({ ...copyResolution(resolution), reason }),
        signal,
      }),
    async wakeUps(id, { signal } = {}) {
      const { body } = await transport.json({ route: routes.getExecutionWakeUps, id: checkId(id), signal });
      return (body as { readonly items: readonly WakeUpView[] }).items;
    },
  };
}

/** The view with its large values fetched. */
async function whole(
  transport: Transport,
  view: ExecutionView,
  { large, signal }: CallOptions & LargeValues,
): Promise<ExecutionView> {
  if (view.large === undefined || large === 'preview') return view;
  const { large: pointers, ...rest } = view;
  const members = (['input', 'output'] as const).filter((member) => pointers.includes(`/${member}`));
  const fetched = members.map(async (member) => [member, await value(transport, view.id, member, signal)]);
  return { ...rest, ...Object.fromEntries(await Promise.all(fetched)) };
}

async function value(
  transport: Transport,
  id: string,
  given: ValueReference,
  signal: AbortSignal | undefined,
): Promise<Json> {
  const reference = checkReference(given);
  const path =
    typeof reference === 'string'
      ? { route: reference === 'input' ? routes.getExecutionInput : routes.getExecutionOutput }
      : {
          route: routes.getEventValue,
          params: { version: reference.version },
          query: { of: reference.of },
        };
  return (await transport.json({ ...path, id: checkId(id), signal })).body as Json;
}

async function start(
  transport: Transport,
  request: StartRequest,
  waitMs: number,
  signal: AbortSignal | undefined,
): ReturnType<Executions['start']> {
  const { content, idempotencyKey, unique } = checkStart(request);
  const { status, body } = await transport.json({
    route: routes.startExecution,
    headers: { 'idempotency-key': idempotencyKey },
    body: json(content),
    ...waiting(waitMs),
    signal,
  });
  // A lost answer makes the second attempt find what the first one started.
  return { execution: body as ExecutionView, created: unique || status !== 200 };
}

async function execution(
  transport: Transport,
  request: Parameters<Transport['json']>[0],
): Promise<ExecutionView> {
  return (await transport.json(request)).body as ExecutionView;
}

function waiting(waitMs: number): { readonly waitMs?: number; readonly query?: { readonly wait: string } } {
  return waitMs === 0 ? {} : { waitMs, query: { wait: `${waitMs}ms` } };
}

function json(value: object): { readonly type: string; readonly text: string } {
  return { type: 'application/json', text: JSON.stringify(value) };
}
