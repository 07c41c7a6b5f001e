import type { EmbeddedEngine } from 'millrace';
import type { EventsQuery, Executions, ExecutionsQuery, StartRequest, WatchOptions } from '../interface.ts';
import { type Listing, listing, type Page } from '../listing.ts';
import { afterOf, checkId, limitOf, sinceOf, waitMsOf } from '../query.ts';
import { checkStart } from '../start-request.ts';
import type { ExecutionEvent, ExecutionView, WakeUpView } from '../views.ts';
import type { Gate } from './gate.ts';

export function embeddedExecutions(engine: EmbeddedEngine, gate: Gate): Executions {
  return {
    start: (request, options = {}) => gate.pass(options, () => start(engine, request)),
    run: (request, options = {}) => gate.pass(options, (signal) => run(engine, request, signal)),
    get: (id, options = {}) =>
      gate.pass(options, async (signal) => {
        const ms = waitMsOf(options);
        return own(await (ms === 0 ? engine.execution(checkId(id)) : engine.wait(checkId(id), ms, signal)));
      }),
    list: (query = {}, options = {}) =>
      listing((cursor) =>
        gate.pass(options, async () => toPage(await engine.executions(requestOf(query, cursor)))),
      ),
    events: (id, query = {}, options = {}) =>
      history(gate, query, options, (request) => engine.events(checkId(id), request)),
    lifecycle: (id, query = {}, options = {}) =>
      history(gate, query, options, (request) => engine.lifecycle(checkId(id), request)),
    watch: (id, options = {}) => gate.follow(options, (signal) => follow(engine, id, options, signal)),
    cancel: (id, { reason, ...options } = {}) =>
      gate.pass(options, async () => own(await engine.cancel(checkId(id), reason))),
    suspend: (id, { reason, ...options } = {}) =>
      gate.pass(options, async () => own(await engine.suspend(checkId(id), reason))),
    resume: (id, options = {}) => gate.pass(options, async () => own(await engine.resume(checkId(id)))),
    retry: (id, options = {}) => gate.pass(options, async () => own(await engine.retry(checkId(id)))),
    wakeUps: (id, options = {}) =>
      gate.pass(options, async () => (await engine.wakeUps(checkId(id))).map(toWakeUpView)),
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

type WakeUp = Awaited<ReturnType<EmbeddedEngine['wakeUps']>>[number];

function toWakeUpView({ id, kind, due, attempt, lease, unsafe, doubt }: WakeUp): WakeUpView {
  const held = lease === null ? {} : { lease: { owner: lease.owner, until: instant(lease.until) } };
  return { id, kind, due: instant(due), attempt, ...held, unsafe, doubt };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
