/** The engine as its callers see it, over the roles and the store. */
import { type ExecutionState, misplacedSecrets, openPhases, type WorkflowSource } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { ExecutionQuery } from '../ports/store.ts';
import { ask, reasonOf, resolve, retry, view, viewOf, wakeUps } from './ask.ts';
import { isNotFound, submit, undecided, untilStarted, untilStartedAndEnded } from './elsewhere.ts';
import type { EngineParts } from './engine-parts.ts';
import { matches, publish } from './events.ts';
import { followExecutions } from './execution-feed.ts';
import type { Engine, ExecutionsRequest, WorkflowId } from './interface.ts';
import { missingChildren } from './missing-children.ts';
import { previewDefault } from './schedules.ts';
import { start } from './start.ts';
import { readValue } from './value-reader.ts';
import { executionSummary } from './views.ts';

export const pageDefault = 50;
export const pageMax = 1_000;
const previewMax = 100;

/** What a process tells of itself is the matter of whoever composes it. */
export function createEngineOver(parts: EngineParts): Omit<Engine, 'system' | 'nodes'> {
  const { definitions, functions, reader, store, world } = parts;
  return {
    deploy: (tenant, text) => deploy(parts, tenant, text),
    workflow: async (tenant, id) => withWarnings(definitions, tenant, await definitions.get(tenant, id)),
    workflows: (tenant, { namespace, limit, cursor }) =>
      definitions.list(tenant, namespace, pageSize(limit), cursor),
    definition: (tenant, digest) => definitions.view(tenant, digest),
    publishFunction: (tenant, id, text) => functions.publish(tenant, id, text),
    function: (tenant, id) => functions.get(tenant, id),
    functions: (tenant, { limit, cursor }) => functions.list(tenant, pageSize(limit), cursor),
    removeFunction: (tenant, id) => functions.remove(tenant, id),
    undeploy: (tenant, id, { force }) => undeploy(parts, tenant, id, force),
    schedule: (tenant, id, { count = previewDefault }) =>
      parts.schedules.view(tenant, id, Math.min(previewMax, Math.max(1, count))),
    pauseSchedule: (tenant, id, reason) => parts.schedules.pause(tenant, id, reason),
    resumeSchedule: (tenant, id) => parts.schedules.resume(tenant, id),
    start: (tenant, request, patience) => start(parts, tenant, request, patience),
    wait(tenant, id, ms, signal) {
      const end = world.elapsed() + ms;
      const seen = (state: ExecutionState | undefined) =>
        state === undefined ? view(parts, tenant, id) : viewOf(parts, tenant, id, state);
      // Not `async`: while it waits it would hold a frame, and so would each that awaits it.
      return reader.untilEnded(tenant, id, ms, signal).then(seen, async (error: unknown) => {
        if (!isNotFound(error)) throw error;
        // It may not have been started yet.
        return seen(await untilStartedAndEnded(parts, tenant, id, end, signal));
      });
    },
    execution: (tenant, id, options) => view(parts, tenant, id, options),
    value: (tenant, id, reference) => readValue(reader, parts.blobs, tenant, id, reference),
    async executions(tenant, request) {
      const page = await store.executions(tenant, queryOf(request));
      return { ...page, rows: page.rows.map(executionSummary) };
    },
    followExecutions: (tenant, after, signal) => followExecutions(parts, tenant, after, signal),
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
    async *follow(tenant, id, after, signal) {
      await untilStarted(parts, tenant, id, signal);
      yield* reader.follow(tenant, id, after, signal);
    },
    wakeUps: (tenant, id) => wakeUps(parts, tenant, id),
    cancel: (tenant, id, reason, patience) =>
      ask(parts, tenant, id, { type: 'execution.cancel', ...reasonOf(reason) }, patience),
    suspend: (tenant, id, reason, patience) =>
      ask(parts, tenant, id, { type: 'execution.suspend', ...reasonOf(reason) }, patience),
    resume: (tenant, id, reason, patience) =>
      ask(parts, tenant, id, { type: 'execution.resume', ...reasonOf(reason) }, patience),
    retry: (tenant, id, reason, patience) => retry(parts, tenant, id, reason, patience),
    publish: (tenant, events) => publish(parts, tenant, events),
    matches: (tenant, id, source) => matches(parts, tenant, id, source),
    resolve: (tenant, id, effect, resolution, reason, patience) =>
      resolve(parts, tenant, id, effect, resolution, reason, patience),
  };
}

/** Answers when its schedule holds too: what is not acknowledged may be published again. */
async function deploy(
  { definitions, schedules }: EngineParts,
  tenant: string,
  text: string,
): ReturnType<Engine['deploy']> {
  const published = await definitions.publish(tenant, text);
  await schedules.refresh(tenant, published.workflow);
  return { ...published, workflow: await withWarnings(definitions, tenant, published.workflow) };
}

/** As it is now: what is missing may be published at any time. */
async function withWarnings(
  definitions: EngineParts['definitions'],
  tenant: string,
  workflow: WorkflowSource,
): Promise<WorkflowSource> {
  const { executable, source } = await definitions.byDigest(tenant, workflow.digest);
  const misplaced = misplacedSecrets(executable.program, source);
  const warnings = [
    ...(await missingChildren(definitions, tenant, workflow.digest)),
    ...misplaced.map(({ pointer, line, message }) => ({ pointer, line, message })),
  ].sort((a, b) => a.line - b.line);
  return warnings.length === 0 ? workflow : { ...workflow, warnings };
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
    const query = { status: openPhases, namespace, name, version, rowsMax: pageMax };
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
  await parts.schedules.refresh(tenant, id);
  return { removed, cancelled };
}

/** Cancels one, unless it has just ended by itself. */
async function cancelOpen(parts: EngineParts, tenant: string, id: string): Promise<number> {
  const submitted = await submit(parts, tenant, id, {
    type: 'execution.cancel',
    reason: 'its workflow was removed',
  });
  if (submitted.type === 'pending') throw undecided(id);
  return submitted.type === 'refused' ? 0 : 1;
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

function queryOf({ status, workflow, id, since, limit, cursor }: ExecutionsRequest): ExecutionQuery {
  return {
    rowsMax: pageSize(limit),
    ...(status === undefined ? {} : { status }),
    ...(workflow === undefined ? {} : workflowFilter(workflow)),
    ...(id === undefined ? {} : { idPrefix: id }),
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
