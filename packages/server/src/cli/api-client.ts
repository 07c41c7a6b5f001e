/** The HTTP API as the command line uses it: the engine's views, and refusals as `CliError`s. */
import type { Json } from '@millrace/core';
import type {
  EventView,
  ExecutionSummary,
  ExecutionView,
  WorkflowId,
  WorkflowSource,
} from '../engine/interface.ts';
import { readRefusal, unreachable } from './api-error.ts';
import { followEvents } from './follow-events.ts';

/** A row of the wake-up ledger as the API shows it; instants are RFC 3339. */
export interface WakeUpView {
  readonly id: string;
  readonly kind: 'effect' | 'timer' | 'event' | 'child' | 'send' | 'command' | 'approval' | 'resume';
  readonly due: string;
  readonly attempt: number;
  readonly lease?: { readonly owner: string; readonly until: string };
  readonly unsafe: boolean;
  readonly doubt: boolean;
}

export interface ListRequest {
  readonly status?: string;
  readonly workflow?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export type ChangeVerb = 'cancel' | 'suspend' | 'resume' | 'retry';

export interface ApiClient {
  /** without a slash at its end */
  readonly server: string;
  health(): Promise<void>;
  /** `format` is that of the text; `created` is false when this very version was there already. */
  publish(text: string, format: 'yaml' | 'json'): Promise<{ workflow: WorkflowSource; created: boolean }>;
  workflow(id: WorkflowId): Promise<WorkflowSource>;
  start(definition: string, input: Json | undefined): Promise<ExecutionView>;
  execution(id: string): Promise<ExecutionView>;
  executions(request: ListRequest): Promise<{ items: readonly ExecutionSummary[]; cursor?: string }>;
  /** A page of at most 1000; `after` of the answer is absent on the last. */
  events(id: string, after: number): Promise<{ items: readonly EventView[]; after?: number }>;
  /** Events after a version as they come, over every break of the connection, until the execution has ended. */
  follow(id: string, after: number, signal: AbortSignal): AsyncGenerator<EventView>;
  wakeUps(id: string): Promise<readonly WakeUpView[]>;
  change(id: string, verb: ChangeVerb, reason?: string): Promise<ExecutionView>;
}

const requestMsMax = 60_000;
const eventsPageMax = 1_000;

export function createApiClient(options: { readonly server: string; readonly apiKey?: string }): ApiClient {
  const server = options.server.replace(/\/+$/, '');
  const headers: Record<string, string> =
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = `${server}${path}`;
    const signal = init.signal ?? AbortSignal.timeout(requestMsMax);
    const request = { ...init, signal, headers: { ...headers, ...init.headers } };
    const response = await fetch(url, request).catch((error: unknown) => {
      throw init.signal?.aborted ? error : unreachable(url, error);
    });
    if (!response.ok) throw await readRefusal(response);
    return response;
  };
  const get = async <T>(path: string) => readJson<T>(await call(path));
  const post = (path: string, body: string, type = 'application/json') =>
    call(path, { method: 'POST', headers: { 'content-type': type }, body });
  const pathOf = (id: string) => `/api/v1/executions/${encodeURIComponent(id)}`;
  return {
    server,
    health: async () => void (await call('/health')).body?.cancel(),
    publish: async (text, format) => {
      const response = await post('/api/v1/workflows', text, `application/${format}`);
      return { workflow: await readJson<WorkflowSource>(response), created: response.status === 201 };
    },
    workflow: ({ namespace, name, version }) => {
      const parts = version === undefined ? [namespace, name] : [namespace, name, version];
      return get(`/api/v1/workflows/${parts.map(encodeURIComponent).join('/')}`);
    },
    start: async (definition, input) =>
      readJson(await post('/api/v1/executions', JSON.stringify({ definition, input }))),
    execution: (id) => get(pathOf(id)),
    executions: (request) => get(`/api/v1/executions?${toQuery({ ...request })}`),
    events: (id, after) => get(`${pathOf(id)}/events?after=${after}&limit=${eventsPageMax}`),
    follow: (id, after, signal) =>
      followEvents(after, signal, (last) =>
        call(`${pathOf(id)}/events`, {
          headers: { accept: 'text/event-stream', 'last-event-id': String(last) },
          signal,
        }),
      ),
    wakeUps: async (id) => (await get<{ items: WakeUpView[] }>(`${pathOf(id)}/wake-ups`)).items,
    change: async (id, verb, reason) =>
      readJson(await post(`${pathOf(id)}/${verb}`, verb === 'retry' ? '' : JSON.stringify({ reason }))),
  };
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
