/** The engine as its callers see it, over the roles and the store. */
import {
  type ExecutionState,
  type Phase,
  type Refusal,
  unreachable,
  unsupportedMessage,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { ExecutionQuery, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Door } from '../roles/door.ts';
import type { Submitted } from '../roles/worker.ts';
import type { Definition, Definitions } from './definitions.ts';
import type { Engine, ExecutionsRequest, ExecutionView, StartRequest, WorkflowId } from './interface.ts';
import { noExecution, type Reader } from './reader.ts';
import { retryPoint } from './retry-point.ts';
import { executionSummary, executionView } from './views.ts';

export interface EngineParts {
  readonly store: Store;
  readonly world: World;
  readonly door: Door;
  readonly reader: Reader;
  readonly definitions: Definitions;
}

export const pageDefault = 50;
export const pageMax = 1_000;
const open: readonly Phase[] = ['pending', 'running', 'waiting', 'suspended'];

export function createEngineOver(parts: EngineParts): Engine {
  const { definitions, reader, store } = parts;
  return {
    deploy: (tenant, text) => definitions.publish(tenant, text),
    workflow: (tenant, id) => definitions.get(tenant, id),
    workflows: (tenant, { namespace, limit, cursor }) =>
      definitions.list(tenant, namespace, pageSize(limit), cursor),
    undeploy: (tenant, id, { force }) => undeploy(parts, tenant, id, force),
    start: (tenant, request) => start(parts, tenant, request),
    async wait(tenant, id, ms, signal) {
      await reader.untilEnded(tenant, id, ms, signal);
      return view(parts, tenant, id);
    },
    execution: (tenant, id) => view(parts, tenant, id),
    async executions(tenant, request) {
      const page = await store.executions(tenant, queryOf(request));
      return { ...page, rows: page.rows.map(executionSummary) };
    },
    async events(tenant, id, { after = 0, limit }) {
      const { rows, more } = await reader.events(tenant, id, after, pageSize(limit));
      const last = rows.at(-1);
      return more && last !== undefined ? { rows, cursor: String(last.version) } : { rows };
    },
    async lifecycle(tenant, id, { after = 0, limit }) {
      const size = pageSize(limit);
      const events = await reader.lifecycle(tenant, id, after, size);
      return events.length > size
        ? { rows: events.slice(0, size), cursor: String(after + size) }
        : { rows: events };
    },
    follow: (tenant, id, after, signal) => reader.follow(tenant, id, after, signal),
    wakeUps: (tenant, id) => wakeUps(parts, tenant, id),
    cancel: (tenant, id, reason) =>
      ask(parts, tenant, id, { type: 'execution.cancel', ...(reason === undefined ? {} : { reason }) }),
    suspend: (tenant, id, reason) =>
      ask(parts, tenant, id, { type: 'execution.suspend', ...(reason === undefined ? {} : { reason }) }),
    resume: (tenant, id) => ask(parts, tenant, id, { type: 'execution.resume' }),
    retry: (tenant, id) => retry(parts, tenant, id),
  };
}

async function start(parts: EngineParts, tenant: string, asked: StartRequest): Promise<Started> {
  const request = checkedRequest(asked);
  const claim = await claimKey(parts, tenant, request);
  const known = claim?.known === true ? await startedBefore(parts, tenant, claim.id) : undefined;
  if (known !== undefined) return known;
  const id = claim?.id ?? request.id ?? parts.world.id();
  const definition = await definitionOf(parts, tenant, request);
  const { program, digest } = definition;
  if (program.unsupported.length > 0) {
    throw new MillraceError('not-runnable', unsupportedMessage(program.unsupported), {
      unsupported: program.unsupported,
    });
  }
  const { namespace, name, version } = program;
  const submitted = await submit(parts, tenant, id, {
    type: 'execution.start',
    execution: id,
    definition: { namespace, name, version, digest },
    input: request.input ?? {},
  });
  if (submitted === undefined) return { execution: await view(parts, tenant, id), created: true };
  if (submitted.type === 'done')
    return { execution: executionView(id, submitted.state, definition, submitted.status), created: true };
  if (submitted.refusal.code !== 'already-exists') throw refused(submitted.refusal, id);
  // The same key came twice at once, and the other was decided first.
  if (claim?.known === true) return { execution: await view(parts, tenant, id), created: false };
  throw new MillraceError('conflict', `an execution ${id} exists`, { execution: id });
}

type Started = Awaited<ReturnType<Engine['start']>>;

function checkedRequest(request: StartRequest): StartRequest {
  if (request.id === undefined || /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/.test(request.id)) return request;
  throw new MillraceError(
    'bad-request',
    'an execution id has 1 to 128 letters, digits, `.`, `_`, `~` or `-`, and begins with a letter or a digit',
  );
}

/** What an idempotency key stands for, kept under the key before the execution is started. */
interface KeyClaim {
  readonly id: string;
  /** digest of the request as it was made */
  readonly content: string;
}

/** Takes the key, or finds who has it: then the request must be the same, and `known` is true. */
async function claimKey(
  { store, world }: EngineParts,
  tenant: string,
  request: StartRequest,
): Promise<(KeyClaim & { readonly known: boolean }) | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const key = world.hash(request.idempotencyKey);
  const claim: KeyClaim = { id: request.id ?? world.id(), content: world.hash(contentOf(request)) };
  const put = await store.putDocument(tenant, 'idempotency-keys', key, JSON.stringify(claim), 0);
  if (put.type === 'stored') return { ...claim, known: false };
  const stored = await store.document(tenant, 'idempotency-keys', key);
  if (stored === undefined)
    throw new MillraceError('unavailable', 'the idempotency key was removed just now; try again');
  const holder = JSON.parse(stored.body) as KeyClaim;
  if (holder.content === claim.content) return { ...holder, known: true };
  throw new MillraceError(
    'idempotency-mismatch',
    `this idempotency key started ${holder.id} with other content`,
    {
      execution: holder.id,
    },
  );
}

/** "The latest version" stays the same request when another version has become the latest. */
function contentOf({ workflow, definition, input, id }: StartRequest): string {
  const asked =
    workflow === undefined ? definition : [workflow.namespace, workflow.name, workflow.version ?? null];
  return JSON.stringify([asked, input ?? {}, id ?? null]);
}

/** The execution that a key started; undefined: the process ended between taking the key and starting. */
async function startedBefore(parts: EngineParts, tenant: string, id: string): Promise<Started | undefined> {
  if ((await parts.store.execution(tenant, id)) === undefined) return undefined;
  return { execution: await view(parts, tenant, id), created: false };
}

function definitionOf(
  { definitions }: EngineParts,
  tenant: string,
  { workflow, definition }: StartRequest,
): Promise<Definition> {
  if (workflow !== undefined && definition !== undefined) {
    throw new MillraceError('bad-request', 'name a `workflow` or give a `definition`, not both');
  }
  if (workflow !== undefined) return definitions.resolve(tenant, workflow);
  if (definition !== undefined) return definitions.inline(tenant, definition);
  throw new MillraceError('bad-request', 'name a `workflow` or give a `definition`');
}

/** Asks an execution to move, and shows what it has become. */
async function ask(
  parts: EngineParts,
  tenant: string,
  id: string,
  command: Parameters<Door['submit']>[2],
): Promise<ExecutionView> {
  const submitted = await submit(parts, tenant, id, command);
  if (submitted?.type === 'refused') throw refused(submitted.refusal, id);
  if (submitted === undefined) return view(parts, tenant, id);
  return executionView(id, submitted.state, await loaded(parts, tenant, submitted.state), submitted.status);
}

/** Submits, and where another process decides, waits until it has. */
async function submit(
  { door, store, world }: EngineParts,
  tenant: string,
  id: string,
  command: Parameters<Door['submit']>[2],
): Promise<Submitted | undefined> {
  const submitted = await door.submit(tenant, id, command);
  if (submitted !== undefined) return submitted;
  for (let ms = 2; ; ms = Math.min(100, ms * 2)) {
    const rows = await store.wakeUps(tenant, id);
    if (!rows.some(({ kind }) => kind === 'command')) return undefined;
    await new Promise<void>((resolve) => world.after(ms, resolve));
  }
}

function refused(refusal: Refusal, id: string): MillraceError {
  switch (refusal.code) {
    case 'not-found':
      return noExecution(id);
    case 'not-runnable':
      return new MillraceError('not-runnable', refusal.message);
    case 'already-exists':
    case 'already-ended':
      return new MillraceError('conflict', refusal.message, { execution: id });
    default:
      return unreachable(refusal.code);
  }
}

async function view(parts: EngineParts, tenant: string, id: string): Promise<ExecutionView> {
  const state = await parts.reader.state(tenant, id);
  return executionView(id, state, await loaded(parts, tenant, state));
}

/** The definition, for the line of an error: nothing else of a view needs it. */
async function loaded(
  { definitions }: EngineParts,
  tenant: string,
  state: ExecutionState,
): Promise<Definition | undefined> {
  if (state.error === undefined || state.definition === null) return undefined;
  return definitions.byDigest(tenant, state.definition.digest);
}

async function wakeUps({ store }: EngineParts, tenant: string, id: string): ReturnType<Engine['wakeUps']> {
  if ((await store.execution(tenant, id)) === undefined) throw noExecution(id);
  return store.wakeUps(tenant, id);
}

async function retry(parts: EngineParts, tenant: string, id: string): Promise<ExecutionView> {
  const { reader, world } = parts;
  const { phase } = await reader.state(tenant, id);
  const point = phase === 'faulted' ? retryPoint(await reader.faultFacts(tenant, id)) : undefined;
  if (point === undefined) {
    throw new MillraceError('conflict', `only a faulted execution can be retried; ${id} is ${phase}`, {
      execution: id,
    });
  }
  if (point.version <= 1) {
    throw new MillraceError('conflict', `${id} faulted on its input: start an execution with another input`, {
      execution: id,
    });
  }
  const state = await reader.fold(tenant, id, (version) => version <= point.version);
  const next = world.id();
  return ask(parts, tenant, next, {
    type: 'execution.restore',
    execution: next,
    from: { execution: id, version: point.version },
    state,
    task: point.task,
  });
}

async function undeploy(
  parts: EngineParts,
  tenant: string,
  id: WorkflowId,
  force: boolean,
): ReturnType<Engine['undeploy']> {
  const versions = await parts.definitions.versions(tenant, id);
  let cancelled = 0;
  for (const { namespace, name, version } of versions) {
    const query = { status: open, namespace, name, version, rowsMax: pageMax };
    for (
      let page = await parts.store.executions(tenant, query);
      page.rows.length > 0;
      page = await parts.store.executions(tenant, query)
    ) {
      if (!force) throw stillOpen(`${namespace}/${name}/${version}`, page.rows.length);
      for (const row of page.rows) cancelled += await cancelOpen(parts, tenant, row.id);
    }
  }
  let removed = 0;
  for (const { namespace, name, version } of versions) {
    if (await parts.definitions.remove(tenant, { namespace, name, version })) removed += 1;
  }
  return { removed, cancelled };
}

/** Cancels one, unless it has just ended by itself. */
async function cancelOpen(parts: EngineParts, tenant: string, id: string): Promise<number> {
  const submitted = await submit(parts, tenant, id, {
    type: 'execution.cancel',
    reason: 'its workflow was removed',
  });
  return submitted?.type === 'refused' ? 0 : 1;
}

function stillOpen(workflow: string, executions: number): MillraceError {
  const count = executions >= pageMax ? `at least ${executions}` : String(executions);
  return new MillraceError(
    'conflict',
    `${workflow} has ${count} open executions; cancel them, or remove it with force`,
    { workflow },
  );
}

function pageSize(limit: number | undefined): number {
  if (limit === undefined) return pageDefault;
  return limit === Number.MAX_SAFE_INTEGER ? limit : Math.min(pageMax, Math.max(1, limit));
}

function queryOf({ status, workflow, since, limit, cursor }: ExecutionsRequest): ExecutionQuery {
  return {
    rowsMax: pageSize(limit),
    ...(status === undefined ? {} : { status }),
    ...(workflow === undefined ? {} : workflowFilter(workflow)),
    ...(since === undefined ? {} : { since }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** `name`, `namespace/name` or `namespace/name/version`. */
function workflowFilter(workflow: string): Pick<ExecutionQuery, 'namespace' | 'name' | 'version'> {
  const parts = workflow.split('/');
  const [namespace, name, version] = parts.length === 1 ? [undefined, parts[0]] : parts;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
  };
}
