/** Calls the server that served these pages, and no other host. */
import type { Json } from '@millrace/core';
import type {
  DefinitionView,
  EffectResolution,
  ExecutionSummary,
  ExecutionView,
  NodeView,
  Page,
  Problem,
  ScheduleView,
  SystemView,
  WakeUpView,
  WorkflowId,
  WorkflowSource,
  WorkflowView,
} from '@millrace/sdk';
import { noteLarge } from '../run/large-values.ts';
import { ApiError, unreachable } from './api-error.ts';
import { apiKey, refuseApiKey } from './api-key.ts';
import { noteServerTime } from './server-time.ts';

export const executionsPageItems = 50;

export interface ExecutionsFilter {
  /** the beginning of the id, 4 characters at least */
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly workflow?: string | undefined;
  readonly cursor?: string | undefined;
}

/** A published workflow, or a definition's own text. */
export type StartFrom = { readonly workflow: WorkflowId } | { readonly definition: string };

/** What became of an effect in doubt. */
export type Resolution = EffectResolution & { readonly reason?: string };

export type Change = 'cancel' | 'suspend' | 'resume' | 'retry';

export const api = {
  executions: ({ id, status, workflow, cursor }: ExecutionsFilter, signal?: AbortSignal) =>
    getJson<Page<ExecutionSummary>>(
      `/api/v1/executions?${query({ id, status, workflow, cursor, limit: String(executionsPageItems) })}`,
      signal,
    ),
  execution: async (id: string, signal?: AbortSignal): Promise<ExecutionView> => {
    const view = await getJson<ExecutionView>(executionPath(id), signal);
    noteLarge(view, view.large);
    return view;
  },
  /** All of a value of which a view held the beginning. */
  value: (href: string) => getJson<Json>(href),
  wakeUps: (id: string, signal?: AbortSignal) =>
    getJson<{ readonly items: readonly WakeUpView[] }>(`${executionPath(id)}/wake-ups`, signal),
  start: (what: StartFrom, input: Json) => sendJson<ExecutionView>('/api/v1/executions', { ...what, input }),
  /** @param effect version of the `effect.requested` whose outcome nobody knows */
  resolve: (id: string, effect: number, resolution: Resolution) =>
    sendJson<ExecutionView>(`${executionPath(id)}/in-doubt/${effect}`, resolution),
  change: (id: string, change: Change, reason?: string) =>
    sendJson<ExecutionView>(`${executionPath(id)}/${change}`, reason ? { reason } : undefined),
  workflows: (signal?: AbortSignal) => everyWorkflow(signal),
  workflow: ({ namespace, name, version }: Partial<WorkflowId>, signal?: AbortSignal) =>
    getJson<WorkflowSource>(workflowPath([namespace, name, version]), signal),
  schedule: ({ namespace, name }: Pick<WorkflowId, 'namespace' | 'name'>, signal?: AbortSignal) =>
    getJson<ScheduleView>(`${workflowPath([namespace, name])}/schedule`, signal),
  changeSchedule: ({ namespace, name }: Pick<WorkflowId, 'namespace' | 'name'>, verb: 'pause' | 'resume') =>
    sendJson<ScheduleView>(
      `${workflowPath([namespace, name])}/schedule/${verb}`,
      verb === 'pause' ? {} : undefined,
    ),
  definition: (digest: string, signal?: AbortSignal) =>
    getJson<DefinitionView>(`/api/v1/definitions/${encodeURIComponent(digest)}`, signal),
  system: (signal?: AbortSignal) => getJson<SystemView>('/api/v1/system', signal),
  nodes: async (signal?: AbortSignal) =>
    (await getJson<{ readonly items: readonly NodeView[] }>('/api/v1/nodes', signal)).items,
  publish: async (text: string): Promise<WorkflowSource> => {
    const type = text.trimStart().startsWith('{') ? 'application/json' : 'application/yaml';
    const response = await send('/api/v1/workflows', {
      method: 'POST',
      body: text,
      headers: { 'content-type': type },
    });
    return response.json() as Promise<WorkflowSource>;
  },
  metrics: async (signal?: AbortSignal): Promise<string> =>
    (await send('/metrics', { headers: { accept: 'text/plain' }, signal: signal ?? null })).text(),
};

export function executionPath(id: string): string {
  return `/api/v1/executions/${encodeURIComponent(id)}`;
}

/** Answers what succeeded; throws an `ApiError` otherwise. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await reach(path, init);
  noteServerTime(response.headers);
  if (response.ok) return response;
  if (response.status === 401) refuseApiKey();
  throw new ApiError(await readProblem(response));
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const key = apiKey();
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
  try {
    return await fetch(path, { ...init, headers, credentials: 'omit', redirect: 'error' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable(error);
  }
}

async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    return JSON.parse(text) as Problem;
  } catch {
    // A proxy in between answers in its own words.
    return { type: 'about:blank', title: response.statusText || 'Error', status: response.status };
  }
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, { headers: { accept: 'application/json' }, signal: signal ?? null });
  return response.json() as Promise<T>;
}

async function sendJson<T>(path: string, body: unknown): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? { method: 'POST' }
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return (await send(path, init)).json() as Promise<T>;
}

const workflowPagesMax = 20;

async function everyWorkflow(signal?: AbortSignal): Promise<readonly WorkflowView[]> {
  const found: WorkflowView[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < workflowPagesMax; pages += 1) {
    const page = await getJson<Page<WorkflowView>>(
      `/api/v1/workflows?${query({ cursor, limit: '1000' })}`,
      signal,
    );
    found.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return found;
}

function workflowPath(parts: readonly (string | undefined)[]): string {
  const given = parts.filter((part) => part !== undefined);
  return `/api/v1/workflows/${given.map(encodeURIComponent).join('/')}`;
}

function query(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given as [string, string][]).toString();
}
