/** Millrace over HTTP. Needs `fetch` and nothing else: it runs in a browser, in a worker and on Node from 20 on. */
import type { WorkflowDocument } from '@millrace/core';
import type { Deployment, Millrace, Removal, Workflows } from '../interface.ts';
import { limitOf } from '../query.ts';
import type {
  DefinitionView,
  NodeView,
  ScheduleView,
  SystemView,
  WorkflowSource,
  WorkflowView,
} from '../views.ts';
import { printWorkflowId, toWorkflowId, type WorkflowReference } from '../workflow-id.ts';
import { clientEvents } from './events.ts';
import { clientExecutions } from './executions.ts';
import { pages } from './pages.ts';
import { routes } from './routes.ts';
import { createTransport, type JsonAnswer, type Transport } from './transport.ts';

export interface ClientOptions {
  readonly apiKey?: string;
  /** default: the global one */
  readonly fetch?: typeof fetch;
  /** sent with every request */
  readonly headers?: Readonly<Record<string, string>>;
  /** for one attempt; default 30,000 */
  readonly timeoutMs?: number;
  readonly retry?: {
    /** default 4; 1: nothing is sent twice */
    readonly attemptsMax?: number;
    /** before the second attempt, doubled for each one after, less a jitter of up to a half; default 200 */
    readonly delayMs?: number;
    /** default 5,000 */
    readonly delayMsMax?: number;
  };
  readonly watch?: {
    /** a stream that says nothing for so long is opened anew; default 45,000, and the server speaks every 15,000 */
    readonly silentMsMax?: number;
    /** connections in a row that bring no event before the watch fails; default 30 */
    readonly reconnectsMax?: number;
  };
  /** how long `run` asks the server to wait before it asks again; default 25,000: proxies cut what is silent */
  readonly waitMs?: number;
}

/**
 * A client of the server at `url`, such as `http://127.0.0.1:8080`; a path is kept, for servers behind a proxy.
 * Throws `TypeError` when that is no HTTP address. Nothing is sent before the first call.
 *
 * @example
 * const millrace = createClient('http://127.0.0.1:8080', { apiKey });
 * const { output } = await millrace.executions.run({ workflow: 'examples/hello', input: { name: 'Ada' } });
 */
export function createClient(url: string | URL, options: ClientOptions = {}): Millrace {
  const { retry = {}, watch = {} } = options;
  const backoff = { delayMs: retry.delayMs ?? 200, delayMsMax: retry.delayMsMax ?? 5_000 };
  const transport = createTransport(toServerUrl(url), {
    apiKey: options.apiKey,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    headers: options.headers ?? {},
    timeoutMs: options.timeoutMs ?? 30_000,
    attemptsMax: retry.attemptsMax ?? 4,
    backoff,
  });
  return {
    workflows: clientWorkflows(transport),
    executions: clientExecutions(transport, {
      waitMs: options.waitMs ?? 25_000,
      watch: {
        backoff,
        silentMsMax: watch.silentMsMax ?? 45_000,
        reconnectsMax: watch.reconnectsMax ?? 30,
      },
    }),
    events: clientEvents(transport),
    async system({ signal } = {}) {
      return (await transport.json({ route: routes.getSystem, signal })).body as SystemView;
    },
    async nodes({ signal } = {}) {
      const { body } = await transport.json({ route: routes.listNodes, signal });
      return (body as { readonly items: readonly NodeView[] }).items;
    },
    close: async () => transport.close(),
  };
}

function toServerUrl(given: string | URL): URL {
  const url = URL.canParse(String(given)) ? new URL(given) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new TypeError(
      `expected the address of a server, such as http://127.0.0.1:8080, but found "${String(given)}"`,
    );
  url.search = '';
  url.hash = '';
  return url;
}

function clientWorkflows(transport: Transport): Workflows {
  return {
    deploy: async (definition, { signal } = {}) =>
      toDeployment(await transport.json({ route: routes.publishWorkflow, body: bodyOf(definition), signal })),
    async get(workflow, { signal } = {}) {
      const id = printWorkflowId(toWorkflowId(workflow));
      const { body } = await transport.json({ route: routes.getWorkflow, id, signal });
      return body as WorkflowSource;
    },
    async definition(digest, { signal } = {}) {
      const { body } = await transport.json({ route: routes.getDefinition, params: { digest }, signal });
      return body as DefinitionView;
    },
    list: (query = {}, options = {}) =>
      pages<WorkflowView>(transport, routes.listWorkflows, options, () => ({
        ...limitOf(query),
        namespace: query.namespace,
      })),
    async schedule(workflow, { signal, count } = {}) {
      const params = scheduleOf(workflow);
      const { body } = await transport.json({ route: routes.getSchedule, params, query: { count }, signal });
      return body as ScheduleView;
    },
    async pauseSchedule(workflow, { signal, reason } = {}) {
      const params = scheduleOf(workflow);
      const body = { type: 'application/json', text: JSON.stringify({ reason }) };
      return (await transport.json({ route: routes.pauseSchedule, params, body, signal }))
        .body as ScheduleView;
    },
    async resumeSchedule(workflow, { signal } = {}) {
      const params = scheduleOf(workflow);
      return (await transport.json({ route: routes.resumeSchedule, params, signal })).body as ScheduleView;
    },
    async delete(workflow, { signal, force } = {}) {
      const id = printWorkflowId(toWorkflowId(workflow));
      const { body } = await transport.json({ route: routes.removeWorkflow, id, query: { force }, signal });
      return body as Removal;
    },
  };
}

/** A schedule is the workflow's, whatever version is named. */
function scheduleOf(workflow: WorkflowReference): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = toWorkflowId(workflow);
  return { namespace, name };
}

function bodyOf(definition: string | WorkflowDocument): { readonly type: string; readonly text: string } {
  if (typeof definition === 'string') return { type: 'application/yaml', text: definition };
  return { type: 'application/json', text: JSON.stringify(definition) };
}

function toDeployment({ status, body }: JsonAnswer): Deployment {
  return { workflow: body as WorkflowSource, created: status === 201 };
}
