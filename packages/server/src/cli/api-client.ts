/** The HTTP API as the command line uses it: the engine's views, and refusals as `CliError`s. */
import type { Json } from '@millrace/core';
import type {
  DefinitionView,
  EffectResolution,
  ExecutionEvent,
  ExecutionSummary,
  ExecutionView,
  LargeValue,
  NodeView,
  PublishedEvent,
  ScheduleView,
  WakeUpView,
  WorkflowSource,
} from '../engine/interface.ts';
import { readRefusal, unreachable } from './api-error.ts';
import { CliError, exitCodes } from './exit.ts';
import { followEvents } from './follow-events.ts';
import type { RunSubject } from './run-subject.ts';

export interface ListRequest {
  readonly status?: string;
  readonly workflow?: string;
  readonly id?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export type ChangeVerb = 'cancel' | 'suspend' | 'resume' | 'retry';

export interface ApiClient {
  /** without a slash at its end */
  readonly server: string;
  /** The server's time, epoch ms, as its last answer told it and as time has passed since. */
  now(): number;
  /** Any path of the API; a refusal is a `CliError`. */
  call(path: string, init?: RequestInit): Promise<Response>;
  health(): Promise<void>;
  /** The processes on its store. */
  nodes(): Promise<readonly NodeView[]>;
  /** `format` is that of the text; `created` is false when this very version was there already. */
  publish(text: string, format: 'yaml' | 'json'): Promise<{ workflow: WorkflowSource; created: boolean }>;
  definition(digest: string): Promise<DefinitionView>;
  start(subject: RunSubject, input: Json | undefined): Promise<ExecutionView>;
  /** Its large values are as the server shows them; `whole` fetches them. */
  execution(id: string, options?: { readonly whole?: boolean }): Promise<ExecutionView>;
  executions(request: ListRequest): Promise<{ items: readonly ExecutionSummary[]; cursor?: string }>;
  /** A page of at most `limit` (1000); `after` of the answer is absent on the last. */
  events(
    id: string,
    after: number,
    limit?: number,
  ): Promise<{ items: readonly ExecutionEvent[]; after?: number }>;
  /** Events after a version as they come, over every break of the connection, until the execution has ended. */
  follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<ExecutionEvent>;
  /** Publishes CloudEvents; answers one each. */
  publishEvents(events: readonly Json[]): Promise<readonly PublishedEvent[]>;
  wakeUps(id: string): Promise<readonly WakeUpView[]>;
  change(id: string, verb: ChangeVerb, reason?: string): Promise<ExecutionView>;
  schedule(workflow: string, count: number): Promise<ScheduleView>;
  changeSchedule(workflow: string, verb: 'pause' | 'resume', reason?: string): Promise<ScheduleView>;
  resolve(
    id: string,
    effect: number,
    resolution: EffectResolution & { readonly reason?: string },
  ): Promise<ExecutionView>;
}

const requestMsMax = 60_000;
const eventsPageMax = 1_000;

export function createApiClient(options: { readonly server: string; readonly apiKey?: string }): ApiClient {
  const server = options.server.replace(/\/+$/, '');
  const headers: Record<string, string> =
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  let ahead = 0;
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = `${server}${path}`;
    const signal = init.signal ?? AbortSignal.timeout(requestMsMax);
    const request = { ...init, signal, headers: { ...headers, ...init.headers } };
    const response = await fetch(url, request).catch((error: unknown) => {
      throw init.signal?.aborted ? error : unreachable(url, error);
    });
    if (!response.ok) throw await readRefusal(response);
    const time = Date.parse(response.headers.get('millrace-time') ?? '');
    if (!Number.isNaN(time)) ahead = time - Date.now();
    return response;
  };
  const get = async <T>(path: string) => readJson<T>(await call(path));
  const post = (path: string, body: string, type = 'application/json') =>
    call(path, { method: 'POST', headers: { 'content-type': type }, body });
  const scheduleOf = (workflow: string) =>
    `/api/v1/workflows/${workflow.split('/').map(encodeURIComponent).join('/')}/schedule`;
  const pathOf = (id: string) => `/api/v1/executions/${encodeURIComponent(id)}`;
  return {
    server,
    now: () => Date.now() + ahead,
    call,
    health: async () => void (await call('/health')).body?.cancel(),
    nodes: async () => (await get<{ items: NodeView[] }>('/api/v1/nodes')).items,
    publish: async (text, format) => {
      const response = await post('/api/v1/workflows', text, `application/${format}`);
      return { workflow: await readJson<WorkflowSource>(response), created: response.status === 201 };
    },
    definition: (digest) => get(`/api/v1/definitions/${encodeURIComponent(digest)}`),
    start: async (subject, input) =>
      readJson(await post('/api/v1/executions', JSON.stringify({ ...subject, input }))),
    execution: async (id, { whole = false } = {}) => {
      const view = await get<ExecutionView>(pathOf(id));
      return whole ? withValues(view, get) : view;
    },
    executions: (request) => get(`/api/v1/executions?${toQuery({ ...request })}`),
    events: (id, after, limit = eventsPageMax) => get(`${pathOf(id)}/events?after=${after}&limit=${limit}`),
    follow: (id, after, signal) =>
      followEvents(after, signal, (last) =>
        call(`${pathOf(id)}/events`, {
          headers: { accept: 'text/event-stream', 'last-event-id': String(last) },
          signal,
        }),
      ),
    publishEvents: async (events) => {
      const type = 'application/cloudevents-batch+json';
      const response = await post('/api/v1/events', JSON.stringify(events), type);
      return (await readJson<{ items: PublishedEvent[] }>(response)).items;
    },
    wakeUps: async (id) => (await get<{ items: WakeUpView[] }>(`${pathOf(id)}/wake-ups`)).items,
    change: async (id, verb, reason) =>
      readJson(await post(`${pathOf(id)}/${verb}`, JSON.stringify({ reason }))),
    schedule: (workflow, count) => get(`${scheduleOf(workflow)}?count=${count}`),
    changeSchedule: async (workflow, verb, reason) =>
      readJson(
        verb === 'pause'
          ? await post(`${scheduleOf(workflow)}/pause`, JSON.stringify({ reason }))
          : await call(`${scheduleOf(workflow)}/resume`, { method: 'POST' }),
      ),
    resolve: async (id, effect, resolution) =>
      readJson(await post(`${pathOf(id)}/in-doubt/${effect}`, JSON.stringify(resolution))),
  };
}

/** The view with what is large in it. */
async function withValues(view: ExecutionView, get: (path: string) => Promise<Json>): Promise<ExecutionView> {
  const { large, ...rest } = view;
  if (large === undefined) return view;
  const fetched = large.map(async (pointer) => {
    const member = pointer.slice(1) as 'input' | 'output';
    return [member, await get(hrefOf(view[member]))] as const;
  });
  return { ...rest, ...Object.fromEntries(await Promise.all(fetched)) };
}

/** What `large` of a view names is a `LargeValue`. */
function hrefOf(value: Json | undefined): string {
  const { href } = (value ?? {}) as Partial<LargeValue>;
  if (typeof href === 'string') return href;
  throw new CliError(exitCodes.failed, 'The server does not say where a large value is found.');
}

/** The one place that takes the server's word for the shape of an answer. */
async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

function toQuery(members: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) query.set(name, String(value));
  return query;
}
