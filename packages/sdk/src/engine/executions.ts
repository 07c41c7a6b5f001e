import type { Json } from '@millrace/core';
import type { EmbeddedEngine } from 'millrace';
import type {
  EventsQuery,
  Executions,
  ExecutionsQuery,
  LargeValues,
  StartRequest,
  ValueReference,
  WatchOptions,
} from '../interface.ts';
import { type Listing, listing, type Page } from '../listing.ts';
import { afterOf, checkId, idPrefixOf, limitOf, sinceOf, waitMsOf } from '../query.ts';
import { copyResolution } from '../resolution.ts';
import { checkStart } from '../start-request.ts';
import { checkEffect, checkReference } from '../value-reference.ts';
import type { ExecutionEvent, ExecutionView } from '../views.ts';
import type { Gate } from './gate.ts';

export function embeddedExecutions(engine: EmbeddedEngine, gate: Gate): Executions {
  return {
    start: (request, options = {}) => gate.pass(options, () => start(engine, request)),
    run: (request, options = {}) =>
      gate.pass(options, async (signal) => whole(engine, await run(engine, request, signal), options)),
    get: (id, options = {}) =>
      gate.pass(options, async (signal) => {
        const ms = waitMsOf(options);
        const view = ms === 0 ? engine.execution(checkId(id)) : engine.wait(checkId(id), ms, signal);
        return own(await whole(engine, await view, options));
      }),
    value: (id, reference, options = {}) => gate.pass(options, () => value(engine, id, reference)),
    list: (query = {}, options = {}) =>
      listing((cursor) =>
        gate.pass(options, async () => toPage(await engine.executions(requestOf(query, cursor)))),
      ),
    events: (id, query = {}, options = {}) =>
      history(gate, query, options, (request) => engine.events(checkId(id), request)),
    lifecycle: (id, query = {}, options = {}) =>
      history(gate, query, options, (request) => engine.lifecycle(checkId(id), request)),
    watch: (id, options = {}) => gate.follow(options, (signal) => follow(engine, id, options, signal)),
    watchList: (options = {}) =>
      gate.follow(options, (signal) => engine.followExecutions(options.after, signal)),
    cancel: (id, { reason, ...options } = {}) =>
      gate.pass(options, async () => own(await engine.cancel(checkId(id), reason))),
    suspend: (id, { reason, ...options } = {}) =>
      gate.pass(options, async () => own(await engine.suspend(checkId(id), reason))),
    resume: (id, { reason, ...options } = {}) =>
      gate.pass(options, async () => own(await engine.resume(checkId(id), reason))),
    retry: (id, { reason, ...options } = {}) =>
      gate.pass(options, async () => own(await engine.retry(checkId(id), reason))),
    resolve: (id, effect, resolution, { reason, ...options } = {}) =>
      gate.pass(options, async () =>
        own(await engine.resolve(checkId(id), checkEffect(effect), copyResolution(resolution), reason)),
      ),
    wakeUps: (id, options = {}) => gate.pass(options, () => engine.wakeUps(checkId(id))),
  };
}

async function start(engine: EmbeddedEngine, request: StartRequest): ReturnType<Executions['start']> {
  const { content, idempotencyKey } = checkStart(request);
  const { execution, created } = await engine.start({ ...content, idempotencyKey });
  return { execution: own(execution), created };
}

/** Longer waits are made of several. */
const waitMs = 3_600_000;

async function run(
  engine: EmbeddedEngine,
  request: StartRequest,
  signal: AbortSignal,
): Promise<ExecutionView> {
  let { execution } = await start(engine, request);
  while (execution.endedAt === undefined) {
    signal.throwIfAborted();
    execution = own(await engine.wait(execution.id, waitMs, signal));
  }
  return execution;
}

/** The view with its large values in it. */
async function whole(
  engine: EmbeddedEngine,
  view: ExecutionView,
  { large }: LargeValues,
): Promise<ExecutionView> {
  if (view.large === undefined || large === 'preview') return view;
  return own(await engine.execution(view.id, { whole: true }));
}

async function value(engine: EmbeddedEngine, id: string, reference: ValueReference): Promise<Json> {
  const { chunks } = await engine.value(checkId(id), checkReference(reference));
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return JSON.parse(text) as Json;
}

/** The engine goes on with its state; what a program does to an answer must not reach it. */
function own(execution: ExecutionView): ExecutionView {
  return structuredClone(execution);
}

function requestOf(
  query: ExecutionsQuery,
  cursor: string | undefined,
): Parameters<EmbeddedEngine['executions']>[0] {
  const { status, workflow } = query;
  return {
    ...limitOf(query),
    ...sinceOf(query),
    ...idPrefixOf(query),
    ...(status === undefined ? {} : { status }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

interface Rows<T> {
  readonly rows: readonly T[];
  readonly cursor?: string;
}

function toPage<T>({ rows, cursor }: Rows<T>): Page<T> {
  return cursor === undefined ? { items: rows } : { items: rows, cursor };
}

/** As many events of a page as the API gives. */
const eventsDefault = 200;

function history<T>(
  gate: Gate,
  query: EventsQuery,
  options: { readonly signal?: AbortSignal },
  read: (request: { readonly after: number; readonly limit: number }) => Promise<Rows<T>>,
): Listing<T> {
  return listing((cursor) =>
    gate.pass(options, async () =>
      toPage(await read({ limit: eventsDefault, ...limitOf(query), after: afterOf(query, cursor) })),
    ),
  );
}

/** The engine closes what is read too slowly; it goes on after the last event that was seen. */
async function* follow(
  engine: EmbeddedEngine,
  id: string,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<ExecutionEvent, void> {
  let last = afterOf(options);
  while (!signal.aborted) {
    for await (const event of engine.follow(checkId(id), last, signal)) {
      last = event.version;
      yield event;
    }
    const { endedAt, version } = await engine.execution(id);
    if (endedAt !== undefined && last >= version) return;
  }
}
