/** The client's routes and the members that it sends, held against what the server says of itself. */
import { compileSchema } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../index.ts';
import { type ServerProcess, startServer } from '../testing/server-process.ts';
import { routes } from './routes.ts';

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, DescribedResponse | { readonly $ref: string }>>;
}

interface DescribedResponse {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly responses: Readonly<Record<string, DescribedResponse>> };
}

let server: ServerProcess;
let openApi: OpenApi;
beforeAll(async () => {
  server = await startServer();
  openApi = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
});
afterAll(() => server.stop());

const described = () =>
  Object.entries(openApi.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => typeof operation.operationId === 'string')
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

/** Operations that the client leaves out, each for a reason. */
const leftOut = [
  // `deploy` takes the namespace, name and version from the document.
  'publishWorkflowVersion',
  // Another path to `getExecutionWakeUps`.
  'getExecutionWakeUpsById',
  // For operators and their tools.
  'publishFunction',
  'listFunctions',
  'getFunction',
  'removeFunction',
  'getHealth',
  'getReadiness',
  'getMetrics',
  'getOpenApi',
];

describe('the operations of the API', () => {
  it('are all in the client, or left out for a reason', () => {
    const names = new Set(described().map(({ operation }) => operation.operationId.replace(/_\d+$/, '')));
    // Other paths to an operation are described under names of their own.
    for (const name of names) if (name.includes('ByNamespace')) names.delete(name);
    expect([...Object.keys(routes), ...leftOut].sort()).toEqual([...names].sort());
  });

  it('have the paths and methods that the client uses', () => {
    for (const [name, { method, path }] of Object.entries(routes)) {
      const found = described().find(({ operation }) => operation.operationId === name);
      expect({ name, method: found?.method, path: found?.path }).toEqual({ name, method, path });
    }
  });

  it('know every query parameter that the client sends, and answer in the shapes that they describe', async () => {
    const faults: string[] = [];
    let checked = 0;
    const millrace = createClient(server.url, {
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        const problems = await compare(String(input), init?.method ?? 'GET', response.clone());
        faults.push(...problems);
        checked += 1;
        return response;
      },
    });
    const definition =
      "document: { dsl: '1.0.3', namespace: test, name: r, version: '1.0.0' }\ndo: [{ w: { wait: { hours: 1 } } }]";
    await millrace.workflows.deploy(definition);
    await millrace.workflows.get('test/r');
    const scheduled = definition
      .replace('name: r', 'name: s')
      .replace('\ndo:', '\nschedule: { every: PT1H }\ndo:');
    await millrace.workflows.deploy(scheduled);
    await millrace.workflows.schedule('test/s', { count: 2 });
    await millrace.workflows.pauseSchedule('test/s', { reason: 'for a while' });
    await millrace.workflows.resumeSchedule('test/s');
    await millrace.workflows.list({ namespace: 'test', pageSize: 5 }).page();
    const { execution } = await millrace.executions.start({ workflow: 'test/r', input: { a: 1 } });
    const { id } = execution;
    await millrace.executions.get(id, { waitMs: 1 });
    await millrace.executions.list({ status: ['waiting'], workflow: 'r', since: 0, pageSize: 5 }).page();
    await millrace.executions.events(id, { after: 1, pageSize: 1 }).page();
    await millrace.executions.lifecycle(id, { after: 1, pageSize: 1 }).page();
    await millrace.executions.wakeUps(id);
    await millrace.executions.suspend(id, { reason: 'for a while' });
    await millrace.executions.resume(id, { reason: 'go on' });
    await millrace.workflows.definition(execution.definition);
    await millrace.executions.list({ id: id.slice(0, 8) }).page();
    await millrace.executions.value(id, 'input');
    await millrace.executions.value(id, 'output').catch(() => {});
    await millrace.executions.value(id, { version: 1, of: '/input' });
    await millrace.executions.resolve(id, 1, { as: 'again' }).catch(() => {});
    const event = { id: 'r1', source: 'urn:routes', type: 'r' };
    await millrace.events.publish(event);
    await millrace.events.matches(event);
    await millrace.system();
    await millrace.nodes();
    await millrace.executions.cancel(id, { reason: 'enough' });
    await millrace.executions.retry(id).catch(() => {});
    await millrace.workflows.delete('test/r', { force: true });
    expect(faults).toEqual([]);
    expect(checked).toBe(28);
  });
});

async function compare(url: string, method: string, response: Response): Promise<string[]> {
  const { pathname, searchParams } = new URL(url);
  const [name] = Object.entries(routes).find(
    ([, route]) => route.method === method && toPattern(route.path).test(pathname),
  ) ?? ['nothing'];
  const { operation } = described().find((each) => each.operation.operationId === name) ?? {};
  const known = operation?.parameters?.filter((each) => each.in === 'query').map((each) => each.name) ?? [];
  const unknown = [...searchParams.keys()].filter((key) => !known.includes(key));
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  const given = operation?.responses[response.status] ?? {};
  const answer = '$ref' in given ? openApi.components.responses[given.$ref.split('/').at(-1) ?? ''] : given;
  const schema = answer?.content?.[type]?.schema;
  if (schema === undefined) return [`${name} ${response.status} ${type}: not described`];
  const errors = compileSchema({ ...schema, components: openApi.components }).validate(await response.json());
  return [
    ...unknown.map((key) => `${name}: unknown parameter ${key}`),
    ...errors.map(({ pointer, message }) => `${name} ${pointer}: ${message}`),
  ];
}

const toPattern = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);
